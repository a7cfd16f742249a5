//! ListHITs; its pages are in `paging.rs`.

use serde_json::json;

use super::shows;
use crate::world::World;

#[tokio::test]
async fn the_answer_is_the_hits_newest_first() {
    let world = World::new().await;
    let old = world.create_hit(json!({"Keywords": "old"})).await;
    world.advance("1s").await;
    let new = world.create_hit(json!({"MaxAssignments": 10})).await;
    let answer = world.ok("ListHITs", json!({})).await;
    shows("list_hits", &answer);
    assert_eq!(answer["HITs"], json!([world.hit(&new).await, world.hit(&old).await]));
}

#[tokio::test]
async fn without_hits_the_list_is_there_and_empty() {
    let world = World::new().await;
    world.by("another").create_hit(json!({})).await;
    let reply = world.send(world.request("ListHITs", "{}")).await;
    assert_eq!(reply.text, r#"{"NumResults":0,"HITs":[]}"#);
}

#[tokio::test]
async fn page_sizes_have_two_ends() {
    let world = World::new().await;
    for size in [1, 100] {
        world.ok("ListHITs", json!({"MaxResults": size})).await;
    }
    for size in [0, 101] {
        let said = world.fault("ListHITs", json!({"MaxResults": size})).await;
        assert!(said.starts_with("ValidationException: ") && said.contains("'maxResults'"));
    }
}
