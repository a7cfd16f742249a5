//! Qualification requirements: which ones the service took, and how it showed them.
//!
//! Facts: API reference of QualificationRequirement; recorded answers show both ActionsGuarded and
//! RequiredToPreview, whichever was sent.

pub mod new_type;
pub mod request;
pub mod requirement;
pub mod system;

use crate::fault::Fault;
use crate::rules::limits;
use crate::shapes::qualification::{ActionsGuarded, Comparator, Locale, QualificationRequirement};
use system::{LOCALE, System};

/// Whether the type is Amazon's own.
#[must_use]
pub fn is_system(qualification_type_id: &str) -> bool {
    System::find(qualification_type_id).is_some()
}

const MAX_REQUIREMENTS: usize = 10;
const MAX_INTEGERS: usize = 15;
const MAX_LOCALES: usize = 30;

/// Checks the requirements of a HIT type and completes each with both forms of its guard.
///
/// # Errors
/// `ParameterValidationError` with a sentence on the first requirement that is not allowed.
/// Assumed: the sentences.
pub fn complete(
    requirements: Vec<QualificationRequirement>,
) -> Result<Vec<QualificationRequirement>, Fault> {
    if requirements.len() > MAX_REQUIREMENTS {
        return Err(refused(format!(
            "A HIT can have at most {MAX_REQUIREMENTS} QualificationRequirements."
        )));
    }
    requirements.into_iter().map(complete_one).collect()
}

fn complete_one(requirement: QualificationRequirement) -> Result<QualificationRequirement, Fault> {
    let id = &requirement.qualification_type_id;
    limits::at_most_bytes("QualificationTypeId", id, limits::QUALIFICATION_TYPE_ID_BYTES)?;
    check_values(&requirement).map_err(|why| {
        refused(format!("The QualificationRequirement for {id} is not valid: {why}."))
    })?;
    let guarded = match (requirement.actions_guarded, requirement.required_to_preview) {
        (Some(guarded), _) => guarded,
        (None, Some(true)) => ActionsGuarded::PreviewAndAccept,
        (None, _) => ActionsGuarded::Accept,
    };
    Ok(QualificationRequirement {
        actions_guarded: Some(guarded),
        required_to_preview: Some(guarded != ActionsGuarded::Accept),
        ..requirement
    })
}

fn refused(message: String) -> Fault {
    Fault::parameter("InvalidParameterValue", message)
}

fn check_values(requirement: &QualificationRequirement) -> Result<(), String> {
    use Comparator::{DoesNotExist, EqualTo, Exists, In, NotEqualTo, NotIn};
    let integers = requirement.integer_values.as_deref().unwrap_or_default();
    let locales = requirement.locale_values.as_deref().unwrap_or_default();
    let by_place = requirement.qualification_type_id == LOCALE;
    if requirement.actions_guarded.is_some() && requirement.required_to_preview.is_some() {
        return Err("RequiredToPreview cannot be given together with ActionsGuarded".into());
    }
    match requirement.comparator {
        Exists | DoesNotExist if integers.is_empty() && locales.is_empty() => Ok(()),
        Exists | DoesNotExist => Err("Exists and DoesNotExist take no values".into()),
        In | NotIn if by_place => count(locales.len(), "LocaleValues", MAX_LOCALES, integers),
        EqualTo | NotEqualTo if by_place => count(locales.len(), "LocaleValues", 1, integers),
        _ if by_place => Err("a locale is compared by EqualTo, NotEqualTo, In or NotIn".into()),
        In | NotIn => count(integers.len(), "IntegerValues", MAX_INTEGERS, locales),
        _ => count(integers.len(), "IntegerValues", 1, locales),
    }?;
    locales.iter().try_for_each(check_locale)
}

/// Whether there are 1 to `max` values, and none of the other kind.
fn count<T>(given: usize, name: &str, max: usize, others: &[T]) -> Result<(), String> {
    if !others.is_empty() {
        return Err(format!("only {name} can be given"));
    }
    if (1..=max).contains(&given) {
        return Ok(());
    }
    let wanted = if max == 1 { "exactly 1 value".into() } else { format!("1 to {max} values") };
    Err(format!("{name} takes {wanted} with this comparator"))
}

fn check_locale(locale: &Locale) -> Result<(), String> {
    let two_letters = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    if !two_letters(&locale.country) {
        return Err("Country is two capital letters".into());
    }
    match locale.subdivision.as_deref() {
        None => Ok(()),
        Some(_) if locale.country != "US" => Err("Subdivision is for the US only".into()),
        Some(state) if two_letters(state) => Ok(()),
        Some(_) => Err("Subdivision is two capital letters".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
