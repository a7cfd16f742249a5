//! ListBonusPayments.

use serde_json::{Value, json};

use super::{check_hidden, shows};
use crate::world::World;

const NAME: &str = "ListBonusPayments";

/// A HIT with two assignments, of which the first got two bonuses and the second one.
async fn paid(world: &World) -> (String, [String; 2]) {
    let hit = world.create_hit(json!({})).await;
    let works = [world.work("A1ANNA", &hit).await, world.work("A1BEN", &hit).await];
    for (worker, index, amount) in [("A1ANNA", 0, "1"), ("A1BEN", 1, "2"), ("A1ANNA", 0, "3")] {
        world.advance("1m").await;
        let asked = json!({"WorkerId": worker, "BonusAmount": amount, "Reason": "Good",
            "AssignmentId": works[index]});
        world.ok("SendBonus", asked).await;
    }
    (hit, works)
}

fn amounts(answer: &Value) -> Vec<&str> {
    let payments = answer["BonusPayments"].as_array().unwrap();
    payments.iter().map(|paid| paid["BonusAmount"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_bonuses_of_a_hit_come_in_pages() {
    let world = World::new().await;
    let (hit, _) = paid(&world).await;
    let first = world.ok(NAME, json!({"HITId": hit, "MaxResults": 2})).await;
    shows("list_bonus_payments", &first);
    let asked = json!({"HITId": hit, "NextToken": first["NextToken"]});
    let second = world.ok(NAME, asked).await;
    assert_eq!(amounts(&second), ["1.00"]);
    let asked = json!({"HITId": hit, "NextToken": second["NextToken"]});
    assert_eq!(world.ok(NAME, asked).await, json!({"NumResults": 0, "BonusPayments": []}));
}

#[tokio::test]
async fn an_assignment_has_its_own_and_its_token_is_not_the_hits() {
    let world = World::new().await;
    let (hit, works) = paid(&world).await;
    let answer = world.ok(NAME, json!({"AssignmentId": works[0]})).await;
    assert_eq!(amounts(&answer), ["3.00", "1.00"]);
    let said = world.fault(NAME, json!({"HITId": hit, "NextToken": answer["NextToken"]})).await;
    assert!(said.starts_with("RequestError InvalidParameterValue"), "{said}");
}

#[tokio::test]
async fn no_bonus_is_an_empty_list() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let work = world.work("A1ANNA", &hit).await;
    for asked in [json!({"HITId": hit}), json!({"AssignmentId": work})] {
        let answer = world.ok(NAME, asked).await;
        assert_eq!(answer, json!({"NumResults": 0, "BonusPayments": []}));
    }
}

#[tokio::test]
async fn one_of_the_two_ids_is_wanted() {
    let world = World::new().await;
    let (hit, works) = paid(&world).await;
    for asked in [json!({}), json!({"HITId": hit, "AssignmentId": works[0]})] {
        let said = world.fault(NAME, asked).await;
        let expected = "Either HITId or AssignmentId must be given, and not both.";
        assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
    }
}

#[tokio::test]
async fn a_stranger_sees_nothing() {
    let world = World::new().await;
    let (hit, works) = paid(&world).await;
    check_hidden(&world, NAME, json!({}), "HITId", &hit).await;
    check_hidden(&world, NAME, json!({}), "AssignmentId", &works[0]).await;
}

#[tokio::test]
async fn bonuses_outlive_their_hit() {
    let world = World::new().await;
    let (hit, works) = paid(&world).await;
    for work in works {
        world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    }
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit, "ExpireAt": 0})).await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
    assert_eq!(world.ok(NAME, json!({"HITId": hit})).await["NumResults"], 3);
}
