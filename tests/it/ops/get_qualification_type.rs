//! GetQualificationType.

use serde_json::json;

use super::{NOBODY, check_ids, shows};
use crate::qualified::tested;
use crate::world::World;

const NAME: &str = "GetQualificationType";

#[tokio::test]
async fn the_owner_sees_all_of_it_and_others_all_but_test_and_key() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({"Keywords": "city"}))).await;
    let asked = json!({"QualificationTypeId": id});
    shows("get_qualification_type", &world.ok(NAME, asked.clone()).await);
    let foreign = world.by("another").ok(NAME, asked).await;
    shows("get_qualification_type_of_another", &foreign);
}

#[tokio::test]
async fn system_types_are_there() {
    let world = World::new().await;
    for (id, name) in [
        ("2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", "Masters"),
        ("00000000000000000040", "Worker_NumberHITsApproved"),
        ("00000000000000000071", "Worker_Locale"),
        ("00000000000000000060", "Worker_Adult"),
        ("000000000000000000L0", "Worker_PercentAssignmentsApproved"),
    ] {
        let shown = world.ok(NAME, json!({"QualificationTypeId": id})).await;
        assert_eq!(shown["QualificationType"]["Name"], name);
        assert_eq!(shown["QualificationType"]["IsRequestable"], false);
    }
}

#[tokio::test]
async fn what_is_deleted_or_never_was_does_not_exist() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": id})).await;
    for id in [id.as_str(), NOBODY, "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"] {
        let said = world.fault(NAME, json!({"QualificationTypeId": id})).await;
        let expected = format!("QualificationType [{id}] does not exist.");
        assert_eq!(said, format!("RequestError QualificationTypeDoesNotExist: {expected}"));
    }
    check_ids(&world, NAME, json!({}), "QualificationTypeId").await;
}
