//! CreateQualificationType.

use rstest::rstest;
use serde_json::{Value, json};

use super::shows;
use crate::qualified::{KEY, qualification_type, tested};
use crate::world::World;

const NAME: &str = "CreateQualificationType";
const TAKEN: &str = "RequestError QualificationTypeAlreadyExists: You have already created a \
    QualificationType with this name. A QualificationType's name must be unique among all of the \
    QualificationTypes created by the same user.";

#[tokio::test]
async fn the_answer_is_the_type() {
    let world = World::new().await;
    shows("create_qualification_type", &world.ok(NAME, qualification_type(json!({}))).await);
    let whole = tested(json!({"Name": "With a test", "Keywords": "city, France",
        "RetryDelayInSeconds": 0, "QualificationTypeStatus": "Inactive"}));
    let whole = world.ok(NAME, qualification_type(whole)).await;
    shows("create_qualification_type_with_a_test", &whole);
    let granted = qualification_type(json!({"Name": "At once", "AutoGranted": true}));
    shows("create_qualification_type_auto_granted", &world.ok(NAME, granted).await);
}

#[tokio::test]
async fn a_name_is_unique_for_its_requester() {
    let world = World::new().await;
    let asked = qualification_type(json!({}));
    world.ok(NAME, asked.clone()).await;
    assert_eq!(world.fault(NAME, asked.clone()).await, TAKEN);
    world.by("another").ok(NAME, asked).await;
    world.ok(NAME, qualification_type(json!({"Name": "knows paris"}))).await;
}

#[rstest]
#[case(json!({"Name": ""}), "Your request parameter Name has a minimum length of 1.")]
#[case(json!({"Name": "x".repeat(201)}),
    "Your request parameter Name has a maximum length of 200.")]
#[case(json!({"Description": "x".repeat(2001)}),
    "Your request parameter Description has a maximum length of 2000.")]
#[case(json!({"Keywords": "x".repeat(1001)}),
    "Your request parameter Keywords has a maximum length of 1000.")]
#[case(json!({"RetryDelayInSeconds": -1}),
    "The value -1 is invalid for RetryDelayInSeconds. Valid values range from 0 to 315360000.")]
#[case(json!({"AnswerKey": KEY}), "An AnswerKey can only be given together with a Test.")]
#[case(tested(json!({"TestDurationInSeconds": null})),
    "TestDurationInSeconds must be given together with a Test.")]
#[case(tested(json!({"Test": crate::world::QUESTION})),
    "The Test of a QualificationType is a QuestionForm.")]
#[tokio::test]
async fn what_a_type_cannot_be_is_refused(#[case] changes: Value, #[case] expected: &str) {
    let world = World::new().await;
    let said = world.fault(NAME, qualification_type(changes)).await;
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
}

#[tokio::test]
async fn limits_are_inside() {
    let world = World::new().await;
    let most = json!({"Name": "é".repeat(200), "Description": "é".repeat(2000),
        "Keywords": "é".repeat(1000), "TestDurationInSeconds": 31_536_000});
    world.ok(NAME, qualification_type(tested(most))).await;
}

#[rstest]
#[case(json!({"Test": "who what?"}))]
#[case(json!({"AnswerKey": "<AnswerKey/>"}))]
#[tokio::test]
async fn documents_are_checked(#[case] changes: Value) {
    let world = World::new().await;
    let said = world.fault(NAME, qualification_type(tested(changes))).await;
    let expected = "ParameterValidationError XMLParseError: There was an error parsing the XML \
        question or answer data in your request.";
    assert!(said.starts_with(expected), "{said}");
}

#[tokio::test]
async fn the_status_is_one_of_two() {
    let world = World::new().await;
    let asked = qualification_type(json!({"QualificationTypeStatus": "Disposing"}));
    let said = world.fault(NAME, asked).await;
    assert!(said.contains("Member must satisfy enum value set: [Active, Inactive]"), "{said}");
}
