//! Qualification requirements: which ones are valid, and how they are completed.
//!
//! Facts: API reference of QualificationRequirement; recorded answers show both ActionsGuarded and
//! RequiredToPreview, whichever was sent.

pub mod new_type;
pub mod places;
pub mod request;
pub mod requirement;
pub mod system;

use std::fmt;

use crate::fault::Fault;
use crate::rules::limits;
use crate::shapes::qualification::{ActionsGuarded, Comparator, Locale, QualificationRequirement};
use system::{LOCALE, System};

/// Whether the type is Amazon's own.
pub fn is_system(qualification_type_id: &str) -> bool {
    System::find(qualification_type_id).is_some()
}

const MAX_REQUIREMENTS: usize = 10;
const MAX_INTEGERS: usize = 15;
const MAX_LOCALES: usize = 30;

/// Checks the requirements of a HIT type and completes each with both forms of its guard.
///
/// # Errors
/// `ParameterValidationError` on the first requirement that is not allowed.
/// Assumed: the sentence on their number.
pub fn complete(
    requirements: Vec<QualificationRequirement>,
) -> Result<Vec<QualificationRequirement>, Fault> {
    if requirements.len() > MAX_REQUIREMENTS {
        return Err(Fault::parameter(format!(
            "A HIT can have at most {MAX_REQUIREMENTS} QualificationRequirements."
        )));
    }
    requirements.into_iter().map(complete_one).collect()
}

/// Checks that all places of the requirements exist.
///
/// # Errors
/// `ParameterValidationError` on the first that does not exist. Recorded of the older API, in
/// other words. Assumed: the sentence.
pub fn check_places(requirements: &[QualificationRequirement]) -> Result<(), Fault> {
    let mut wanted =
        requirements.iter().flat_map(|requirement| requirement.locale_values.iter().flatten());
    match wanted.find(|place| !places::exists(place)) {
        None => Ok(()),
        Some(place) => {
            let why = "LocaleValue must be a country of ISO 3166-1 alpha-2, with a subdivision of \
                ISO 3166-2 in the US only";
            Err(Fault::invalid_because("LocaleValue", place, why))
        }
    }
}

fn complete_one(
    mut requirement: QualificationRequirement,
) -> Result<QualificationRequirement, Fault> {
    // A published client sends a blank behind it.
    let id = &mut requirement.qualification_type_id;
    id.truncate(id.trim_end_matches(' ').len());
    limits::at_most_bytes("QualificationTypeId", id, limits::QUALIFICATION_TYPE_ID_BYTES)?;
    check_values(&requirement)?;
    let guarded = match (requirement.actions_guarded, requirement.required_to_preview) {
        (Some(_), Some(_)) => return Err(guarded_twice(&requirement.qualification_type_id)),
        (Some(guarded), None) => guarded,
        (None, Some(true)) => ActionsGuarded::PreviewAndAccept,
        (None, _) => ActionsGuarded::Accept,
    };
    Ok(QualificationRequirement {
        actions_guarded: Some(guarded),
        required_to_preview: Some(guarded != ActionsGuarded::Accept),
        ..requirement
    })
}

/// Assumed: the sentence.
fn guarded_twice(id: &str) -> Fault {
    Fault::parameter(format!(
        "The QualificationRequirement for {id} is not valid: RequiredToPreview cannot be given \
         together with ActionsGuarded."
    ))
}

/// Checks the number of values for the comparator, and their kind for the type.
fn check_values(requirement: &QualificationRequirement) -> Result<(), Fault> {
    let comparator = requirement.comparator;
    let by_place = requirement.qualification_type_id == LOCALE;
    let integers = requirement.integer_values.as_deref().unwrap_or_default();
    let locales = requirement.locale_values.as_deref().unwrap_or_default();
    let (most_integers, most_locales) = most(comparator, by_place);
    check_count("LocaleValue", locales, most_locales, comparator)?;
    check_count("IntegerValue", integers, most_integers, comparator)?;
    let takes_none = matches!(comparator, Comparator::Exists | Comparator::DoesNotExist);
    if !takes_none && integers.is_empty() && locales.is_empty() {
        let name = if by_place { "LocaleValue" } else { "IntegerValue" };
        let why = format!("{name} must not be null when used with the {comparator:?} comparator.");
        return Err(Fault::invalid_because(name, "", &why));
    }
    locales.iter().try_for_each(check_form)
}

/// How many integers and how many places a comparator takes at most.
const fn most(comparator: Comparator, by_place: bool) -> (usize, usize) {
    use Comparator::{DoesNotExist, EqualTo, Exists, In, NotEqualTo, NotIn};
    match comparator {
        Exists | DoesNotExist => (0, 0),
        In | NotIn if by_place => (0, MAX_LOCALES),
        In | NotIn => (MAX_INTEGERS, 0),
        EqualTo | NotEqualTo if by_place => (0, 1),
        // A place is compared by equality.
        _ if by_place => (0, 0),
        _ => (1, 0),
    }
}

/// Recorded of `LocaleValue` with `EqualTo`: the sentence with both full stops, the comma between
/// values. Assumed: the same of other comparators and of `IntegerValue`; the sentence on too many
/// values with `In` and `NotIn`, and of none.
fn check_count<T: fmt::Display>(
    name: &str,
    values: &[T],
    most: usize,
    comparator: Comparator,
) -> Result<(), Fault> {
    if values.len() <= most {
        return Ok(());
    }
    let given: Vec<String> = values.iter().map(ToString::to_string).collect();
    let why = if most > 1 {
        format!("{name} takes at most {most} values with the {comparator:?} comparator")
    } else {
        format!("{name} must be null when used with the {comparator:?} comparator.")
    };
    Err(Fault::invalid_because(name, given.join(","), &why))
}

/// Checks how a place is written. Assumed: the sentences.
fn check_form(place: &Locale) -> Result<(), Fault> {
    let two_letters = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    let why = match place.subdivision.as_deref() {
        _ if !two_letters(&place.country) => "Country is two capital letters",
        Some(_) if place.country != "US" => "Subdivision is for the US only",
        Some(state) if !two_letters(state) => "Subdivision is two capital letters",
        _ => return Ok(()),
    };
    Err(Fault::invalid_because("LocaleValue", place, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn requirement(value: Value) -> QualificationRequirement {
        serde_json::from_value(value).unwrap()
    }

    fn check(value: &Value, allowed: bool) {
        let answer = complete(vec![requirement(value.clone())]);
        assert_eq!(answer.is_ok(), allowed, "{value} {answer:?}");
    }

    #[test]
    fn the_number_of_values_follows_the_comparator() {
        for (comparator, count, allowed) in [
            ("EqualTo", 0, false),
            ("EqualTo", 1, true),
            ("EqualTo", 2, false),
            ("GreaterThan", 1, true),
            ("GreaterThan", 2, false),
            ("In", 0, false),
            ("In", 15, true),
            ("NotIn", 16, false),
            ("Exists", 0, true),
            ("Exists", 1, false),
            ("DoesNotExist", 1, false),
        ] {
            let values: Vec<i64> = (0..count).collect();
            check(
                &json!({"QualificationTypeId": "3Q", "Comparator": comparator,
                    "IntegerValues": values}),
                allowed,
            );
        }
    }

    #[test]
    fn places_are_compared_by_equality() {
        let place = |country: &str, state: Option<&str>| match state {
            Some(state) => json!({"Country": country, "Subdivision": state}),
            None => json!({"Country": country}),
        };
        let us = place("US", None);
        for (comparator, locales, allowed) in [
            ("EqualTo", vec![us.clone()], true),
            ("EqualTo", vec![us.clone(), us.clone()], false),
            ("In", vec![us.clone(); 30], true),
            ("In", vec![us.clone(); 31], false),
            ("GreaterThan", vec![us.clone()], false),
            ("Exists", vec![], true),
            ("EqualTo", vec![], false),
            ("EqualTo", vec![place("US", Some("WA"))], true),
            ("EqualTo", vec![place("DE", Some("BY"))], false),
            ("EqualTo", vec![place("usa", None)], false),
        ] {
            check(
                &json!({"QualificationTypeId": LOCALE, "Comparator": comparator,
                    "LocaleValues": locales}),
                allowed,
            );
        }
        check(
            &json!({"QualificationTypeId": "3Q", "Comparator": "EqualTo", "LocaleValues": [us]}),
            false,
        );
        check(
            &json!({"QualificationTypeId": LOCALE, "Comparator": "EqualTo", "IntegerValues": [1]}),
            false,
        );
    }

    fn message(value: Value) -> String {
        complete(vec![requirement(value)]).unwrap_err().to_string()
    }

    /// A comparator with values that it does not take, and how they are named.
    #[rstest]
    #[case::recorded("3Q", "EqualTo", "LocaleValue", json!(["US", "CA"]), "US,CA")]
    #[case::one_place("3Q", "EqualTo", "LocaleValue", json!(["US"]), "US")]
    #[case::in_list("3Q", "In", "LocaleValue", json!(["US-WA", "CA"]), "US-WA,CA")]
    #[case::of_system("00000000000000000040", "NotIn", "LocaleValue", json!(["US"]), "US")]
    #[case::two_places(LOCALE, "EqualTo", "LocaleValue", json!(["US", "CA"]), "US,CA")]
    #[case::not_two_places(LOCALE, "NotEqualTo", "LocaleValue", json!(["US", "CA"]), "US,CA")]
    #[case::more_than_a_place(LOCALE, "GreaterThan", "LocaleValue", json!(["US"]), "US")]
    #[case::place_exists(LOCALE, "Exists", "LocaleValue", json!(["US"]), "US")]
    #[case::number_exists("3Q", "Exists", "IntegerValue", json!([1]), "1")]
    #[case::number_misses("3Q", "DoesNotExist", "IntegerValue", json!([1, 2]), "1,2")]
    #[case::two_numbers("3Q", "EqualTo", "IntegerValue", json!([80, -5]), "80,-5")]
    #[case::number_for_a_place(LOCALE, "EqualTo", "IntegerValue", json!([1]), "1")]
    fn values_where_they_do_not_fit(
        #[case] id: &str,
        #[case] comparator: &str,
        #[case] parameter: &str,
        #[case] values: Value,
        #[case] named: &str,
    ) {
        let places = values.as_array().unwrap().iter().map(|value| match value.as_str() {
            Some(place) => match place.split_once('-') {
                Some((country, state)) => json!({"Country": country, "Subdivision": state}),
                None => json!({"Country": place}),
            },
            None => value.clone(),
        });
        let sent = json!({"QualificationTypeId": id, "Comparator": comparator,
            format!("{parameter}s"): places.collect::<Vec<_>>()});
        let expected = format!(
            "InvalidParameterValue: The value \"{named}\" is not valid for the parameter \
             {parameter}. {parameter} must be null when used with the {comparator} comparator.."
        );
        assert_eq!(message(sent), expected);
    }

    #[test]
    fn a_value_is_wanted_where_the_comparator_takes_one() {
        for (id, parameter) in [("3Q", "IntegerValue"), (LOCALE, "LocaleValue")] {
            let sent = json!({"QualificationTypeId": id, "Comparator": "NotEqualTo"});
            let expected = format!(
                "InvalidParameterValue: The value \"\" is not valid for the parameter \
                 {parameter}. {parameter} must not be null when used with the NotEqualTo \
                 comparator.."
            );
            assert_eq!(message(sent), expected);
        }
    }

    #[test]
    fn places_exist() {
        let of = |place: Value| {
            let sent = json!({"QualificationTypeId": LOCALE, "Comparator": "In",
                "LocaleValues": [{"Country": "US"}, place]});
            check_places(&complete(vec![requirement(sent)]).unwrap())
        };
        assert_eq!(of(json!({"Country": "AN"})), Ok(()));
        assert_eq!(of(json!({"Country": "US", "Subdivision": "CA"})), Ok(()));
        for (place, named) in [
            (json!({"Country": "UK"}), "UK"),
            (json!({"Country": "XX"}), "XX"),
            (json!({"Country": "US", "Subdivision": "ZZ"}), "US-ZZ"),
        ] {
            let message = of(place).unwrap_err().to_string();
            let begin = format!(
                "InvalidParameterValue: The value \"{named}\" is not valid for the parameter \
                 LocaleValue. LocaleValue must be "
            );
            assert!(message.starts_with(&begin), "{message}");
        }
    }

    #[test]
    fn a_blank_behind_an_id_is_dropped() {
        let sent = json!({"QualificationTypeId": "000000000000000000L0 ",
            "Comparator": "GreaterThan", "IntegerValues": [80]});
        let complete = complete(vec![requirement(sent)]).unwrap();
        assert_eq!(complete[0].qualification_type_id, "000000000000000000L0");
        let place = json!({"QualificationTypeId": format!("{LOCALE}  "), "Comparator": "EqualTo",
            "LocaleValues": [{"Country": "US"}]});
        check(&place, true);
    }

    #[test]
    fn an_id_has_at_most_255_bytes() {
        for (id, allowed) in [("é".repeat(127) + "x", true), ("é".repeat(128), false)] {
            check(&json!({"QualificationTypeId": id, "Comparator": "Exists"}), allowed);
        }
    }

    #[test]
    fn at_most_ten_requirements() {
        let one = requirement(json!({"QualificationTypeId": "3Q", "Comparator": "Exists"}));
        assert!(complete(vec![one.clone(); 10]).is_ok());
        assert!(complete(vec![one; 11]).is_err());
    }

    #[test]
    fn both_forms_of_the_guard_are_shown() {
        for (sent, guarded, preview) in [
            (json!({}), "Accept", false),
            (json!({"RequiredToPreview": false}), "Accept", false),
            (json!({"RequiredToPreview": true}), "PreviewAndAccept", true),
            (json!({"ActionsGuarded": "Accept"}), "Accept", false),
            (json!({"ActionsGuarded": "PreviewAndAccept"}), "PreviewAndAccept", true),
            (
                json!({"ActionsGuarded": "DiscoverPreviewAndAccept"}),
                "DiscoverPreviewAndAccept",
                true,
            ),
        ] {
            let mut value = sent.clone();
            value["QualificationTypeId"] = "3Q".into();
            value["Comparator"] = "Exists".into();
            let shown =
                serde_json::to_value(&complete(vec![requirement(value)]).unwrap()[0]).unwrap();
            assert_eq!(shown["ActionsGuarded"], guarded, "{sent}");
            assert_eq!(shown["RequiredToPreview"], preview, "{sent}");
        }
        check(
            &json!({"QualificationTypeId": "3Q", "Comparator": "Exists",
                   "ActionsGuarded": "Accept", "RequiredToPreview": false}),
            false,
        );
    }
}
