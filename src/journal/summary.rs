//! What the calls in a journal have in common: how many there were, how long they took, and with
//! which errors they ended.

use std::collections::BTreeMap;

use crate::journal::{Call, Journal};
use crate::time::Instant;

/// So many seconds are one bar of the chart.
pub const BAR_S: i64 = 5;
/// So many bars a chart has.
pub const BARS: usize = 60;
/// More groups of errors are not listed.
const MAX_GROUPS: usize = 20;

/// Calls that were answered within [`BAR_S`] seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bar {
    /// All of them.
    pub calls: u64,
    /// Those that were refused, failed, or got no answer.
    pub errors: u64,
}

/// The calls of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfOperation {
    /// The operation; `unknown` if the calls name none that exists.
    pub operation: &'static str,
    /// How many there were.
    pub calls: u64,
    /// How many of them were refused, failed, or got no answer.
    pub errors: u64,
    /// Half of them took at most so many microseconds.
    pub p50_us: u64,
    /// And 95 in 100.
    pub p95_us: u64,
    /// And 99 in 100.
    pub p99_us: u64,
}

/// Calls of one operation that ended with one error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorGroup {
    /// The error's code.
    pub code: String,
    /// The operation; none if the calls name none that exists.
    pub operation: Option<&'static str>,
    /// How many there were.
    pub calls: u64,
    /// The number of the last one.
    pub last_number: u64,
}

/// What the calls of a journal have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The last five minutes, the oldest first.
    pub bars: Vec<Bar>,
    /// By operation, the most called first.
    pub operations: Vec<OfOperation>,
    /// By error, the most frequent first; not more than 20.
    pub errors: Vec<ErrorGroup>,
}

/// Calls while they are counted: how many errors, and how long each took.
#[derive(Default)]
struct Counted {
    errors: u64,
    us: Vec<u64>,
}

impl Summary {
    /// Sums up a journal at the real time `now`.
    #[must_use]
    pub fn of(journal: &Journal, now: Instant) -> Self {
        let mut bars = vec![Bar::default(); BARS];
        let mut operations = BTreeMap::<&str, Counted>::new();
        let mut errors = BTreeMap::<(String, Option<&str>), (u64, u64)>::new();
        journal.each(|call| {
            let is_error = u64::from(is_error(call));
            if let Some(bar) = place(call.answered_at, now).and_then(|at| bars.get_mut(at)) {
                bar.calls += 1;
                bar.errors += is_error;
            }
            let counted = operations.entry(call.operation.unwrap_or("unknown")).or_default();
            counted.errors += is_error;
            counted.us.push(call.us);
            if let Some(refused) = &call.refused {
                let of = (refused.error.code.clone(), call.operation);
                let (calls, last_number) = errors.entry(of).or_default();
                *calls += 1;
                *last_number = call.number;
            }
        });
        let mut operations: Vec<_> = operations.into_iter().map(of_operation).collect();
        operations.sort_by_key(|of| std::cmp::Reverse(of.calls));
        Self { bars, operations, errors: groups(errors) }
    }

    /// The most calls in one bar; at least 1.
    #[must_use]
    pub fn most(&self) -> u64 {
        self.bars.iter().map(|bar| bar.calls).max().unwrap_or(0).max(1)
    }
}

/// Whether a call did not do what it was for.
#[must_use]
pub fn is_error(call: &Call) -> bool {
    call.refused.is_some() || !(200..300).contains(&call.status)
}

/// The bar of an instant. What the clock of the machine says is in the future is in the last one.
fn place(at: Instant, now: Instant) -> Option<usize> {
    let bars_ago = usize::try_from((now.0 - at.0).max(0) / (BAR_S * 1000)).ok()?;
    (BARS - 1).checked_sub(bars_ago)
}

fn of_operation((operation, mut counted): (&'static str, Counted)) -> OfOperation {
    counted.us.sort_unstable();
    let us = &counted.us;
    // The smallest value that so many in 100 do not exceed.
    let percentile = |share: usize| {
        let place = (us.len() * share).div_ceil(100).saturating_sub(1);
        us.get(place).copied().unwrap_or(0)
    };
    OfOperation {
        operation,
        calls: us.len() as u64,
        errors: counted.errors,
        p50_us: percentile(50),
        p95_us: percentile(95),
        p99_us: percentile(99),
    }
}

fn groups(errors: BTreeMap<(String, Option<&'static str>), (u64, u64)>) -> Vec<ErrorGroup> {
    let group = |((code, operation), (calls, last_number))| ErrorGroup {
        code,
        operation,
        calls,
        last_number,
    };
    let mut groups: Vec<_> = errors.into_iter().map(group).collect();
    groups.sort_by_key(|group| std::cmp::Reverse((group.calls, group.last_number)));
    groups.truncate(MAX_GROUPS);
    groups
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;
    use crate::fault::ErrorView;
    use crate::journal::{Refused, Rule, USUAL_BYTES};

    fn call(operation: &'static str, at: i64, us: u64, code: Option<&str>) -> Call {
        let error = |code: &str| ErrorView { code: code.to_owned(), message: String::new() };
        let refused =
            code.map(|code| Refused { error: error(code), rule: Rule::Value, hint: None });
        Call {
            number: 0,
            answered_at: Instant(at),
            request_id: None,
            operation: Some(operation),
            requester: None,
            status: if refused.is_some() { 400 } else { 200 },
            us,
            request: Bytes::new(),
            answer: Bytes::new(),
            is_cut: false,
            refused,
        }
    }

    #[test]
    fn calls_are_counted_by_time_operation_and_error() {
        let journal = Journal::new(USUAL_BYTES).unwrap();
        let now = 1_000_000;
        for us in 1..=200 {
            journal.add(call("GetHIT", now - 4_999, us, None));
        }
        journal.add(call("CreateHIT", now - 5_000, 7, Some("A")));
        journal.add(call("CreateHIT", now - 299_999, 9, Some("B")));
        journal.add(call("CreateHIT", now - 300_000, 8, Some("B")));
        journal.add(call("CreateHIT", now + 1, 8, None));
        let summary = Summary::of(&journal, Instant(now));
        let bar = |calls, errors| Bar { calls, errors };
        assert_eq!(summary.bars[BARS - 1], bar(201, 0));
        assert_eq!(summary.bars[BARS - 2], bar(1, 1));
        assert_eq!(summary.bars[0], bar(1, 1));
        assert_eq!((summary.bars.len(), summary.most()), (BARS, 201));
        let [get, create] = &*summary.operations else { panic!("{summary:?}") };
        assert_eq!((get.operation, get.calls, get.errors), ("GetHIT", 200, 0));
        assert_eq!((get.p50_us, get.p95_us, get.p99_us), (100, 190, 198));
        assert_eq!((create.calls, create.errors, create.p50_us, create.p99_us), (4, 3, 8, 9));
        let errors: Vec<_> = summary.errors.iter().map(|of| (&*of.code, of.calls)).collect();
        assert_eq!(errors, [("B", 2), ("A", 1)]);
        assert_eq!(summary.errors[0].last_number, 203);
    }

    #[test]
    fn an_empty_journal_has_an_empty_summary() {
        let summary = Summary::of(&Journal::new(USUAL_BYTES).unwrap(), Instant(0));
        assert_eq!((summary.most(), summary.operations.len(), summary.errors.len()), (1, 0, 0));
    }
}
