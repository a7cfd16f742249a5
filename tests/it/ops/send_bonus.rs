//! SendBonus.

use mturk_local::turn::Profile;
use serde_json::{Value, json};

use super::{check_ids, shows};
use crate::world::{World, changed};

const NAME: &str = "SendBonus";

async fn work(world: &World) -> String {
    let hit = world.create_hit(json!({})).await;
    world.work("A1ANNA", &hit).await
}

fn bonus(assignment: &str, changes: Value) -> Value {
    let asked = json!({"WorkerId": "A1ANNA", "BonusAmount": "0.50", "AssignmentId": assignment,
        "Reason": "Good work"});
    changed(asked, changes)
}

async fn paid(world: &World, assignment: &str) -> Value {
    world.ok("ListBonusPayments", json!({"AssignmentId": assignment})).await
}

#[tokio::test]
async fn a_bonus_can_be_paid_whatever_became_of_the_work_and_more_than_once() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    let id = world.work("A1ANNA", &hit).await;
    shows("send_bonus", &world.ok(NAME, bonus(&id, json!({}))).await);
    world.ok("RejectAssignment", json!({"AssignmentId": id, "RequesterFeedback": "no"})).await;
    world.ok(NAME, bonus(&id, json!({"Reason": ""}))).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": id, "OverrideRejection": true})).await;
    world.ok(NAME, bonus(&id, json!({"BonusAmount": "5"}))).await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
    world.ok(NAME, bonus(&id, json!({}))).await;
    assert_eq!(paid(&world, &id).await["NumResults"], 4);
}

#[tokio::test]
async fn work_that_was_not_submitted_does_not_exist() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.accept("A1ANNA", &hit).await;
    let said = world.fault(NAME, bonus(&id, json!({}))).await;
    let expected = format!("RequestError AssignmentDoesNotExist: Assignment {id} does not exist.");
    assert_eq!(said, expected);
    check_ids(&world, NAME, bonus(&id, json!({})), "AssignmentId").await;
}

#[tokio::test]
async fn a_stranger_cannot_pay() {
    let world = World::new().await;
    let id = work(&world).await;
    super::check_hidden(&world, NAME, bonus(&id, json!({})), "AssignmentId", &id).await;
    assert_eq!(paid(&world, &id).await["NumResults"], 0);
}

#[tokio::test]
async fn a_bonus_goes_to_the_worker_who_did_it() {
    let world = World::new().await;
    let id = work(&world).await;
    let said = world.fault(NAME, bonus(&id, json!({"WorkerId": "A1BEN"}))).await;
    let expected = "The value \"A1BEN\" is not valid for the parameter WorkerId.";
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
}

#[tokio::test]
async fn a_bonus_is_an_amount_above_nothing() {
    let world = World::new().await;
    let id = work(&world).await;
    for amount in ["0", "0.00", "99999999999999999999"] {
        let said = world.fault(NAME, bonus(&id, json!({"BonusAmount": amount}))).await;
        let expected =
            format!("The value \"{amount}\" is not valid for the parameter BonusAmount.");
        assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
    }
    let said = world.fault(NAME, bonus(&id, json!({"BonusAmount": "0.9752"}))).await;
    let expected = "ValidationException: 1 validation error detected: Value '0.9752' at \
        'bonusAmount' failed to satisfy constraint: Member must satisfy regular expression \
        pattern: ^[0-9]+(\\.)?[0-9]{0,2}$";
    assert_eq!(said, expected);
    world.ok(NAME, bonus(&id, json!({"BonusAmount": "0.01"}))).await;
}

#[tokio::test]
async fn a_repeated_token_pays_nothing_for_a_day() {
    let world = World::new().await;
    let id = work(&world).await;
    let asked = bonus(&id, json!({"UniqueRequestToken": "t"}));
    world.ok(NAME, asked.clone()).await;
    let expected = "The idempotency token \"t\" has already been processed.";
    let expected = format!("RequestError DuplicateRequest: {expected}");
    world.advance("23h59m59s").await;
    assert_eq!(world.fault(NAME, asked.clone()).await, expected);
    assert_eq!(paid(&world, &id).await["NumResults"], 1);
    world.advance("1s").await;
    world.ok(NAME, asked.clone()).await;
    // Another operation's token is another one, and so is another requester's.
    world.create_hit(json!({"UniqueRequestToken": "t"})).await;
    let another = world.by("another");
    let theirs = work(&another).await;
    another.ok(NAME, bonus(&theirs, json!({"UniqueRequestToken": "t"}))).await;
}

#[tokio::test]
async fn a_refused_request_does_not_use_its_token_up() {
    let world = World::new().await;
    let id = work(&world).await;
    let token = json!({"UniqueRequestToken": "t", "WorkerId": "A1BEN"});
    world.fault(NAME, bonus(&id, token)).await;
    world.ok(NAME, bonus(&id, json!({"UniqueRequestToken": "t"}))).await;
}

#[tokio::test]
async fn six_months_after_the_latest_work_it_is_too_late() {
    let world = World::new().await;
    let first = work(&world).await;
    world.advance("183d").await;
    world.ok(NAME, bonus(&first, json!({}))).await;
    world.advance("1s").await;
    let said = world.fault(NAME, bonus(&first, json!({}))).await;
    let expected = "The value \"A1ANNA\" is not valid for the parameter WorkerId.";
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
    let second = work(&world).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": second})).await;
    world.ok(NAME, bonus(&first, json!({}))).await;
}

#[tokio::test]
async fn in_production_a_bonus_costs_a_fee_too() {
    let world = World::with(|options| options.market.profile = Profile::Production).await;
    let hit = world.create_hit(json!({"MaxAssignments": 1, "Reward": "10.00"})).await;
    let id = world.work("A1ANNA", &hit).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    world.ok(NAME, bonus(&id, json!({"BonusAmount": "1000.00"}))).await;
    let answer = world.ok("GetAccountBalance", json!({})).await;
    assert_eq!(answer, json!({"AvailableBalance": "8788.00", "OnHoldBalance": "0.00"}));
    let said = world.fault(NAME, bonus(&id, json!({"BonusAmount": "7323.34"}))).await;
    assert_eq!(said, crate::money::INSUFFICIENT);
    world.ok(NAME, bonus(&id, json!({"BonusAmount": "7323.33"}))).await;
    let answer = world.ok("GetAccountBalance", json!({})).await;
    assert_eq!(answer["AvailableBalance"], "0.00");
    assert_eq!(world.fault(NAME, bonus(&id, json!({"BonusAmount": "0.01"}))).await, said);
}
