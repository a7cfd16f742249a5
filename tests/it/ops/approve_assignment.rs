//! ApproveAssignment.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::world::World;

async fn work(world: &World) -> (String, String) {
    let hit = world.create_hit(json!({})).await;
    let work = world.work("A1ANNA", &hit).await;
    (hit, work)
}

async fn shown(world: &World, id: &str) -> Value {
    world.ok("GetAssignment", json!({"AssignmentId": id})).await["Assignment"].take()
}

const ONLY_SUBMITTED: &str = "RequestError InvalidAssignmentState: \
    This operation can be called with a status of: Submitted";

#[tokio::test]
async fn submitted_work_is_approved() {
    let world = World::new().await;
    let (hit, id) = work(&world).await;
    world.advance("1h").await;
    let asked = json!({"AssignmentId": id, "RequesterFeedback": "Well done"});
    shows("approve_assignment", &world.ok("ApproveAssignment", asked).await);
    shows("approve_assignment_after", &shown(&world, &id).await);
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 0 pending 1 completed");
}

#[tokio::test]
async fn feedback_is_there_only_when_it_was_given() {
    let world = World::new().await;
    let (_, id) = work(&world).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    assert_eq!(shown(&world, &id).await.get("RequesterFeedback"), None);
    let hit = world.create_hit(json!({})).await;
    let id = world.work("A1ANNA", &hit).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": id, "RequesterFeedback": ""})).await;
    assert_eq!(shown(&world, &id).await["RequesterFeedback"], "");
}

#[tokio::test]
async fn approved_work_is_not_approved_again() {
    let world = World::new().await;
    let (hit, id) = work(&world).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    let before = shown(&world, &id).await;
    for overriding in [false, true] {
        let asked = json!({"AssignmentId": id, "OverrideRejection": overriding});
        assert_eq!(world.fault("ApproveAssignment", asked).await, ONLY_SUBMITTED);
    }
    assert_eq!(shown(&world, &id).await, before);
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 0 pending 1 completed");
}

#[tokio::test]
async fn a_rejection_is_overridden_only_on_demand() {
    let world = World::new().await;
    let (hit, id) = work(&world).await;
    world.ok("RejectAssignment", json!({"AssignmentId": id, "RequesterFeedback": "bad"})).await;
    world.advance("1h").await;
    for asked in [json!({}), json!({"OverrideRejection": false})] {
        let asked = crate::world::changed(json!({"AssignmentId": id}), asked);
        assert_eq!(world.fault("ApproveAssignment", asked).await, ONLY_SUBMITTED);
    }
    world.ok("ApproveAssignment", json!({"AssignmentId": id, "OverrideRejection": true})).await;
    shows("approve_assignment_overridden", &shown(&world, &id).await);
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 0 pending 1 completed");
}

#[tokio::test]
async fn a_rejection_can_be_overridden_for_thirty_days_after_submission() {
    for (rest, overridden) in [("29d", true), ("29d1s", false)] {
        let world = World::new().await;
        let (_, id) = work(&world).await;
        world.advance("1d").await;
        world.ok("RejectAssignment", json!({"AssignmentId": id, "RequesterFeedback": "bad"})).await;
        world.advance(rest).await;
        let asked = json!({"AssignmentId": id, "OverrideRejection": true});
        let (status, answer) = world.call("ApproveAssignment", asked).await;
        assert_eq!(status == 200, overridden, "{rest}: {answer}");
        assert!(overridden || crate::shape::fault(&answer) == ONLY_SUBMITTED);
    }
}

#[tokio::test]
async fn work_that_was_not_submitted_cannot_be_approved() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.accept("A1ANNA", &hit).await;
    let said = world.fault("ApproveAssignment", json!({"AssignmentId": id})).await;
    let expected = "This operation can be called with a status of: null";
    assert_eq!(said, format!("RequestError InvalidAssignmentState: {expected}"));
}

#[tokio::test]
async fn feedback_has_a_greatest_length_and_no_control_characters() {
    let world = World::new().await;
    let (_, id) = work(&world).await;
    let ask = |text: String| json!({"AssignmentId": id, "RequesterFeedback": text});
    let said = world.fault("ApproveAssignment", ask("é".repeat(1025))).await;
    let expected = "Your request parameter RequesterFeedback has a maximum length of 1024.";
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
    let said = world.fault("ApproveAssignment", ask("a\u{0}b".into())).await;
    let expected = "The value \"a?b\" is not valid for the parameter RequesterFeedback.";
    assert_eq!(said, format!("RequestError InvalidParameterValue: {expected}"));
    world.ok("ApproveAssignment", ask("é".repeat(1024))).await;
}

#[tokio::test]
async fn a_stranger_cannot_approve() {
    let world = World::new().await;
    let (_, id) = work(&world).await;
    check_hidden(&world, "ApproveAssignment", json!({}), "AssignmentId", &id).await;
    check_ids(&world, "ApproveAssignment", json!({}), "AssignmentId").await;
    assert_eq!(shown(&world, &id).await["AssignmentStatus"], "Submitted");
}
