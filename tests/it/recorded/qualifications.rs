//! What is said of qualification types and of requirements.

use rstest::rstest;
use serde_json::{Value, json};

use super::refused;
use crate::world::{World, hit};

const UNKNOWN: &str = "2ARFPLSP75KLA8M8DH1HTEQVJT3SY7";

/// Each operation that takes the id of a type, but for those with sentences of their own.
#[rstest]
#[case("GetQualificationType", json!({}))]
#[case("UpdateQualificationType", json!({}))]
#[case("DeleteQualificationType", json!({}))]
#[case("AssociateQualificationWithWorker", json!({"WorkerId": "A1ANNA"}))]
#[case("ListQualificationRequests", json!({}))]
#[case("ListWorkersWithQualificationType", json!({}))]
#[case("ListHITsForQualificationType", json!({}))]
#[tokio::test]
async fn an_unknown_type_stands_in_brackets(#[case] operation: &str, #[case] mut asked: Value) {
    let world = World::new().await;
    asked["QualificationTypeId"] = UNKNOWN.into();
    let expected = format!(
        "RequestError QualificationTypeDoesNotExist: QualificationType [{UNKNOWN}] does not exist."
    );
    assert_eq!(world.fault(operation, asked).await, expected);
    let wanted = json!([{"QualificationTypeId": UNKNOWN, "Comparator": "Exists"}]);
    let mut sent = hit(json!({"QualificationRequirements": wanted}));
    assert_eq!(world.fault("CreateHIT", sent.clone()).await, expected);
    for member in ["LifetimeInSeconds", "MaxAssignments", "Question"] {
        sent.as_object_mut().unwrap().shift_remove(member);
    }
    assert_eq!(world.fault("CreateHITType", sent).await, expected);
}

/// The value is looked at before the type: this one does not exist.
#[tokio::test]
async fn locale_values_where_they_do_not_fit() {
    let world = World::new().await;
    let wanted = json!([{"QualificationTypeId": UNKNOWN, "Comparator": "EqualTo",
        "LocaleValues": [{"Country": "US"}, {"Country": "CA"}]}]);
    let expected = json!({"__type": "ParameterValidationError",
        "Message": "The value \"US,CA\" is not valid for the parameter LocaleValue. LocaleValue \
            must be null when used with the EqualTo comparator..",
        "Parameter": "LocaleValue", "TurkErrorCode": "AWS.MechanicalTurk.InvalidParameterValue"});
    let sent = hit(json!({"QualificationRequirements": wanted}));
    assert_eq!(refused(&world, "CreateHIT", sent).await, expected);
}

#[rstest]
#[case("UK", None)]
#[case("XX", None)]
#[case("US", Some("ZZ"))]
#[tokio::test]
async fn unknown_places_are_refused(#[case] country: &str, #[case] state: Option<&str>) {
    let world = World::new().await;
    let place = match state {
        Some(state) => json!({"Country": country, "Subdivision": state}),
        None => json!({"Country": country}),
    };
    let wanted = json!([{"QualificationTypeId": "00000000000000000071", "Comparator": "NotIn",
        "LocaleValues": [{"Country": "AN"}, place]}]);
    let said =
        refused(&world, "CreateHIT", hit(json!({"QualificationRequirements": wanted}))).await;
    assert_eq!(said["Parameter"], "LocaleValue");
    let named = state.map_or(country.to_owned(), |state| format!("{country}-{state}"));
    let begin = format!("The value \"{named}\" is not valid for the parameter LocaleValue. ");
    assert!(said["Message"].as_str().unwrap().starts_with(&begin), "{said}");
}
