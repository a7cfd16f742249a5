//! RejectAssignment.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::world::World;

async fn work(world: &World) -> (String, String) {
    let hit = world.create_hit(json!({})).await;
    let work = world.work("A1ANNA", &hit).await;
    (hit, work)
}

fn reject(id: &str, feedback: &str) -> Value {
    json!({"AssignmentId": id, "RequesterFeedback": feedback})
}

#[tokio::test]
async fn submitted_work_is_rejected() {
    let world = World::new().await;
    let (hit, id) = work(&world).await;
    world.advance("1h").await;
    shows("reject_assignment", &world.ok("RejectAssignment", reject(&id, "Not a cat")).await);
    let shown = world.ok("GetAssignment", json!({"AssignmentId": id})).await;
    shows("reject_assignment_after", &shown["Assignment"]);
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 0 pending 1 completed");
}

#[tokio::test]
async fn decided_work_is_not_rejected() {
    let expected = "RequestError InvalidAssignmentState: \
                    This operation can be called with a status of: Submitted";
    let world = World::new().await;
    let (_, rejected) = work(&world).await;
    let (_, approved) = work(&world).await;
    world.ok("RejectAssignment", reject(&rejected, "")).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": approved})).await;
    for id in [&rejected, &approved] {
        assert_eq!(world.fault("RejectAssignment", reject(id, "no")).await, expected);
    }
}

#[tokio::test]
async fn work_that_was_not_submitted_cannot_be_rejected() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.accept("A1ANNA", &hit).await;
    let said = world.fault("RejectAssignment", reject(&id, "no")).await;
    let expected = "This operation can be called with a status of: null";
    assert_eq!(said, format!("RequestError InvalidAssignmentState: {expected}"));
}

#[tokio::test]
async fn a_reason_is_wanted_and_may_be_empty() {
    let world = World::new().await;
    let (_, id) = work(&world).await;
    for asked in
        [json!({"AssignmentId": id}), json!({"AssignmentId": id, "RequesterFeedback": null})]
    {
        let said = world.fault("RejectAssignment", asked).await;
        let expected = "Value null at 'requesterFeedback' failed to satisfy constraint: \
                        Member must not be null";
        assert_eq!(said, format!("ValidationException: 1 validation error detected: {expected}"));
    }
    let said = world.fault("RejectAssignment", reject(&id, &"é".repeat(1025))).await;
    let expected = "Your request parameter RequesterFeedback has a maximum length of 1024.";
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
    world.ok("RejectAssignment", reject(&id, "")).await;
    let (_, id) = work(&world).await;
    world.ok("RejectAssignment", reject(&id, &"é".repeat(1024))).await;
}

#[tokio::test]
async fn a_stranger_cannot_reject() {
    let world = World::new().await;
    let (_, id) = work(&world).await;
    let asked = json!({"RequesterFeedback": "no"});
    check_hidden(&world, "RejectAssignment", asked.clone(), "AssignmentId", &id).await;
    check_ids(&world, "RejectAssignment", asked, "AssignmentId").await;
    let shown = world.ok("GetAssignment", json!({"AssignmentId": id})).await;
    assert_eq!(shown["Assignment"]["AssignmentStatus"], "Submitted");
}
