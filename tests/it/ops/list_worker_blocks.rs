//! ListWorkerBlocks.

use serde_json::json;

use super::shows;
use crate::world::World;

const NAME: &str = "ListWorkerBlocks";

#[tokio::test]
async fn blocks_are_listed_in_pages_and_the_last_one_is_empty() {
    let world = World::new().await;
    for number in 1..=3 {
        let worker = format!("A1WORKER{number}");
        world.ok("CreateWorkerBlock", json!({"WorkerId": worker, "Reason": "spam"})).await;
    }
    world.by("another").ok("CreateWorkerBlock", json!({"WorkerId": "A2", "Reason": "x"})).await;
    let first = world.ok(NAME, json!({"MaxResults": 2})).await;
    shows("list_worker_blocks", &first);
    let next = json!({"MaxResults": 2, "NextToken": first["NextToken"]});
    let second = world.ok(NAME, next).await;
    assert_eq!(second["WorkerBlocks"], json!([{"WorkerId": "A1WORKER1", "Reason": "spam"}]));
    let last = world.ok(NAME, json!({"NextToken": second["NextToken"]})).await;
    assert_eq!(last, json!({"NumResults": 0, "WorkerBlocks": []}));
}

#[tokio::test]
async fn a_stranger_sees_none_and_cannot_use_the_token() {
    let world = World::new().await;
    world.ok("CreateWorkerBlock", json!({"WorkerId": "A1ANNA", "Reason": "spam"})).await;
    let another = world.by("another");
    assert_eq!(another.ok(NAME, json!({})).await, json!({"NumResults": 0, "WorkerBlocks": []}));
    let token = world.ok(NAME, json!({})).await["NextToken"].clone();
    let said = another.fault(NAME, json!({"NextToken": token})).await;
    assert!(said.starts_with("RequestError InvalidParameterValue"), "{said}");
}
