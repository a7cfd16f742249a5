//! DeleteWorkerBlock.

use serde_json::json;

use super::shows;
use crate::world::World;

const NAME: &str = "DeleteWorkerBlock";

#[tokio::test]
async fn a_worker_who_is_blocked_no_more_can_accept_again() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    world.ok("CreateWorkerBlock", json!({"WorkerId": "A1ANNA", "Reason": "spam"})).await;
    let asked = json!({"WorkerId": "A1ANNA", "Reason": "a mistake"});
    shows("delete_worker_block", &world.ok(NAME, asked).await);
    world.work("A1ANNA", &hit).await;
    assert_eq!(world.ok("ListWorkerBlocks", json!({})).await["NumResults"], 0);
}

#[tokio::test]
async fn who_was_never_blocked_is_no_error() {
    World::new().await.ok(NAME, json!({"WorkerId": "A1ANNA"})).await;
}

#[tokio::test]
async fn only_ones_own_block_goes() {
    let world = World::new().await;
    world.ok("CreateWorkerBlock", json!({"WorkerId": "A1ANNA", "Reason": "spam"})).await;
    world.by("another").ok(NAME, json!({"WorkerId": "A1ANNA"})).await;
    assert_eq!(world.ok("ListWorkerBlocks", json!({})).await["NumResults"], 1);
}

#[tokio::test]
async fn unknown_workers_are_refused_where_only_known_ones_exist() {
    let world = World::with(|options| options.market.known_workers_only = true).await;
    let said = world.fault(NAME, json!({"WorkerId": "A1NOBODY"})).await;
    let expected = "The value \"A1NOBODY\" is not valid for the parameter WorkerId.";
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
}
