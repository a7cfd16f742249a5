//! The qualification types that Amazon kept itself: what it knew of every worker.
//!
//! Facts: API reference of QualificationRequirement. Assumed: the descriptions.

use crate::rules::qualification::requirement::Value;
use crate::shapes::worker::Worker;
use crate::time::Instant;

/// What a system qualification measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Whether the worker is one of the Masters; it has no value.
    Masters,
    /// How many assignments were approved.
    Approved,
    /// Where the worker lives.
    Place,
    /// Whether the worker agreed to see adult content.
    Adult,
    /// The share of approved assignments.
    PercentApproved,
}

/// A system qualification type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct System {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Whether it is there in a market of play money, and of real money.
    pub exists: [bool; 2],
    /// What it measures.
    pub subject: Subject,
}

/// The system qualification of a worker's place.
pub const LOCALE: &str = "00000000000000000071";

/// Every one, those of both markets.
pub const SYSTEM: [System; 6] = [
    system("2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", "Masters", [true, false], Subject::Masters),
    system("2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "Masters", [false, true], Subject::Masters),
    system("00000000000000000060", "Worker_Adult", [true; 2], Subject::Adult),
    system(LOCALE, "Worker_Locale", [true; 2], Subject::Place),
    system("00000000000000000040", "Worker_NumberHITsApproved", [true; 2], Subject::Approved),
    system(
        "000000000000000000L0",
        "Worker_PercentAssignmentsApproved",
        [true; 2],
        Subject::PercentApproved,
    ),
];

const fn system(
    id: &'static str,
    name: &'static str,
    exists: [bool; 2],
    subject: Subject,
) -> System {
    System { id, name, exists, subject }
}

/// 2005-11-02, when the market opened. Assumed: that the system's types are as old.
pub const CREATED_AT: Instant = Instant(1_130_889_600_000);

impl Subject {
    /// The type's description.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Masters => "Held by workers whose work was good over a long time.",
            Self::Adult => "1 if the worker agreed to see adult content, else 0.",
            Self::Place => "Where the worker lives.",
            Self::Approved => "How many assignments of the worker were approved.",
            Self::PercentApproved => {
                "The share of the worker's assignments that were approved; 100 for a worker with \
                 less than 100 of them."
            }
        }
    }
}

impl System {
    /// Whether it is the worker's place.
    pub fn is_place(&self) -> bool {
        self.subject == Subject::Place
    }

    /// The system type with that id, of whichever market.
    pub fn find(id: &str) -> Option<&'static Self> {
        SYSTEM.iter().find(|system| system.id == id)
    }

    /// What this worker has of it.
    pub fn value(&self, traits: Option<&Worker>, done: WorkCounts) -> Option<Value> {
        match self.subject {
            Subject::Masters => traits.is_some_and(|worker| worker.masters).then_some(Value::None),
            Subject::Approved => Some(Value::Integer(approved(traits, done))),
            Subject::Place => traits.and_then(|worker| worker.locale.clone()).map(Value::Place),
            Subject::Adult => {
                Some(Value::Integer(traits.is_some_and(|worker| worker.adult).into()))
            }
            Subject::PercentApproved => Some(Value::Integer(percent_approved(traits, done))),
        }
    }
}

/// A worker's assignments in this market.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkCounts {
    /// Submitted, whatever became of them.
    pub submitted: i64,
    /// Approved of them.
    pub approved: i64,
    /// Rejected of them.
    pub rejected: i64,
}

/// The rate counts from so many assignments on; a worker with less has 100 (API reference).
const RATED_FROM: i64 = 100;

fn approved(traits: Option<&Worker>, done: WorkCounts) -> i64 {
    let elsewhere = traits.and_then(|worker| worker.hits_approved).unwrap_or(0);
    elsewhere.saturating_add(done.approved)
}

/// The share of approved assignments, here and elsewhere.
///
/// Who was given a share has it from at least 100 assignments, so that it counts; who was given a
/// number of approved ones and no share had no other ones.
/// Assumed: assignments that await review count among the 100 and not in the share; the share is
/// rounded down.
fn percent_approved(traits: Option<&Worker>, done: WorkCounts) -> i64 {
    let number = i128::from(traits.and_then(|worker| worker.hits_approved).unwrap_or(0));
    let percent = i128::from(traits.and_then(|worker| worker.percent_approved).unwrap_or(100));
    let given = traits.is_some_and(|worker| worker.percent_approved.is_some());
    let least = if given { i128::from(RATED_FROM) } else { 0 };
    // What was done elsewhere, in hundredths of assignments: all of it, and what was approved.
    let (all, good) = match (number * 100, percent) {
        (good, 1..) if good * 100 / percent >= least * 100 => (good * 100 / percent, good),
        _ => (least * 100, least * percent),
    };
    if all / 100 + i128::from(done.submitted) < i128::from(RATED_FROM) {
        return 100;
    }
    let all = all + 100 * i128::from(done.approved + done.rejected);
    let good = good + 100 * i128::from(done.approved);
    i64::try_from((good * 100).checked_div(all).unwrap_or(100)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn worker(traits: &serde_json::Value) -> Worker {
        let mut worker = json!({"WorkerId": "A1"});
        worker.as_object_mut().unwrap().extend(traits.as_object().unwrap().clone());
        serde_json::from_value(worker).unwrap()
    }

    #[rstest]
    #[case::new(json!({}), (0, 0, 0), 0, 100)]
    #[case::below_a_hundred(json!({}), (99, 0, 99), 0, 100)]
    #[case::a_hundred(json!({}), (100, 0, 100), 0, 0)]
    #[case::half(json!({}), (100, 50, 50), 50, 50)]
    #[case::rounded_down(json!({}), (1000, 996, 4), 996, 99)]
    #[case::undecided(json!({}), (200, 3, 1), 3, 75)]
    #[case::nothing_decided(json!({}), (200, 0, 0), 0, 100)]
    #[case::elsewhere(json!({"HITsApproved": 1200, "PercentApproved": 99}), (0, 0, 0), 1200, 99)]
    #[case::both(json!({"HITsApproved": 90, "PercentApproved": 90}), (100, 90, 10), 180, 90)]
    #[case::both_differ(json!({"HITsApproved": 100}), (100, 0, 100), 100, 50)]
    #[case::share_alone(json!({"PercentApproved": 85}), (0, 0, 0), 0, 85)]
    #[case::share_of_few(json!({"HITsApproved": 3, "PercentApproved": 85}), (0, 0, 0), 3, 85)]
    #[case::number_alone(json!({"HITsApproved": 5000}), (0, 0, 0), 5000, 100)]
    #[case::number_alone_then_bad(json!({"HITsApproved": 99}), (1, 0, 1), 99, 99)]
    #[case::nothing_good(json!({"HITsApproved": 0, "PercentApproved": 0}), (0, 0, 0), 0, 0)]
    #[case::most(json!({"HITsApproved": i64::MAX, "PercentApproved": 1}), (1, 1, 0), i64::MAX, 1)]
    fn counts_and_shares(
        #[case] traits: serde_json::Value,
        #[case] (submitted, approved, rejected): (i64, i64, i64),
        #[case] number: i64,
        #[case] percent: i64,
    ) {
        let (traits, done) = (worker(&traits), WorkCounts { submitted, approved, rejected });
        let value = |id: &str| System::find(id).unwrap().value(Some(&traits), done);
        assert_eq!(value("00000000000000000040"), Some(Value::Integer(number)));
        assert_eq!(value("000000000000000000L0"), Some(Value::Integer(percent)));
    }

    #[test]
    fn traits_are_values() {
        let known = worker(&json!({"Masters": true, "Adult": true, "Locale": {"Country": "US"}}));
        let value =
            |id: &str, worker| System::find(id).unwrap().value(worker, WorkCounts::default());
        let place = known.locale.clone().unwrap();
        for (id, of_known, of_stranger) in [
            ("2ARFPLSP75KLA8M8DH1HTEQVJT3SY6", Some(Value::None), None),
            ("2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", Some(Value::None), None),
            ("00000000000000000060", Some(Value::Integer(1)), Some(Value::Integer(0))),
            (LOCALE, Some(Value::Place(place)), None),
            ("00000000000000000040", Some(Value::Integer(0)), Some(Value::Integer(0))),
        ] {
            assert_eq!(value(id, Some(&known)), of_known, "{id}");
            assert_eq!(value(id, None), of_stranger, "{id}");
        }
        assert_eq!(System::find("3X"), None);
    }
}
