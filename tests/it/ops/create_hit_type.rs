//! CreateHITType.

use rstest::rstest;
use serde_json::{Value, json};

use super::shows;
use crate::world::{World, changed};

fn hit_type(changes: Value) -> Value {
    let values = json!({"Title": "t", "Description": "d", "Reward": "0.05",
        "AssignmentDurationInSeconds": 60});
    changed(values, changes)
}

#[tokio::test]
async fn the_answer_is_an_id() {
    let world = World::new().await;
    shows("create_hit_type", &world.ok("CreateHITType", hit_type(json!({}))).await);
}

#[tokio::test]
async fn the_same_values_are_the_same_type_for_one_requester() {
    let world = World::new().await;
    let first = world.ok("CreateHITType", hit_type(json!({}))).await;
    world.advance("1d").await;
    assert_eq!(world.ok("CreateHITType", hit_type(json!({}))).await, first);
    assert_ne!(world.ok("CreateHITType", hit_type(json!({"Title": "u"}))).await, first);
    assert_ne!(world.by("another").ok("CreateHITType", hit_type(json!({}))).await, first);
    let hit = json!({"HITTypeId": first["HITTypeId"], "LifetimeInSeconds": 60,
        "Question": crate::world::QUESTION});
    let made = world.ok("CreateHITWithHITType", hit).await;
    assert_eq!(made["HIT"]["HITTypeId"], first["HITTypeId"]);
    assert_eq!(made["HIT"]["Title"], "t");
}

#[rstest]
#[case::title(json!({"Title": ""}), "Your request parameter Title has a minimum length of 1.")]
#[case::title(json!({"Title": "x".repeat(129)}),
    "Your request parameter Title has a maximum length of 128.")]
#[case::description(json!({"Description": "x".repeat(2001)}),
    "Your request parameter Description has a maximum length of 2000.")]
#[case::keywords(json!({"Keywords": "x".repeat(1001)}),
    "Your request parameter Keywords has a maximum length of 1000.")]
#[case::duration(json!({"AssignmentDurationInSeconds": 29}),
    "The value 29 is invalid for AssignmentDurationInSeconds. \
    Valid values range from 30 to 31536000.")]
#[case::delay(json!({"AutoApprovalDelayInSeconds": 2_592_001}),
    "The value 2592001 is invalid for AutoApprovalDelayInSeconds. \
    Valid values range from 0 to 2592000.")]
#[case::requirements(json!({"QualificationRequirements":
    vec![json!({"QualificationTypeId": "3Q", "Comparator": "Exists"}); 11]}),
    "A HIT can have at most 10 QualificationRequirements.")]
#[case::values(json!({"QualificationRequirements":
    [{"QualificationTypeId": "3Q", "Comparator": "EqualTo"}]}),
    "The value \"\" is not valid for the parameter IntegerValue. IntegerValue must not be null \
    when used with the EqualTo comparator..")]
#[tokio::test]
async fn values_beyond_their_limits_are_refused(#[case] changes: Value, #[case] expected: &str) {
    let world = World::new().await;
    let said = world.fault("CreateHITType", hit_type(changes)).await;
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
}

#[tokio::test]
async fn words_that_the_api_does_not_have_are_refused() {
    let world = World::new().await;
    let requirement = json!({"QualificationTypeId": "3Q", "Comparator": "Like"});
    let asked = hit_type(json!({"QualificationRequirements": [requirement]}));
    let said = world.fault("CreateHITType", asked).await;
    let path = "qualificationRequirements.1.member.comparator";
    assert!(said.starts_with("ValidationException: 1 validation error detected: "), "{said}");
    assert!(said.contains(&format!("Value 'Like' at '{path}'")), "{said}");
    assert!(said.contains("Member must satisfy enum value set: [LessThan, "), "{said}");
}

#[tokio::test]
async fn limits_are_inside() {
    let world = World::new().await;
    let requirement =
        json!({"QualificationTypeId": "00000000000000000060", "Comparator": "Exists"});
    let asked = hit_type(json!({
        "Title": "é".repeat(128), "Description": "é".repeat(2000), "Keywords": "é".repeat(1000),
        "AssignmentDurationInSeconds": 31_536_000, "AutoApprovalDelayInSeconds": 0,
        "QualificationRequirements": vec![requirement; 10],
    }));
    world.ok("CreateHITType", asked).await;
}
