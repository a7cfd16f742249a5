//! CreateHITWithHITType.

use serde_json::{Value, json};

use super::{check_ids, shows};
use crate::world::{QUESTION, World, changed};

async fn hit_type(world: &World) -> String {
    let values = json!({"Title": "t", "Description": "d", "Reward": "0.05", "Keywords": "k",
        "AssignmentDurationInSeconds": 60, "AutoApprovalDelayInSeconds": 7});
    let made = world.ok("CreateHITType", values).await;
    made["HITTypeId"].as_str().unwrap().to_owned()
}

fn hit(hit_type_id: &str, changes: Value) -> Value {
    let hit = json!({"HITTypeId": hit_type_id, "LifetimeInSeconds": 60, "Question": QUESTION});
    changed(hit, changes)
}

#[tokio::test]
async fn the_hit_has_the_values_of_its_type() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    let made = world.ok("CreateHITWithHITType", hit(&id, json!({}))).await;
    shows("create_hit_with_hit_type", &made);
    assert_eq!(world.hit(made["HIT"]["HITId"].as_str().unwrap()).await, made["HIT"]);
}

#[tokio::test]
async fn values_of_the_type_that_are_sent_along_are_ignored() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    let sent = hit(&id, json!({"Title": "Mine", "Reward": "9.00", "Keywords": 5}));
    let made = world.ok("CreateHITWithHITType", sent).await;
    assert_eq!((&made["HIT"]["Title"], &made["HIT"]["Reward"]), (&json!("t"), &json!("0.05")));
}

#[tokio::test]
async fn a_type_of_another_requester_does_not_exist() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    let expected = |id: &str| {
        format!(
            "RequestError InvalidParameterValue: The value \"{id}\" is not valid for the \
             parameter HITTypeId."
        )
    };
    let foreign = world.by("another").fault("CreateHITWithHITType", hit(&id, json!({}))).await;
    assert_eq!(foreign, expected(&id));
    let unknown = world.fault("CreateHITWithHITType", hit("3NONE", json!({}))).await;
    assert_eq!(unknown, expected("3NONE"));
    check_ids(&world, "CreateHITWithHITType", hit(&id, json!({})), "HITTypeId").await;
}

#[tokio::test]
async fn the_limits_of_a_hit_hold_here_too() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    for (changes, expected) in [
        (
            json!({"LifetimeInSeconds": 29}),
            "The value 29 is invalid for LifetimeInSeconds. \
             Valid values range from 30 to 31536000.",
        ),
        (
            json!({"MaxAssignments": 0}),
            "The value 0 is invalid for MaxAssignments. \
             Valid values range from 1 to 1000000000.",
        ),
        (
            json!({"RequesterAnnotation": "x".repeat(256)}),
            "Your request parameter RequesterAnnotation has a maximum length of 255.",
        ),
        (json!({"Question": ""}), "Your request parameter Question has a minimum length of 1."),
    ] {
        let said = world.fault("CreateHITWithHITType", hit(&id, changes)).await;
        assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
    }
}

#[tokio::test]
async fn tokens_are_shared_with_create_hit() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    let first = world.create_hit(json!({"UniqueRequestToken": "t"})).await;
    let again = hit(&id, json!({"UniqueRequestToken": "t"}));
    let said = world.fault("CreateHITWithHITType", again).await;
    let expected = format!("The HIT with ID \"{first}\" already exists.");
    assert_eq!(said, format!("RequestError HitAlreadyExists: {expected}"));
}
