//! ListHITsForQualificationType; its pages are in `paging.rs`.

use serde_json::{Value, json};

use super::{NOBODY, check_ids, shows};
use crate::world::World;

const NAME: &str = "ListHITsForQualificationType";
const ADULT: &str = "00000000000000000060";

async fn requiring(world: &World, types: &[&str]) -> String {
    let required: Vec<Value> =
        types.iter().map(|id| json!({"QualificationTypeId": id, "Comparator": "Exists"})).collect();
    world.create_hit(json!({"QualificationRequirements": required})).await
}

async fn hits(world: &World, id: &str) -> Vec<String> {
    world.ids(NAME, json!({"QualificationTypeId": id}), "HITs", "HITId").await
}

#[tokio::test]
async fn the_answer_is_the_requester_s_hits_newest_first() {
    let world = World::new().await;
    let id = world.by("another").qualify(json!({})).await;
    let old = requiring(&world, &[&id, ADULT]).await;
    world.advance("1s").await;
    let new = requiring(&world, &[&id, &id]).await;
    requiring(&world.by("another"), &[&id]).await;
    world.create_hit(json!({})).await;
    let answer = world.ok(NAME, json!({"QualificationTypeId": id})).await;
    shows("list_hits_for_qualification_type", &answer);
    assert_eq!(hits(&world, &id).await, [new, old.clone()]);
    assert_eq!(hits(&world, ADULT).await, [old]);
}

#[tokio::test]
async fn hits_come_and_go_with_what_they_require() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let hit = requiring(&world, &[&id]).await;
    let plain = world.create_hit(json!({})).await;
    let hit_type = |hit: &Value| hit["HITTypeId"].clone();
    let (of_hit, of_plain) = (hit_type(&world.hit(&hit).await), hit_type(&world.hit(&plain).await));
    world.ok("UpdateHITTypeOfHIT", json!({"HITId": hit, "HITTypeId": of_plain})).await;
    assert_eq!(hits(&world, &id).await, [""; 0]);
    world.ok("UpdateHITTypeOfHIT", json!({"HITId": plain, "HITTypeId": of_hit})).await;
    assert_eq!(hits(&world, &id).await, [plain.as_str()]);
    world.ok("UpdateExpirationForHIT", json!({"HITId": plain, "ExpireAt": 0})).await;
    assert_eq!(hits(&world, &id).await, [plain.as_str()], "of any status");
    world.ok("DeleteHIT", json!({"HITId": plain})).await;
    assert_eq!(hits(&world, &id).await, [""; 0]);
    let auto = requiring(&world, &[&id]).await;
    assert_eq!(hits(&world, &id).await, [auto]);
    world.advance("200d").await;
    assert_eq!(hits(&world, &id).await, [""; 0], "deleted by itself");
}

#[tokio::test]
async fn a_deleted_type_has_its_list_for_whoever_requires_it() {
    let world = World::new().await;
    let other = world.by("another");
    let id = world.qualify(json!({})).await;
    let hit = requiring(&world, &[&id]).await;
    let foreign = requiring(&other, &[&id]).await;
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": id})).await;
    assert_eq!(hits(&world, &id).await, [hit]);
    assert_eq!(hits(&other, &id).await, [foreign]);
    assert_eq!(hits(&world.by("third"), &id).await, [""; 0]);
}

#[tokio::test]
async fn a_type_without_hits_has_an_empty_list_and_an_unknown_one_none() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let body = json!({"QualificationTypeId": id}).to_string();
    let reply = world.send(world.request(NAME, body)).await;
    assert_eq!(reply.text, r#"{"NumResults":0,"HITs":[]}"#);
    let said = world.fault(NAME, json!({"QualificationTypeId": NOBODY})).await;
    let expected = format!("QualificationType [{NOBODY}] does not exist.");
    assert_eq!(said, format!("RequestError QualificationTypeDoesNotExist: {expected}"));
    check_ids(&world, NAME, json!({}), "QualificationTypeId").await;
}
