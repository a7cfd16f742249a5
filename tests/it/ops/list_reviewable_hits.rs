//! ListReviewableHITs; its pages are in `paging.rs`.

use serde_json::{Value, json};

use super::shows;
use crate::world::World;

const NAME: &str = "ListReviewableHITs";

/// The ids on the first page.
async fn ids(world: &World, asked: Value) -> Vec<Value> {
    let mut answer = world.ok(NAME, asked).await;
    let hits = answer["HITs"].as_array_mut().unwrap();
    hits.iter_mut().map(|hit| hit["HITId"].take()).collect()
}

#[tokio::test]
async fn the_answer_is_what_waits_for_review_latest_end_first() {
    let world = World::new().await;
    let early = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    let full = world.create_hit(json!({"MaxAssignments": 1})).await;
    world.create_hit(json!({})).await;
    world.work("A1ANNA", &full).await;
    world.advance("60s").await;
    shows("list_reviewable_hits", &world.ok(NAME, json!({})).await);
    assert_eq!(ids(&world, json!({})).await, [full.as_str(), early.as_str()]);
}

#[tokio::test]
async fn the_status_chooses_reviewable_or_reviewing() {
    let world = World::new().await;
    let one = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    let other = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("60s").await;
    world.ok("UpdateHITReviewStatus", json!({"HITId": one})).await;
    assert_eq!(ids(&world, json!({})).await, [other.as_str()]);
    assert_eq!(ids(&world, json!({"Status": "Reviewable"})).await, [other.as_str()]);
    assert_eq!(ids(&world, json!({"Status": "Reviewing"})).await, [one.as_str()]);
    let said = world.fault(NAME, json!({"Status": "Assignable"})).await;
    let expected = "Value 'Assignable' at 'status' failed to satisfy constraint: Member must \
                    satisfy enum value set: [Reviewable, Reviewing]";
    assert_eq!(said, format!("ValidationException: 1 validation error detected: {expected}"));
}

#[tokio::test]
async fn the_type_chooses_and_a_strange_one_chooses_nothing() {
    let world = World::new().await;
    let one = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    let other = world.create_hit(json!({"LifetimeInSeconds": 60, "Title": "x"})).await;
    world.advance("60s").await;
    let hit_type = world.hit(&one).await["HITTypeId"].take();
    assert_eq!(ids(&world, json!({"HITTypeId": hit_type})).await, [one.as_str()]);
    assert_eq!(ids(&world.by("another"), json!({"HITTypeId": hit_type})).await, [Value::Null; 0]);
    assert_eq!(ids(&world, json!({"HITTypeId": "3NONE"})).await, [Value::Null; 0]);
    let other_type = world.hit(&other).await["HITTypeId"].take();
    world.ok("UpdateExpirationForHIT", json!({"HITId": one, "ExpireAt": 0})).await;
    world.ok("UpdateHITTypeOfHIT", json!({"HITId": one, "HITTypeId": other_type})).await;
    assert_eq!(ids(&world, json!({"HITTypeId": hit_type})).await, [Value::Null; 0]);
    assert_eq!(ids(&world, json!({"HITTypeId": other_type})).await.len(), 2);
}

#[tokio::test]
async fn without_any_the_list_is_there_and_empty() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    let foreign = world.by("another").create_hit(json!({})).await;
    let ended = json!({"HITId": foreign, "ExpireAt": 0});
    world.by("another").ok("UpdateExpirationForHIT", ended).await;
    let reply = world.send(world.request(NAME, "{}")).await;
    assert_eq!(reply.text, r#"{"NumResults":0,"HITs":[]}"#);
}
