//! CreateAdditionalAssignmentsForHIT.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::world::{QUESTION, World, changed};

const NAME: &str = "CreateAdditionalAssignmentsForHIT";

fn more(hit: &str, count: i64) -> Value {
    json!({"HITId": hit, "NumberOfAdditionalAssignments": count})
}

#[tokio::test]
async fn a_hit_gets_more_places() {
    let world = World::new().await;
    let id = world.create_hit(json!({})).await;
    shows("create_additional_assignments_for_hit", &world.ok(NAME, more(&id, 6)).await);
    assert_eq!(world.standing(&id).await, "Assignable 9 available 0 pending 0 completed");
    assert_eq!(world.hit(&id).await["MaxAssignments"], 9);
}

#[tokio::test]
async fn there_is_a_wall_between_nine_and_ten() {
    let world = World::new().await;
    for (max, count, taken) in
        [(1, 8, true), (1, 9, false), (9, 1, false), (9, 100, false), (10, 1, true)]
    {
        let id = world.create_hit(json!({"MaxAssignments": max})).await;
        let (status, answer) = world.call(NAME, more(&id, count)).await;
        assert_eq!(status == 200, taken, "{max} + {count}");
        if !taken {
            let expected = "RequestError InvalidMaximumAssignmentsIncrease: A HIT that was \
                created with fewer than 10 assignments cannot be extended to 10 or more \
                assignments.";
            assert_eq!(crate::shape::fault(&answer), expected);
            assert_eq!(world.hit(&id).await["MaxAssignments"], max);
        }
    }
}

#[tokio::test]
async fn the_number_has_two_ends_and_so_has_the_sum() {
    let world = World::new().await;
    let id = world.create_hit(json!({"MaxAssignments": 10})).await;
    let most = 1_000_000_000;
    for (count, most) in [(0, most), (-1, most), (most + 1, most), (most - 9, most - 10)] {
        let said = world.fault(NAME, more(&id, count)).await;
        let range = format!("Valid values range from 1 to {most}.");
        let expected = format!("The value {count} is invalid for NumberOfAdditionalAssignments.");
        let kind = "ParameterValidationError InvalidParameterValue";
        assert_eq!(said, format!("{kind}: {expected} {range}"));
    }
    world.ok(NAME, more(&id, 999_999_990)).await;
    assert_eq!(world.hit(&id).await["MaxAssignments"], 1_000_000_000);
}

#[tokio::test]
async fn a_full_hit_opens_again_and_an_expired_one_does_not() {
    let world = World::new().await;
    let full = world.create_hit(json!({"MaxAssignments": 1})).await;
    world.work("A1ANNA", &full).await;
    assert_eq!(world.standing(&full).await, "Reviewable 0 available 0 pending 0 completed");
    world.ok(NAME, more(&full, 1)).await;
    assert_eq!(world.standing(&full).await, "Assignable 1 available 0 pending 0 completed");
    let expired = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("60s").await;
    world.ok(NAME, more(&expired, 1)).await;
    assert_eq!(world.standing(&expired).await, "Reviewable 4 available 0 pending 0 completed");
}

#[tokio::test]
async fn a_repeated_token_adds_nothing() {
    let world = World::new().await;
    let id = world.create_hit(json!({"UniqueRequestToken": "t"})).await;
    let asked = json!({"HITId": id, "NumberOfAdditionalAssignments": 1, "UniqueRequestToken": "t"});
    world.ok(NAME, asked.clone()).await;
    let said = world.fault(NAME, asked.clone()).await;
    let expected = "The idempotency token \"t\" has already been processed.";
    assert_eq!(said, format!("RequestError DuplicateRequest: {expected}"));
    assert_eq!(world.hit(&id).await["MaxAssignments"], 4);
    world.advance("1d").await;
    world.ok(NAME, asked).await;
}

#[tokio::test]
async fn a_refused_request_does_not_use_its_token_up() {
    let world = World::new().await;
    let id = world.create_hit(json!({})).await;
    let ask = |count: i64| {
        json!({"HITId": id, "UniqueRequestToken": "t",
            "NumberOfAdditionalAssignments": count})
    };
    world.fault(NAME, ask(7)).await;
    world.ok(NAME, ask(6)).await;
}

#[tokio::test]
async fn tokens_have_one_to_sixty_four_characters() {
    let world = World::new().await;
    let id = world.create_hit(json!({"MaxAssignments": 10})).await;
    for (token, taken) in [
        (String::new(), false),
        ("x".repeat(65), false),
        ("x".repeat(64), true),
        ("y".into(), true),
    ] {
        let asked = json!({"HITId": id, "NumberOfAdditionalAssignments": 1,
            "UniqueRequestToken": token});
        assert_eq!(world.call(NAME, asked).await.0 == 200, taken, "{token:?}");
    }
}

#[tokio::test]
async fn a_hit_of_before_2015_07_22_gets_no_more_places() {
    let world = World::new().await;
    let about = json!({"Title": "Old", "Description": "Old", "Reward": "0.05",
        "Question": QUESTION, "MaxAssignments": 2, "Expiration": "+1d"});
    let (last, first) = ("3LAST0000000000000000000000000", "3FIRST000000000000000000000000");
    let hits: Vec<Value> = [(last, "2015-07-21T23:59:59.999Z"), (first, "2015-07-22T00:00:00Z")]
        .map(|(id, at)| changed(about.clone(), json!({"HITId": id, "CreationTime": at})))
        .into();
    world.done("POST", "/world", json!({"HITs": hits})).await;
    world.ok(NAME, more(first, 1)).await;
    let said = world.fault(NAME, more(last, 1)).await;
    let expected = "A HIT that was created before July 22, 2015 cannot be extended.";
    assert_eq!(said, format!("RequestError HITTooOldForExtension: {expected}"));
    assert_eq!(world.hit(first).await["MaxAssignments"], 3);
    assert_eq!(world.hit(last).await["MaxAssignments"], 2);
}

#[tokio::test]
async fn only_the_owner_of_a_hit_that_is_there_adds_to_it() {
    let world = World::new().await;
    let id = world.create_hit(json!({})).await;
    let asked = json!({"NumberOfAdditionalAssignments": 1});
    check_hidden(&world, NAME, asked.clone(), "HITId", &id).await;
    check_ids(&world, NAME, asked, "HITId").await;
    world.ok("UpdateExpirationForHIT", json!({"HITId": id, "ExpireAt": 0})).await;
    world.ok("DeleteHIT", json!({"HITId": id})).await;
    let said = world.fault(NAME, more(&id, 1)).await;
    assert!(said.contains("InvalidHITState: This HIT is currently in the state 'Disposed'."));
}
