//! CreateHIT.

use rstest::rstest;
use serde_json::{Value, json};

use super::shows;
use crate::world::{QUESTION, World, hit};

#[tokio::test]
async fn the_answer_is_the_whole_hit_and_get_hit_agrees() {
    let world = World::new().await;
    let made = world.ok("CreateHIT", hit(json!({}))).await;
    shows("create_hit", &made);
    let id = made["HIT"]["HITId"].as_str().unwrap();
    assert_eq!(world.hit(id).await, made["HIT"]);
}

#[tokio::test]
async fn every_member_comes_back() {
    let world = World::new().await;
    let requirement = json!({"QualificationTypeId": "00000000000000000071", "Comparator": "In",
        "LocaleValues": [{"Country": "US", "Subdivision": "WA"}, {"Country": "DE"}]});
    let made = world.ok(
        "CreateHIT",
        hit(json!({
            "Keywords": "picture, label", "RequesterAnnotation": "batch 7", "MaxAssignments": 12,
            "AutoApprovalDelayInSeconds": 3600, "QualificationRequirements": [requirement],
            "UniqueRequestToken": "once", "Reward": "1.5",
            "AssignmentReviewPolicy": {"PolicyName": "ScoreMyKnownAnswers/2011-09-01",
                "Parameters": [{"Key": "AnswerKey",
                    "MapEntries": [{"Key": "q", "Values": ["yes"]}]}]},
            "HITReviewPolicy": {"PolicyName": "SimplePlurality/2011-09-01",
                "Parameters": [{"Key": "QuestionIds", "Values": ["q"]},
                    {"Key": "QuestionAgreementThreshold", "Values": ["50"]}]},
        })),
    );
    shows("create_hit_with_every_member", &made.await);
}

#[tokio::test]
async fn times_are_written_as_the_service_wrote_them() {
    let world = World::new().await;
    let reply = world.send(world.request("CreateHIT", hit(json!({})).to_string())).await;
    assert!(reply.text.contains("\"CreationTime\":1.7672256E9,"), "{}", reply.text);
    assert!(reply.text.contains("\"Expiration\":1.767312E9,"), "{}", reply.text);
}

#[rstest]
#[case::title("Title", 128)]
#[case::description("Description", 2000)]
#[case::keywords("Keywords", 1000)]
#[case::annotation("RequesterAnnotation", 255)]
#[tokio::test]
async fn texts_have_a_greatest_length(#[case] member: &str, #[case] max: usize) {
    let world = World::new().await;
    world.ok("CreateHIT", hit(json!({member: "é".repeat(max)}))).await;
    let said = world.fault("CreateHIT", hit(json!({member: "é".repeat(max + 1)}))).await;
    let expected = format!("Your request parameter {member} has a maximum length of {max}.");
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
}

#[rstest]
#[case::lifetime("LifetimeInSeconds", 30, 31_536_000)]
#[case::duration("AssignmentDurationInSeconds", 30, 31_536_000)]
#[case::delay("AutoApprovalDelayInSeconds", 0, 2_592_000)]
#[case::places("MaxAssignments", 1, 1_000_000_000)]
#[tokio::test]
async fn numbers_have_two_ends(#[case] member: &str, #[case] min: i64, #[case] max: i64) {
    let world = World::new().await;
    for value in [min, max] {
        let made = world.ok("CreateHIT", hit(json!({member: value}))).await;
        if member != "LifetimeInSeconds" {
            assert_eq!(made["HIT"][member], value);
        }
    }
    for value in [min - 1, max + 1] {
        let said = world.fault("CreateHIT", hit(json!({member: value}))).await;
        let range = format!("Valid values range from {min} to {max}.");
        let expected = format!("The value {value} is invalid for {member}. {range}");
        assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
    }
}

/// As it was recorded, but for the name and the numbers.
#[tokio::test]
async fn a_number_out_of_range_is_told_with_the_range() {
    let world = World::new().await;
    let said = world.fault("CreateHIT", hit(json!({"LifetimeInSeconds": 1}))).await;
    let expected =
        "The value 1 is invalid for LifetimeInSeconds. Valid values range from 30 to 31536000.";
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
}

#[rstest]
#[case("5", "5.00")]
#[case("5.", "5.00")]
#[case("0.5", "0.50")]
#[case("0.00", "0.00")]
#[tokio::test]
async fn rewards_come_back_with_two_decimals(#[case] sent: &str, #[case] shown: &str) {
    let world = World::new().await;
    let made = world.ok("CreateHIT", hit(json!({"Reward": sent}))).await;
    assert_eq!(made["HIT"]["Reward"], shown);
}

#[rstest]
#[case(json!(".20"), "ValidationException: 1 validation error detected: Value '.20' at 'reward' \
    failed to satisfy constraint: Member must satisfy regular expression pattern: \
    ^[0-9]+(\\.)?[0-9]{0,2}$")]
#[case(json!(0.5), "SerializationException: NUMBER_VALUE can not be converted to a String")]
#[case(json!("99999999999999999999"), "ParameterValidationError InvalidParameterValue: \
    The value \"99999999999999999999\" is not valid for the parameter Reward.")]
#[tokio::test]
async fn other_rewards_are_refused(#[case] sent: Value, #[case] expected: &str) {
    let world = World::new().await;
    assert_eq!(world.fault("CreateHIT", hit(json!({"Reward": sent}))).await, expected);
}

#[tokio::test]
async fn each_missing_member_is_named() {
    let said = World::new().await.fault("CreateHIT", json!({})).await;
    let expected: Vec<String> =
        ["lifetimeInSeconds", "assignmentDurationInSeconds", "reward", "title", "description"]
            .iter()
            .map(|name| {
                format!(
                    "Value null at '{name}' failed to satisfy constraint: Member must not be null"
                )
            })
            .collect();
    let expected = expected.join("; ");
    assert_eq!(said, format!("ValidationException: 5 validation errors detected: {expected}"));
}

#[rstest]
#[case::none(json!({"Question": null}), "InvalidParameterValue: Your request parameter Question \
    has a minimum length of 1.")]
#[case::empty(json!({"Question": ""}), "InvalidParameterValue: Your request parameter Question \
    has a minimum length of 1.")]
#[case::both(json!({"HITLayoutId": "3L"}), "InvalidParameterValue: Either Question or \
    HITLayoutId can be given, not both.")]
#[case::long(json!({"Question": "x".repeat(65_536)}), "InvalidParameterValue: Your request \
    parameter Question has a maximum length of 65535.")]
#[case::policy(json!({"HITReviewPolicy": {"PolicyName": "ScoreMyKnownAnswers/2011-09-01"}}),
    "InvalidParameterValue: The value \"ScoreMyKnownAnswers/2011-09-01\" is not valid for the \
    parameter HITReviewPolicy.")]
#[tokio::test]
async fn what_is_to_be_done_is_said_once(#[case] changes: Value, #[case] expected: &str) {
    let world = World::new().await;
    let said = world.fault("CreateHIT", hit(changes)).await;
    assert_eq!(said, format!("ParameterValidationError {expected}"));
}

#[tokio::test]
async fn a_question_of_the_greatest_length_is_taken() {
    let world = World::new().await;
    let padded = format!("{QUESTION}{}", " ".repeat(65_535 - QUESTION.len()));
    let id = world.create_hit(json!({"Question": padded})).await;
    assert_eq!(world.hit(&id).await["Question"].as_str().unwrap().len(), 65_535);
}

#[tokio::test]
async fn a_layout_that_nobody_made_does_not_exist() {
    let world = World::new().await;
    let asked = hit(json!({"Question": null, "HITLayoutId": "3L"}));
    let said = world.fault("CreateHIT", asked).await;
    assert_eq!(said, "RequestError HITLayoutDoesNotExist: HITLayout 3L does not exist.");
}

#[tokio::test]
async fn a_repeated_token_names_the_first_hit_for_a_day() {
    let world = World::new().await;
    let id = world.create_hit(json!({"UniqueRequestToken": "t"})).await;
    let expected =
        format!("RequestError HitAlreadyExists: The HIT with ID \"{id}\" already exists.");
    let again = hit(json!({"UniqueRequestToken": "t", "Title": "Another"}));
    assert_eq!(world.fault("CreateHIT", again.clone()).await, expected);
    world.advance("23h59m59s").await;
    assert_eq!(world.fault("CreateHIT", again.clone()).await, expected);
    world.by("another").ok("CreateHIT", again.clone()).await;
    world.advance("1s").await;
    world.ok("CreateHIT", again).await;
}

#[tokio::test]
async fn equal_values_share_type_and_group_and_any_other_value_does_not() {
    let world = World::new().await;
    let ids = async |world: &World, changes: Value| {
        let made = world.ok("CreateHIT", hit(changes)).await;
        let id = |name: &str| made["HIT"][name].as_str().unwrap().to_owned();
        (id("HITTypeId"), id("HITGroupId"))
    };
    let first = ids(&world, json!({})).await;
    assert_ne!(first.0, first.1);
    for same in [
        json!({"LifetimeInSeconds": 60, "MaxAssignments": 1, "RequesterAnnotation": "x"}),
        json!({"Reward": "0.05", "AutoApprovalDelayInSeconds": 2_592_000}),
        json!({"QualificationRequirements": []}),
    ] {
        assert_eq!(ids(&world, same.clone()).await, first, "{same}");
    }
    for other in [
        json!({"Title": "x"}),
        json!({"Description": "x"}),
        json!({"Keywords": "x"}),
        json!({"Keywords": ""}),
        json!({"Reward": "0.06"}),
        json!({"AssignmentDurationInSeconds": 601}),
        json!({"AutoApprovalDelayInSeconds": 1}),
        json!({"QualificationRequirements":
            [{"QualificationTypeId": "00000000000000000060", "Comparator": "Exists"}]}),
    ] {
        assert_ne!(ids(&world, other.clone()).await, first, "{other}");
    }
    assert_ne!(ids(&world.by("another"), json!({})).await, first);
}

#[tokio::test]
async fn a_refused_request_leaves_nothing_behind() {
    let world = World::new().await;
    world.fault("CreateHIT", hit(json!({"LifetimeInSeconds": 1, "UniqueRequestToken": "t"}))).await;
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
    world.create_hit(json!({"UniqueRequestToken": "t"})).await;
}
