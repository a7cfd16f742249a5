//! Money in the production profile: held, released, charged, and never made or lost.

mod bounds;
mod histories;

use mturk_local::turn::Profile;
use mturk_local::worlds::Worlds;
use serde_json::{Value, json};

use crate::world::{World, hit};

pub const INSUFFICIENT: &str = "RequestError InsufficientFunds: This Requester has insufficient \
    funds in their account to complete this transaction. Please visit \
    https://requester.mturk.com/prepayments/new to purchase Prepaid HITs.";

async fn production() -> World {
    World::with(|options| options.market.profile = Profile::Production).await
}

/// `available held`.
async fn money(world: &World) -> String {
    let answer = world.ok("GetAccountBalance", json!({})).await;
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    format!("{} {}", text("AvailableBalance"), text("OnHoldBalance"))
}

#[tokio::test]
async fn a_hit_holds_its_rewards_and_fees_until_they_are_decided() {
    let world = production().await;
    let id = world.create_hit(json!({"Reward": "1.00", "MaxAssignments": 3})).await;
    assert_eq!(money(&world).await, "9996.40 3.60");
    let [anna, ben] = [world.work("A1ANNA", &id).await, world.work("A1BEN", &id).await];
    world.accept("A1CHEN", &id).await;
    assert_eq!(money(&world).await, "9996.40 3.60", "work alone costs nothing");
    world.ok("ApproveAssignment", json!({"AssignmentId": anna})).await;
    assert_eq!(money(&world).await, "9996.40 2.40", "charged");
    world.ok("RejectAssignment", json!({"AssignmentId": ben, "RequesterFeedback": "no"})).await;
    assert_eq!(money(&world).await, "9997.60 1.20", "released");
    world.advance("600s").await;
    assert_eq!(money(&world).await, "9997.60 1.20", "abandoned: somebody else may accept");
    world.advance("1d").await;
    assert_eq!(money(&world).await, "9998.80 0.00", "expired");
    world.ok("ApproveAssignment", json!({"AssignmentId": ben, "OverrideRejection": true})).await;
    assert_eq!(money(&world).await, "9997.60 0.00", "approved after all");
    assert_eq!(money(&world.by("another")).await, "10000.00 0.00");
}

#[tokio::test]
async fn what_time_does_moves_money_too() {
    let world = production().await;
    let changes = json!({"Reward": "1.00", "MaxAssignments": 2, "LifetimeInSeconds": 3600,
        "AutoApprovalDelayInSeconds": 7200, "AssignmentDurationInSeconds": 10_800});
    let id = world.create_hit(changes).await;
    world.work("A1ANNA", &id).await;
    world.accept("A1BEN", &id).await;
    world.advance("1h").await;
    assert_eq!(money(&world).await, "9997.60 2.40", "work that is under way may still be paid");
    world.advance("1h").await;
    assert_eq!(money(&world).await, "9997.60 1.20", "approved by time");
    world.advance("1h").await;
    assert_eq!(money(&world).await, "9998.80 0.00", "abandoned after the end");
}

#[tokio::test]
async fn places_and_time_that_are_added_are_held() {
    let world = production().await;
    let id = world.create_hit(json!({"Reward": "1.00", "MaxAssignments": 1})).await;
    let more = json!({"HITId": id, "NumberOfAdditionalAssignments": 2});
    world.ok("CreateAdditionalAssignmentsForHIT", more.clone()).await;
    assert_eq!(money(&world).await, "9996.40 3.60");
    world.ok("UpdateExpirationForHIT", json!({"HITId": id, "ExpireAt": 0})).await;
    assert_eq!(money(&world).await, "10000.00 0.00");
    world.ok("CreateAdditionalAssignmentsForHIT", more).await;
    assert_eq!(money(&world).await, "10000.00 0.00", "nobody can take them");
    let later = crate::world::START + 3600;
    world.ok("UpdateExpirationForHIT", json!({"HITId": id, "ExpireAt": later})).await;
    assert_eq!(money(&world).await, "9994.00 6.00");
    world.ok("UpdateExpirationForHIT", json!({"HITId": id, "ExpireAt": 0})).await;
    world.ok("DeleteHIT", json!({"HITId": id})).await;
    assert_eq!(money(&world).await, "10000.00 0.00");
}

#[tokio::test]
async fn ten_places_masters_and_another_type_change_the_price() {
    let world = production().await;
    let masters = json!({"Reward": "1.00", "MaxAssignments": 10, "QualificationRequirements": [
        {"QualificationTypeId": "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "Comparator": "Exists"}]});
    let id = world.create_hit(masters).await;
    assert_eq!(money(&world).await, "9985.50 14.50");
    let of_type = json!({"Title": "x", "Description": "x", "Reward": "2.00",
        "AssignmentDurationInSeconds": 60});
    let of_type = world.ok("CreateHITType", of_type).await["HITTypeId"].clone();
    world.ok("UpdateHITTypeOfHIT", json!({"HITId": id, "HITTypeId": of_type})).await;
    assert_eq!(money(&world).await, "9972.00 28.00");
}

#[tokio::test]
async fn whoever_cannot_pay_is_refused_and_nothing_is_changed() {
    let world = production().await;
    let dear = |reward: &str| hit(json!({"Reward": reward, "MaxAssignments": 1}));
    assert_eq!(world.fault("CreateHIT", dear("8333.34")).await, INSUFFICIENT);
    assert_eq!(money(&world).await, "10000.00 0.00");
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
    let id = world.create_hit(dear("8333.33")).await;
    assert_eq!(money(&world).await, "0.00 10000.00");
    for (operation, asked) in [
        ("CreateHIT", dear("0.01")),
        (
            "CreateAdditionalAssignmentsForHIT",
            json!({"HITId": id, "NumberOfAdditionalAssignments": 1}),
        ),
    ] {
        assert_eq!(world.fault(operation, asked).await, INSUFFICIENT, "{operation}");
    }
    assert_eq!(world.hit(&id).await["MaxAssignments"], 1);
    world.by("another").ok("CreateHIT", dear("1")).await;
    let work = world.work("A1ANNA", &id).await;
    world.ok("RejectAssignment", json!({"AssignmentId": work, "RequesterFeedback": "no"})).await;
    world.ok("CreateHIT", dear("1.00")).await;
    let overriding = json!({"AssignmentId": work, "OverrideRejection": true});
    assert_eq!(world.fault("ApproveAssignment", overriding).await, INSUFFICIENT);
    let shown = world.ok("GetAssignment", json!({"AssignmentId": work})).await;
    assert_eq!(shown["Assignment"]["AssignmentStatus"], "Rejected");
    assert_eq!(money(&world).await, "9998.80 1.20");
}

#[tokio::test]
async fn a_dearer_type_and_a_later_end_need_funds() {
    let world = production().await;
    let id = world.create_hit(json!({"Reward": "4000.00", "MaxAssignments": 2})).await;
    let type_id = |reward: &str| {
        json!({"Title": "x", "Description": "x", "Reward": reward,
        "AssignmentDurationInSeconds": 60})
    };
    let dearer = world.ok("CreateHITType", type_id("5000.00")).await["HITTypeId"].clone();
    let asked = json!({"HITId": id, "HITTypeId": dearer});
    assert_eq!(world.fault("UpdateHITTypeOfHIT", asked).await, INSUFFICIENT);
    assert_eq!(world.hit(&id).await["Reward"], "4000.00");
    world.ok("UpdateExpirationForHIT", json!({"HITId": id, "ExpireAt": 0})).await;
    world.create_hit(json!({"Reward": "1000.00", "MaxAssignments": 1})).await;
    let later = json!({"HITId": id, "ExpireAt": crate::world::START + 3600});
    assert_eq!(world.fault("UpdateExpirationForHIT", later).await, INSUFFICIENT);
    assert_eq!(money(&world).await, "8800.00 1200.00");
}

#[tokio::test]
async fn a_world_says_what_is_available_and_its_hits_what_is_held() {
    let world = production().await;
    let file = json!({
        "Requesters": [{"AccessKeyId": "test", "AvailableBalance": "5.00", "OnHoldBalance": "7"}],
        "HITs": [{"HITId": "3H", "Reward": "1.00", "MaxAssignments": 4, "Assignments": [
            {"AssignmentStatus": "Approved"}, {"AssignmentStatus": "Rejected"}, {}]}]
    });
    world.done("POST", "/world", file).await;
    assert_eq!(money(&world).await, "5.00 2.40");
    let dumped = world.done("GET", "/world", Value::Null).await;
    assert_eq!(dumped["Requesters"][0]["OnHoldBalance"], "2.40");
    let again = production().await;
    again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(again.done("GET", "/world", Value::Null).await, dumped);
    // Work on a HIT of the store is paid as if it had been approved here.
    let more = json!({"Assignments": [{"HITId": "3H", "AssignmentStatus": "Approved"}]});
    world.done("POST", "/world", more).await;
    assert_eq!(money(&world).await, "5.00 1.20");
    world.done("POST", "/reset", json!({"Requester": "test"})).await;
    assert_eq!(money(&world).await, "10000.00 0.00");
}

#[tokio::test]
async fn a_market_of_the_sandbox_goes_on_as_one_of_production() {
    let world = World::new().await;
    let id = world.create_hit(json!({"Reward": "4000.00"})).await;
    let work = world.work("A1ANNA", &id).await;
    let asked = json!({"HITId": id, "NumberOfAdditionalAssignments": 6});
    world.ok("CreateAdditionalAssignmentsForHIT", asked).await;
    let world = world.restarted_with(|options| options.market.profile = Profile::Production).await;
    // Nothing was held: what time and workers do goes on, what costs money is refused.
    assert_eq!(world.fault("ApproveAssignment", json!({"AssignmentId": work})).await, INSUFFICIENT);
    world.work("A1BEN", &id).await;
    world.advance("60d").await;
    let hit = world.hit(&id).await;
    assert_eq!(hit["HITStatus"], "Reviewable");
}

#[tokio::test]
async fn a_requester_that_is_reset_has_what_the_world_gave_it() {
    let saved = json!({"Requesters": [{"AccessKeyId": "saved"}], "AvailableBalance": "12.34"});
    let begin = json!({
        "Requesters": [{"AccessKeyId": "test", "AvailableBalance": "500.00"},
            {"AccessKeyId": "another"}],
        "HITs": [{"Title": "t", "Reward": "1.00", "MaxAssignments": 2}],
    });
    let worlds = Worlds::read(vec![begin.to_string(), saved.to_string()]).unwrap();
    let world = World::with(|options| {
        options.market.profile = Profile::Production;
        options.worlds = Some(worlds);
    })
    .await;
    assert_eq!(money(&world).await, "500.00 2.40");
    world.create_hit(json!({"Reward": "10.00", "MaxAssignments": 1})).await;
    assert_eq!(money(&world).await, "488.00 14.40");
    // The default requester asks unsigned.
    let by = |key: &str| if key == "test" { world.clone() } else { world.by(key) };
    for key in ["test", "another", "third", "saved"] {
        by(key).create_hit(json!({"Reward": "10.00", "MaxAssignments": 1})).await;
    }
    let by_id = mturk_local::ids::requester_of("another");
    for (name, key, expected) in [
        ("test", "test", "500.00 0.00"),
        (by_id.as_str(), "another", "10000.00 0.00"),
        ("third", "third", "10000.00 0.00"),
        ("saved", "saved", "12.34 0.00"),
    ] {
        world.done("POST", "/reset", json!({"Requester": name})).await;
        assert_eq!(money(&by(key)).await, expected, "{name}");
    }
}
