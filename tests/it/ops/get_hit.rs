//! GetHIT.

use serde_json::json;

use super::{check_hidden, check_ids, shows};
use crate::world::{World, hit};

#[tokio::test]
async fn the_answer_is_the_hit_as_it_is_now() {
    let world = World::new().await;
    let id = world.create_hit(json!({"RequesterAnnotation": "", "Keywords": ""})).await;
    world.advance("1h").await;
    world.accept("A1ANNA", &id).await;
    let work = world.work("A2BERT", &id).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    shows("get_hit", &world.ok("GetHIT", json!({"HITId": id})).await);
}

#[tokio::test]
async fn members_that_were_not_set_are_absent() {
    let world = World::new().await;
    let id = world.create_hit(json!({})).await;
    let shown = world.hit(&id).await;
    for name in ["Keywords", "RequesterAnnotation", "HITLayoutId"] {
        assert_eq!(shown.get(name), None);
    }
    assert_eq!(shown["QualificationRequirements"], json!([]));
}

#[tokio::test]
async fn requirements_show_both_forms_of_their_guard() {
    let world = World::new().await;
    let requirement =
        json!({"QualificationTypeId": "00000000000000000060", "Comparator": "Exists"});
    let made = world.ok("CreateHIT", hit(json!({"QualificationRequirements": [requirement]})));
    let shown = made.await["HIT"]["QualificationRequirements"].take();
    let expected = json!([{"QualificationTypeId": "00000000000000000060", "Comparator": "Exists",
        "RequiredToPreview": false, "ActionsGuarded": "Accept"}]);
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_strange_hit_does_not_exist() {
    let world = World::new().await;
    let id = world.create_hit(json!({})).await;
    check_hidden(&world, "GetHIT", json!({}), "HITId", &id).await;
    check_ids(&world, "GetHIT", json!({}), "HITId").await;
    world.ok("UpdateExpirationForHIT", json!({"HITId": id, "ExpireAt": 0})).await;
    world.ok("DeleteHIT", json!({"HITId": id})).await;
    check_hidden(&world, "GetHIT", json!({}), "HITId", &id).await;
}
