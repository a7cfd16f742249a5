//! UpdateQualificationType.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::qualified::{TEST, tested};
use crate::world::{World, changed};

const NAME: &str = "UpdateQualificationType";

#[tokio::test]
async fn the_answer_is_the_type_as_it_is_now() {
    let world = World::new().await;
    let id = world.qualify(json!({"Keywords": "city"})).await;
    world.advance("1d").await;
    let asked = tested(json!({"QualificationTypeId": id, "Description": "Lives there",
        "QualificationTypeStatus": "Inactive", "RetryDelayInSeconds": 5}));
    let answer = world.ok(NAME, asked).await;
    shows("update_qualification_type", &answer);
    let shown = world.ok("GetQualificationType", json!({"QualificationTypeId": id})).await;
    assert_eq!(shown, answer);
    let again = world.ok(NAME, json!({"QualificationTypeId": id})).await;
    assert_eq!(again, answer, "what is not sent stays");
}

#[tokio::test]
async fn a_test_without_a_key_takes_the_key_away() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({}))).await;
    let asked = json!({"QualificationTypeId": id, "Test": TEST, "TestDurationInSeconds": 9});
    let shown = world.ok(NAME, asked).await["QualificationType"].take();
    assert_eq!((shown.get("AnswerKey"), &shown["TestDurationInSeconds"]), (None, &json!(9)));
}

#[tokio::test]
async fn what_a_type_cannot_become_is_refused() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({}))).await;
    let refused = async |changes: Value| {
        let asked = changed(json!({"QualificationTypeId": id}), changes);
        let said = world.fault(NAME, asked).await;
        said.strip_prefix("ParameterValidationError InvalidParameterValue: ").unwrap().to_owned()
    };
    let said = refused(json!({"AutoGranted": true})).await;
    assert_eq!(said, "The value \"true\" is not valid for the parameter AutoGranted.");
    let said = refused(json!({"Test": TEST})).await;
    assert_eq!(said, "TestDurationInSeconds must be given together with a Test.");
    let said = refused(json!({"TestDurationInSeconds": 9})).await;
    assert!(said.ends_with("can only be updated together with the Test."), "{said}");
    let said = refused(json!({"Description": ""})).await;
    assert_eq!(said, "Your request parameter Description has a minimum length of 1.");
    let said = refused(json!({"RetryDelayInSeconds": -1})).await;
    let range = "Valid values range from 0 to 315360000.";
    assert_eq!(said, format!("The value -1 is invalid for RetryDelayInSeconds. {range}"));
}

#[tokio::test]
async fn a_search_finds_the_new_description() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.ok(NAME, json!({"QualificationTypeId": id, "Description": "A Parisian"})).await;
    let asked = json!({"Query": "parisian", "MustBeRequestable": true});
    let found = world
        .ids("ListQualificationTypes", asked, "QualificationTypes", "QualificationTypeId")
        .await;
    assert_eq!(found, [id]);
}

#[tokio::test]
async fn only_the_owner_changes_a_type_that_is_not_deleted() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    check_hidden(&world, NAME, json!({"Description": "mine"}), "QualificationTypeId", &id).await;
    check_ids(&world, NAME, json!({}), "QualificationTypeId").await;
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": id})).await;
    let said = world.fault(NAME, json!({"QualificationTypeId": id})).await;
    assert!(said.ends_with("called with a status of: Active,Inactive"), "{said}");
}
