//! Whether a worker meets a requirement, and what is withheld from one who does not.
//!
//! Facts: API reference of QualificationRequirement and of HITAccessActions.

use std::fmt;

use crate::shapes::qualification::{ActionsGuarded, Comparator, Locale, QualificationRequirement};

/// The value of a qualification that a worker has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The worker has it, and that is all.
    None,
    /// A number.
    Integer(i64),
    /// A place.
    Place(Locale),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("held"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Place(Locale { country, subdivision: None }) => f.write_str(country),
            Self::Place(Locale { country, subdivision: Some(state) }) => {
                write!(f, "{country}-{state}")
            }
        }
    }
}

/// What a worker wants to do with a HIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See it in lists.
    Discover,
    /// See its question.
    Preview,
    /// Work on it.
    Accept,
}

/// A requirement that a worker does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet<'r> {
    /// The requirement.
    pub requirement: &'r QualificationRequirement,
    /// What the worker has; none if nothing.
    pub value: Option<Value>,
}

/// The first of a HIT's requirements that keeps a worker from an action.
///
/// `value` tells what the worker has of a qualification type.
pub fn first_unmet(
    requirements: &[QualificationRequirement],
    action: Action,
    value: impl Fn(&str) -> Option<Value>,
) -> Option<Unmet<'_>> {
    requirements.iter().filter(|requirement| guards(requirement, action)).find_map(|requirement| {
        let value = value(&requirement.qualification_type_id);
        let met = is_met(requirement, value.as_ref());
        (!met).then_some(Unmet { requirement, value })
    })
}

/// Whether who does not meet the requirement is kept from the action.
#[must_use]
pub fn guards(requirement: &QualificationRequirement, action: Action) -> bool {
    match requirement.actions_guarded.unwrap_or(ActionsGuarded::Accept) {
        ActionsGuarded::Accept => action == Action::Accept,
        ActionsGuarded::PreviewAndAccept => action != Action::Discover,
        ActionsGuarded::DiscoverPreviewAndAccept => true,
    }
}

/// Whether a worker with this value meets the requirement.
///
/// Assumed: who has no value meets none but `DoesNotExist`, not even `NotEqualTo` and `NotIn`.
#[must_use]
pub fn is_met(requirement: &QualificationRequirement, value: Option<&Value>) -> bool {
    match (requirement.comparator, value) {
        (Comparator::Exists, value) => value.is_some(),
        (Comparator::DoesNotExist, value) => value.is_none(),
        (_, None | Some(Value::None)) => false,
        (comparator, Some(Value::Integer(own))) => {
            let wanted = requirement.integer_values.as_deref().unwrap_or_default();
            compare(comparator, *own, wanted)
        }
        (comparator, Some(Value::Place(own))) => {
            let wanted = requirement.locale_values.as_deref().unwrap_or_default();
            let there = wanted.iter().any(|place| lies_in(own, place));
            match comparator {
                Comparator::EqualTo | Comparator::In => there,
                Comparator::NotEqualTo | Comparator::NotIn => !there,
                _ => false,
            }
        }
    }
}

fn compare(comparator: Comparator, own: i64, wanted: &[i64]) -> bool {
    let one = |holds: fn(&i64, &i64) -> bool| wanted.first().is_some_and(|w| holds(&own, w));
    match comparator {
        Comparator::LessThan => one(i64::lt),
        Comparator::LessThanOrEqualTo => one(i64::le),
        Comparator::GreaterThan => one(i64::gt),
        Comparator::GreaterThanOrEqualTo => one(i64::ge),
        Comparator::EqualTo | Comparator::In => wanted.contains(&own),
        Comparator::NotEqualTo | Comparator::NotIn => !wanted.contains(&own),
        Comparator::Exists => true,
        Comparator::DoesNotExist => false,
    }
}

/// A place without a state is the whole country.
fn lies_in(own: &Locale, place: &Locale) -> bool {
    own.country == place.country
        && (place.subdivision.is_none() || place.subdivision == own.subdivision)
}

/// What a requirement says, in one line: `3Q GreaterThan 80`.
#[must_use]
pub fn in_words(requirement: &QualificationRequirement) -> String {
    let integers = requirement.integer_values.iter().flatten().copied().map(Value::Integer);
    let places = requirement.locale_values.iter().flatten().cloned().map(Value::Place);
    let values: Vec<String> = integers.chain(places).map(|value| value.to_string()).collect();
    let (id, comparator) = (&requirement.qualification_type_id, requirement.comparator);
    format!("{id} {comparator:?} {}", values.join(", ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn requirement(comparator: &str, values: &serde_json::Value) -> QualificationRequirement {
        let name = if values[0].is_object() { "LocaleValues" } else { "IntegerValues" };
        let id = "3Q";
        let text = json!({"QualificationTypeId": id, "Comparator": comparator, name: values});
        serde_json::from_value(text).unwrap()
    }

    /// A requirement, and whether workers with nothing, a bare one, 4, 5, 6 and -5 meet it.
    #[rstest]
    #[case("LessThan", json!([5]), [false, false, true, false, false, true])]
    #[case("LessThanOrEqualTo", json!([5]), [false, false, true, true, false, true])]
    #[case("GreaterThan", json!([5]), [false, false, false, false, true, false])]
    #[case("GreaterThanOrEqualTo", json!([5]), [false, false, false, true, true, false])]
    #[case("EqualTo", json!([5]), [false, false, false, true, false, false])]
    #[case("NotEqualTo", json!([5]), [false, false, true, false, true, true])]
    #[case("In", json!([4, 6]), [false, false, true, false, true, false])]
    #[case("NotIn", json!([4, 6]), [false, false, false, true, false, true])]
    #[case("Exists", json!([]), [false, true, true, true, true, true])]
    #[case("DoesNotExist", json!([]), [true, false, false, false, false, false])]
    fn numbers(
        #[case] comparator: &str,
        #[case] values: serde_json::Value,
        #[case] expected: [bool; 6],
    ) {
        let required = requirement(comparator, &values);
        let integer = |n| Some(Value::Integer(n));
        let held = [None, Some(Value::None), integer(4), integer(5), integer(6), integer(-5)];
        assert_eq!(held.map(|value| is_met(&required, value.as_ref())), expected);
    }

    /// A requirement, and whether workers of nowhere, CA, US, US-WA and US-NY meet it.
    #[rstest]
    #[case("EqualTo", json!([{"Country": "US"}]), [false, false, true, true, true])]
    #[case("EqualTo", json!([{"Country": "US", "Subdivision": "WA"}]),
        [false, false, false, true, false])]
    #[case("NotEqualTo", json!([{"Country": "CA"}]), [false, false, true, true, true])]
    #[case("NotEqualTo", json!([{"Country": "US", "Subdivision": "WA"}]),
        [false, true, true, false, true])]
    #[case("In", json!([{"Country": "CA"}, {"Country": "US", "Subdivision": "NY"}]),
        [false, true, false, false, true])]
    #[case("NotIn", json!([{"Country": "CA"}, {"Country": "US", "Subdivision": "NY"}]),
        [false, false, true, true, false])]
    #[case("Exists", json!([]), [false, true, true, true, true])]
    #[case("DoesNotExist", json!([]), [true, false, false, false, false])]
    #[case("GreaterThan", json!([{"Country": "CA"}]), [false; 5])]
    fn places(
        #[case] comparator: &str,
        #[case] values: serde_json::Value,
        #[case] expected: [bool; 5],
    ) {
        let required = requirement(comparator, &values);
        let place = |country: &str, state: Option<&str>| {
            let (country, subdivision) = (country.to_owned(), state.map(str::to_owned));
            Some(Value::Place(Locale { country, subdivision }))
        };
        let states = [place("US", None), place("US", Some("WA")), place("US", Some("NY"))];
        let [us, wa, ny] = states;
        let held = [None, place("CA", None), us, wa, ny];
        assert_eq!(held.map(|value| is_met(&required, value.as_ref())), expected);
    }

    #[test]
    fn each_guard_keeps_from_its_actions() {
        let actions = [Action::Discover, Action::Preview, Action::Accept];
        for (guard, expected) in [
            (None, [false, false, true]),
            (Some(ActionsGuarded::Accept), [false, false, true]),
            (Some(ActionsGuarded::PreviewAndAccept), [false, true, true]),
            (Some(ActionsGuarded::DiscoverPreviewAndAccept), [true; 3]),
        ] {
            let required = QualificationRequirement {
                actions_guarded: guard,
                ..requirement("Exists", &json!([]))
            };
            let list = [required];
            for (action, kept) in actions.into_iter().zip(expected) {
                assert_eq!(first_unmet(&list, action, |_| None).is_some(), kept, "{guard:?}");
                assert_eq!(first_unmet(&list, action, |_| Some(Value::None)), None);
            }
        }
    }

    #[test]
    fn the_first_unmet_one_is_told_with_the_worker_s_own_value() {
        let list = [
            requirement("LessThan", &json!([5])),
            requirement("GreaterThan", &json!([3])),
            requirement("DoesNotExist", &json!([])),
        ];
        let unmet = first_unmet(&list, Action::Accept, |_| Some(Value::Integer(4))).unwrap();
        assert_eq!((unmet.requirement, unmet.value), (&list[2], Some(Value::Integer(4))));
        let texts = list.each_ref().map(in_words);
        assert_eq!(texts, ["3Q LessThan 5", "3Q GreaterThan 3", "3Q DoesNotExist"]);
        let place =
            requirement("In", &json!([{"Country": "US", "Subdivision": "WA"}, {"Country": "CA"}]));
        assert_eq!(in_words(&place), "3Q In US-WA, CA");
    }
}
