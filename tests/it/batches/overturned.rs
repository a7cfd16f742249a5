//! How long a mark in a file overturns a rejection.

use serde_json::json;

use super::{add, hits, review, send, show, submit};
use crate::world::World;

/// A batch, and an assignment of it that was rejected 30 days ago.
async fn rejected(world: &World) -> (i64, String) {
    let id = add(world, json!({})).await;
    show(world, id).await;
    let done = submit(world, &hits(world).await[0], "A1ANNA", "cat").await;
    review(world, id, &[(&done, "", "no")]).await;
    show(world, id).await;
    world.advance("30d").await;
    (id, done)
}

#[tokio::test]
async fn a_rejection_is_overturned_within_thirty_days() {
    let world = World::new().await;
    let (id, done) = rejected(&world).await;
    let path = format!("/batches/{id}/review");
    let text = format!("AssignmentId,Approve\n{done},x\n");
    world.advance("1s").await;
    let late = send(&world, "POST", &path, &text).await;
    assert_eq!(late.status, 400, "{}", late.text);
    assert!(late.text.contains("line 2: Approve: the assignment is rejected, and was submitted"));
    let override_it = json!({"AssignmentId": done, "OverrideRejection": true});
    let (status, refused) = world.call("ApproveAssignment", override_it).await;
    assert_eq!(status, 400, "the API agrees: {refused}");
    // In force already: nothing is to be decided.
    let text = format!("AssignmentId,Reject\n{done},no\n");
    assert_eq!(send(&world, "POST", &path, &text).await.status, 200);
}

#[tokio::test]
async fn a_rejection_is_overturned_on_the_thirtieth_day() {
    let world = World::new().await;
    let (id, done) = rejected(&world).await;
    let (status, answer) = review(&world, id, &[(&done, "x", "")]).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(show(&world, id).await["Assignments"]["Approved"], 1);
}
