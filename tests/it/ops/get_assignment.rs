//! GetAssignment.

use serde_json::json;

use super::{check_hidden, check_ids, shows};
use crate::world::World;

#[tokio::test]
async fn the_answer_is_the_work_and_its_hit() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let work = world.accept("A1ANNA", &hit).await;
    world.advance("90s").await;
    world.submit(&work).await;
    let answer = world.ok("GetAssignment", json!({"AssignmentId": work})).await;
    shows("get_assignment", &answer);
    assert_eq!(answer["HIT"], world.hit(&hit).await);
}

#[tokio::test]
async fn work_that_was_not_submitted_is_in_the_wrong_state() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"AssignmentDurationInSeconds": 60})).await;
    let (kept, returned) = (world.accept("A1ANNA", &hit).await, world.accept("A2BERT", &hit).await);
    world.done("POST", &format!("/assignments/{returned}/return"), json!(null)).await;
    let check = async || {
        for id in [&kept, &returned] {
            let said = world.fault("GetAssignment", json!({"AssignmentId": id})).await;
            let states = "This operation can be called with a status of: \
                          Reviewable,Approved,Rejected";
            assert_eq!(said, format!("RequestError InvalidAssignmentState: {states}"));
            check_hidden(&world, "GetAssignment", json!({}), "AssignmentId", id).await;
        }
    };
    check().await;
    world.advance("60s").await;
    check().await;
}

#[tokio::test]
async fn strange_work_does_not_exist() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let work = world.work("A1ANNA", &hit).await;
    check_hidden(&world, "GetAssignment", json!({}), "AssignmentId", &work).await;
    check_ids(&world, "GetAssignment", json!({}), "AssignmentId").await;
}
