//! Whether a worker meets a requirement, and which actions it guards.
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
            Self::Place(place) => write!(f, "{place}"),
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

/// The requirements of a HIT that the worker does not meet and that guard the action, in order.
///
/// `value` is what the worker has of a qualification type.
pub fn unmet(
    requirements: &[QualificationRequirement],
    action: Action,
    value: impl Fn(&str) -> Option<Value>,
) -> impl Iterator<Item = Unmet<'_>> {
    let guarding = requirements.iter().filter(move |requirement| guards(requirement, action));
    guarding.filter_map(move |requirement| {
        let value = value(&requirement.qualification_type_id);
        let met = is_met(requirement, value.as_ref());
        (!met).then_some(Unmet { requirement, value })
    })
}

/// Whether the requirement guards the action.
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

/// A requirement as a sentence for workers: `must be more than 80`.
pub fn describe(requirement: &QualificationRequirement) -> String {
    let integers = requirement.integer_values.iter().flatten().copied().map(Value::Integer);
    let places = requirement.locale_values.iter().flatten().cloned().map(Value::Place);
    let values: Vec<String> = integers.chain(places).map(|value| value.to_string()).collect();
    let list = values.join(", ");
    match requirement.comparator {
        Comparator::LessThan => format!("must be less than {list}"),
        Comparator::LessThanOrEqualTo => format!("must be {list} or less"),
        Comparator::GreaterThan => format!("must be more than {list}"),
        Comparator::GreaterThanOrEqualTo => format!("must be {list} or more"),
        Comparator::EqualTo => format!("must be {list}"),
        Comparator::NotEqualTo => format!("must not be {list}"),
        Comparator::In => format!("must be one of {list}"),
        Comparator::NotIn => format!("must be none of {list}"),
        Comparator::Exists => "must be held".to_owned(),
        Comparator::DoesNotExist => "must not be held".to_owned(),
    }
}

/// A worker's value as a sentence.
pub fn describe_value(value: Option<&Value>) -> String {
    match value {
        None => "you do not have it".to_owned(),
        Some(Value::None) => "you have it".to_owned(),
        Some(value) => format!("yours is {value}"),
    }
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
                assert_eq!(unmet(&list, action, |_| None).count(), usize::from(kept), "{guard:?}");
                assert_eq!(unmet(&list, action, |_| Some(Value::None)).next(), None);
            }
        }
    }

    #[test]
    fn each_unmet_one_is_told_with_the_worker_s_own_value() {
        let list = [
            requirement("LessThan", &json!([5])),
            requirement("GreaterThan", &json!([4])),
            requirement("DoesNotExist", &json!([])),
        ];
        let unmet: Vec<_> = unmet(&list, Action::Accept, |_| Some(Value::Integer(4))).collect();
        let expected = [&list[1], &list[2]];
        let value = Some(Value::Integer(4));
        assert_eq!(unmet, expected.map(|requirement| Unmet { requirement, value: value.clone() }));
    }

    #[rstest]
    #[case("LessThan", json!([5]), "must be less than 5")]
    #[case("LessThanOrEqualTo", json!([5]), "must be 5 or less")]
    #[case("GreaterThan", json!([5]), "must be more than 5")]
    #[case("GreaterThanOrEqualTo", json!([5]), "must be 5 or more")]
    #[case("EqualTo", json!([5]), "must be 5")]
    #[case("NotEqualTo", json!([5]), "must not be 5")]
    #[case("In", json!([{"Country": "US", "Subdivision": "WA"}, {"Country": "CA"}]),
        "must be one of US-WA, CA")]
    #[case("NotIn", json!([5, 6]), "must be none of 5, 6")]
    #[case("Exists", json!([]), "must be held")]
    #[case("DoesNotExist", json!([]), "must not be held")]
    fn wants_in_words(
        #[case] comparator: &str,
        #[case] values: serde_json::Value,
        #[case] expected: &str,
    ) {
        assert_eq!(describe(&requirement(comparator, &values)), expected);
    }

    #[test]
    fn own_values_in_words() {
        let held = [None, Some(Value::None), Some(Value::Integer(-5))];
        let words = held.map(|value| describe_value(value.as_ref()));
        assert_eq!(words, ["you do not have it", "you have it", "yours is -5"]);
    }
}
