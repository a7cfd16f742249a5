//! UpdateHITReviewStatus.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::world::World;

const NAME: &str = "UpdateHITReviewStatus";

async fn ended(world: &World) -> String {
    let hit = world.create_hit(json!({})).await;
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit, "ExpireAt": 0})).await;
    hit
}

fn step(hit: &str, revert: impl Into<Value>) -> Value {
    json!({"HITId": hit, "Revert": revert.into()})
}

#[tokio::test]
async fn a_reviewable_hit_is_marked_and_unmarked() {
    let world = World::new().await;
    let hit = ended(&world).await;
    shows("update_hit_review_status", &world.ok(NAME, json!({"HITId": hit})).await);
    let shown = world.hit(&hit).await;
    assert_eq!(
        (&shown["HITStatus"], &shown["HITReviewStatus"]),
        (&json!("Reviewing"), &json!("NotReviewed"))
    );
    world.ok(NAME, step(&hit, true)).await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewable");
    world.ok(NAME, step(&hit, false)).await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewing");
}

#[tokio::test]
async fn a_step_starts_from_its_own_status() {
    let world = World::new().await;
    let assignable = world.create_hit(json!({"MaxAssignments": 1})).await;
    let unassignable = world.create_hit(json!({"MaxAssignments": 1})).await;
    world.accept("A1ANNA", &unassignable).await;
    let (reviewable, reviewing, disposed) =
        (ended(&world).await, ended(&world).await, ended(&world).await);
    world.ok(NAME, step(&reviewing, false)).await;
    world.ok("DeleteHIT", json!({"HITId": disposed})).await;
    for (hit, state, revert, wanted) in [
        (&assignable, "Assignable", json!(false), "Reviewable"),
        (&assignable, "Assignable", json!(true), "Reviewing"),
        (&unassignable, "Unassignable", json!(null), "Reviewable"),
        (&unassignable, "Unassignable", json!(true), "Reviewing"),
        (&reviewable, "Reviewable", json!(true), "Reviewing"),
        (&reviewing, "Reviewing", json!(null), "Reviewable"),
        (&disposed, "Disposed", json!(false), "Reviewable"),
        (&disposed, "Disposed", json!(true), "Reviewing"),
    ] {
        let said = world.fault(NAME, step(hit, revert)).await;
        let expected = format!(
            "This HIT is currently in the state '{state}'.  This operation can be called with a \
             status of: {wanted}"
        );
        assert_eq!(said, format!("RequestError InvalidHITState: {expected}"));
        assert_eq!(world.hit(hit).await["HITStatus"], state);
    }
}

#[tokio::test]
async fn a_stranger_marks_nothing() {
    let world = World::new().await;
    let hit = ended(&world).await;
    check_hidden(&world, NAME, json!({}), "HITId", &hit).await;
    check_hidden(&world, NAME, json!({"Revert": true}), "HITId", &hit).await;
    check_ids(&world, NAME, json!({}), "HITId").await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewable");
}
