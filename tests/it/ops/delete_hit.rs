//! DeleteHIT.

use serde_json::json;

use super::{check_hidden, check_ids, shows};
use crate::world::World;

const STATES: &str = "This operation can be called with a status of: Reviewing, Reviewable";

#[tokio::test]
async fn a_reviewed_hit_is_deleted_once() {
    let world = World::new().await;
    let id = world.create_hit(json!({"MaxAssignments": 1})).await;
    let work = world.work("A1ANNA", &id).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    shows("delete_hit", &world.ok("DeleteHIT", json!({"HITId": id})).await);
    let again = world.fault("DeleteHIT", json!({"HITId": id})).await;
    let state = "This HIT is currently in the state 'Disposed'.";
    assert_eq!(again, format!("RequestError InvalidHITState: {state}  {STATES}"));
}

#[tokio::test]
async fn only_get_hit_remembers_a_deleted_hit() {
    let world = World::new().await;
    let id = world.create_hit(json!({"MaxAssignments": 1})).await;
    let work = world.work("A1ANNA", &id).await;
    world.ok("RejectAssignment", json!({"AssignmentId": work, "RequesterFeedback": "no"})).await;
    world.ok("DeleteHIT", json!({"HITId": id})).await;
    shows("get_hit_deleted", &world.ok("GetHIT", json!({"HITId": id})).await);
    let gone = format!("RequestError HITDoesNotExist: Hit {id} does not exist.");
    assert_eq!(world.fault("ListAssignmentsForHIT", json!({"HITId": id})).await, gone);
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
    assert_eq!(world.ok("ListReviewableHITs", json!({})).await["NumResults"], 0);
    let gone = format!("RequestError AssignmentDoesNotExist: Assignment {work} does not exist.");
    let work = json!({"AssignmentId": work, "OverrideRejection": true});
    assert_eq!(world.fault("GetAssignment", work.clone()).await, gone);
    assert_eq!(world.fault("ApproveAssignment", work).await, gone);
}

#[tokio::test]
async fn a_hit_that_workers_are_at_is_not_deleted() {
    let world = World::new().await;
    let id = world.create_hit(json!({"MaxAssignments": 1})).await;
    let refused = async |state: &str| {
        let said = world.fault("DeleteHIT", json!({"HITId": id})).await;
        let now = format!("This HIT is currently in the state '{state}'.");
        assert_eq!(said, format!("RequestError InvalidHITState: {now}  {STATES}"));
    };
    refused("Assignable").await;
    let taken = world.accept("A1ANNA", &id).await;
    refused("Unassignable").await;
    world.submit(&taken).await;
    refused("Reviewable").await;
    assert_eq!(world.standing(&id).await, "Reviewable 0 available 0 pending 0 completed");
}

#[tokio::test]
async fn a_hit_being_reviewed_and_one_that_expired_unworked_are_deleted() {
    let world = World::new().await;
    let reviewing = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("60s").await;
    world.ok("UpdateHITReviewStatus", json!({"HITId": reviewing})).await;
    world.ok("DeleteHIT", json!({"HITId": reviewing})).await;
    let fresh = world.create_hit(json!({})).await;
    world.ok("UpdateExpirationForHIT", json!({"HITId": fresh, "ExpireAt": 0})).await;
    world.ok("DeleteHIT", json!({"HITId": fresh})).await;
}

#[tokio::test]
async fn a_stranger_cannot_delete() {
    let world = World::new().await;
    let id = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("1d").await;
    check_hidden(&world, "DeleteHIT", json!({}), "HITId", &id).await;
    check_ids(&world, "DeleteHIT", json!({}), "HITId").await;
    assert_eq!(world.hit(&id).await["HITStatus"], "Reviewable");
}
