//! What the address of a page of answers says.

use serde::Deserialize;

use crate::rules::frame::encoded;
use crate::rules::review::Filter;
use crate::shapes::assignment::AssignmentStatus;
use crate::views::desk::review::{Place, Scope, Wanted};
use crate::views::show;

/// The address of the answers to a HIT, or to all HITs of a type or of a batch.
pub fn address_of(scope: &Scope) -> String {
    match scope {
        Scope::Hit(id) => format!("/requester/hits/{}/answers", encoded(id)),
        Scope::Type(id) => format!("/requester/types/{}/answers", encoded(id)),
        Scope::Batch(key) => format!("/requester/batches/{key}/answers"),
    }
}

/// The query of the address.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Query {
    pub status: String,
    pub worker: String,
    /// Seconds.
    pub below: String,
    pub field: String,
    pub value: String,
    pub order: String,
    /// Where the page before ended.
    pub after: String,
    /// Whether measures are wanted, and behind which place.
    pub measures: String,
    /// What the page before has done.
    pub done: String,
    /// To how many assignments.
    pub count: String,
}

/// Where a page ended whose order is that of the time on task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The time on task.
    pub seconds: i64,
    /// The place among work that took as long.
    pub place: Place,
}

impl Cursor {
    /// It as an address has it.
    pub fn shown(&self) -> String {
        format!("{}.{}", self.seconds, shown(&self.place))
    }
}

impl Query {
    /// Whether the order is that of the time on task.
    pub fn is_by_time(&self) -> bool {
        self.order == "fastest"
    }

    /// Where a page in that order begins.
    pub fn cursor(&self) -> Option<Cursor> {
        let (seconds, rest) = self.after.split_once('.')?;
        Some(Cursor { seconds: seconds.parse().ok()?, place: place(rest)? })
    }

    /// The work that it asks for.
    pub fn wanted(&self, scope: &Scope) -> Wanted {
        Wanted {
            scope: scope.clone(),
            backward: self.order != "oldest",
            status: AssignmentStatus::parse(&self.status),
            worker_id: self.worker.trim().to_ascii_uppercase(),
            after: place(&self.after),
        }
    }

    /// What else the work must be like.
    pub fn filter(&self) -> Filter {
        Filter {
            below_s: self.below.trim().parse().ok(),
            field: self.field.trim().to_owned(),
            value: self.value.clone(),
        }
    }

    /// Whether it asks for less than all work.
    pub fn is_filtered(&self) -> bool {
        let filters = [&self.status, &self.worker, &self.below, &self.field];
        filters.iter().any(|text| !text.trim().is_empty())
    }

    /// The filters, each with what people call it.
    pub fn filters(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let all = [
            ("Status", &self.status),
            ("Worker id", &self.worker),
            ("Seconds below", &self.below),
            ("Field", &self.field),
            ("has the value", &self.value),
        ];
        all.into_iter().filter(|(_, value)| !value.trim().is_empty())
    }

    /// Whether submitted work is among what it asks for.
    pub fn has_submitted(&self) -> bool {
        let status = AssignmentStatus::parse(&self.status);
        status.is_none_or(|status| status == AssignmentStatus::Submitted)
    }

    /// What of it cannot be read and so asks for nothing, a sentence for each.
    pub fn problems(&self) -> Vec<String> {
        let status = self.status.is_empty() || AssignmentStatus::parse(&self.status).is_some();
        let below = self.below.trim();
        let below = below.is_empty() || below.parse::<i64>().is_ok();
        let order = ["", "newest", "oldest", "fastest"].contains(&self.order.as_str());
        let is_place =
            if self.is_by_time() { self.cursor().is_some() } else { place(&self.after).is_some() };
        let measures = ["", "all"].contains(&self.measures.as_str());
        let field = self.value.trim().is_empty() || !self.field.trim().is_empty();
        let shown = |text: &str| show::excerpt(text, 40).text;
        [
            (status, format!("“{}” is not a status. All are shown.", shown(&self.status))),
            (below, format!("“{}” is not a number of seconds.", shown(&self.below))),
            (order, format!("“{}” is not an order. The newest are first.", shown(&self.order))),
            (
                self.after.is_empty() || is_place,
                "The address does not say where to go on. This is the first page.".to_owned(),
            ),
            (
                measures || self.measured_from().is_some(),
                "The address does not say where to measure. All is measured.".to_owned(),
            ),
            (field, "A value without a field filters nothing.".to_owned()),
        ]
        .into_iter()
        .filter_map(|(is_good, why)| (!is_good).then_some(why))
        .collect()
    }

    /// Where measuring begins.
    pub fn measured_from(&self) -> Option<Place> {
        place(&self.measures)
    }

    /// It as part of an address that measures from the beginning.
    pub fn measuring_all(&self) -> String {
        Self { measures: "all".to_owned(), ..self.clone() }.address(true)
    }

    /// The same, behind a place.
    pub fn measuring(&self, behind: &Place) -> String {
        Self { measures: shown(behind), ..self.clone() }.address(true)
    }

    /// It as part of an address, with the place of the page or without it.
    pub fn address(&self, with_place: bool) -> String {
        let fields = [
            ("status", &self.status),
            ("worker", &self.worker),
            ("below", &self.below),
            ("field", &self.field),
            ("value", &self.value),
            ("order", &self.order),
            ("measures", &self.measures),
            ("after", &self.after),
        ];
        let filled = fields
            .iter()
            .filter(|(name, value)| !value.is_empty() && (with_place || *name != "after"));
        let pairs: Vec<String> =
            filled.map(|(name, value)| format!("&{name}={}", encoded(value))).collect();
        pairs.concat()
    }
}

/// A place as an address has it.
pub fn shown((hit_key, position): &Place) -> String {
    format!("{hit_key}.{position}")
}

fn place(text: &str) -> Option<Place> {
    let (hit_key, position) = text.split_once('.')?;
    Some((hit_key.parse().ok()?, position.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_an_address() {
        for known in [(1, 2), (i64::MIN, i64::MAX), (-5, 0)] {
            assert_eq!(place(&shown(&known)), Some(known));
        }
        for odd in ["", ".", "1", "1.", "a.b", "1.2.3", "yes"] {
            assert_eq!(place(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_cursor_survives_an_address() {
        let cursor = Cursor { seconds: 30, place: (7, -1) };
        let query = Query { after: cursor.shown(), ..Query::default() };
        assert_eq!(query.cursor(), Some(cursor));
        assert_eq!(Query { after: "30".to_owned(), ..query }.cursor(), None);
        assert!(cursor < Cursor { seconds: 31, place: (1, 1) });
    }

    type Change = fn(&mut Query);

    #[test]
    fn what_cannot_be_read_is_named() {
        let with = |change: Change| {
            let mut query = Query::default();
            change(&mut query);
            query.problems().join(" ")
        };
        let good: [Change; 6] = [
            |_| {},
            |of| of.status = "Rejected".into(),
            |of| of.below = " 9 ".into(),
            |of| (of.order, of.after) = ("fastest".into(), "5.1.2".into()),
            |of| (of.field, of.value, of.after) = ("f".into(), "v".into(), "1.2".into()),
            |of| of.measures = "1.2".into(),
        ];
        assert!(good.iter().all(|change| with(*change).is_empty()));
        let bad: [(Change, &str); 7] = [
            (|of| of.status = "rejected".into(), "not a status"),
            (|of| of.below = "9s".into(), "not a number"),
            (|of| of.order = "odd".into(), "not an order"),
            (|of| of.after = "1".into(), "first page"),
            (|of| (of.order, of.after) = ("fastest".into(), "1.2".into()), "first page"),
            (|of| of.measures = "yes".into(), "All is measured"),
            (|of| of.value = "v".into(), "without a field"),
        ];
        for (change, why) in bad {
            assert!(with(change).contains(why), "{why}: {}", with(change));
        }
    }

    #[test]
    fn an_address_keeps_the_filters() {
        let query = Query {
            worker: "A&B".to_owned(),
            after: "1.2".to_owned(),
            done: "approve".to_owned(),
            ..Query::default()
        };
        assert_eq!(query.address(true), "&worker=A%26B&after=1.2");
        assert_eq!(query.address(false), "&worker=A%26B");
        assert!(query.is_filtered() && !Query::default().is_filtered());
    }
}
