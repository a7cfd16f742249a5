//! UpdateHITTypeOfHIT.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::world::World;

const NAME: &str = "UpdateHITTypeOfHIT";

async fn hit_type(world: &World, title: &str) -> String {
    let values = json!({"Title": title, "Description": "d", "Reward": "1.00",
        "AssignmentDurationInSeconds": 60, "AutoApprovalDelayInSeconds": 5});
    let made = world.ok("CreateHITType", values).await;
    made["HITTypeId"].as_str().unwrap().to_owned()
}

fn become_of(hit: &str, hit_type: &str) -> Value {
    json!({"HITId": hit, "HITTypeId": hit_type})
}

#[tokio::test]
async fn the_hit_takes_on_every_value_of_the_type() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Keywords": "k"})).await;
    let other = hit_type(&world, "New").await;
    shows("update_hit_type_of_hit", &world.ok(NAME, become_of(&hit, &other)).await);
    shows("update_hit_type_of_hit_after", &world.hit(&hit).await);
    world.ok(NAME, become_of(&hit, &other)).await;
    let taken = world.done("POST", "/workers/A1ANNA/accept", json!({"HITTypeId": other})).await;
    assert_eq!(taken["HITId"], hit.as_str());
    assert_eq!(taken["Deadline"], "2026-01-01T00:01:00Z");
}

#[tokio::test]
async fn a_hit_that_someone_works_or_worked_on_keeps_its_type() {
    let world = World::new().await;
    let other = hit_type(&world, "New").await;
    let taken = world.create_hit(json!({})).await;
    let accepted = world.accept("A1ANNA", &taken).await;
    let done = world.create_hit(json!({})).await;
    world.work("A1ANNA", &done).await;
    let approved = world.create_hit(json!({})).await;
    let work = world.work("A1ANNA", &approved).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    for hit in [&taken, &done, &approved] {
        let said = world.fault(NAME, become_of(hit, &other)).await;
        let expected = "The HITType of a HIT cannot be changed once a worker has accepted or \
                        submitted one of its assignments.";
        assert_eq!(said, format!("RequestError InvalidHITState: {expected}"));
        assert_eq!(world.hit(hit).await["Title"], "Label a picture");
    }
    world.done("POST", &format!("/assignments/{accepted}/return"), json!(null)).await;
    world.ok(NAME, become_of(&taken, &other)).await;
}

#[tokio::test]
async fn both_have_to_be_the_requester_s() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let own = hit_type(&world, "New").await;
    let foreign = hit_type(&world.by("another"), "New").await;
    for id in [foreign.as_str(), "3NONE"] {
        let said = world.fault(NAME, become_of(&hit, id)).await;
        assert_eq!(
            said,
            format!(
                "RequestError InvalidParameterValue: The value \"{id}\" is not valid for the \
             parameter HITTypeId."
            )
        );
    }
    check_hidden(&world, NAME, json!({"HITTypeId": own}), "HITId", &hit).await;
    check_hidden(&world, NAME, json!({"HITTypeId": foreign}), "HITId", &hit).await;
    check_ids(&world, NAME, json!({"HITTypeId": own}), "HITId").await;
    check_ids(&world, NAME, json!({"HITId": hit}), "HITTypeId").await;
    assert_eq!(world.hit(&hit).await["Title"], "Label a picture");
}

#[tokio::test]
async fn a_deleted_hit_keeps_its_type() {
    let world = World::new().await;
    let other = hit_type(&world, "New").await;
    let hit = world.create_hit(json!({})).await;
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit, "ExpireAt": 0})).await;
    world.ok(NAME, become_of(&hit, &other)).await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
    let said = world.fault(NAME, become_of(&hit, &other)).await;
    assert!(said.contains("InvalidHITState: This HIT is currently in the state 'Disposed'."));
}
