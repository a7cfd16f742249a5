//! Worker ids and traits.

use crate::fault::{Code, Fault};
use crate::shapes::worker::Worker;

pub use crate::ids::is_worker_id as well_formed;

/// Whether a worker with `held` HITs in hand may have one more; a `limit` of 0 is none.
///
/// # Errors
/// `QueueFull`. Recorded of the sentence: "You have accepted the maximum number". Assumed: the
/// rest.
pub fn check_queue(held: i64, limit: i64) -> Result<(), Fault> {
    if limit == 0 || held < limit {
        return Ok(());
    }
    let message =
        format!("You have accepted the maximum number of HITs allowed, which is {limit}.");
    Err(Fault::refused(Code::QueueFull, message))
}

/// `HITsApproved`, as many as a HIT can have.
const MOST_APPROVED: i64 = 1_000_000_000;

/// Whether a worker's traits make sense.
///
/// # Errors
/// A sentence that names the member.
pub fn check(worker: &Worker) -> Result<(), &'static str> {
    wrong(worker).next().map_or(Ok(()), Err)
}

/// A sentence on each member of a worker that makes no sense.
pub fn wrong(worker: &Worker) -> impl Iterator<Item = &'static str> {
    let good =
        |name: &str| (1..=100).contains(&name.chars().count()) && !name.contains(char::is_control);
    let within = |value: Option<i64>, most| value.is_none_or(|value| (0..=most).contains(&value));
    let letters = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    let placed = worker.locale.as_ref().is_none_or(|locale| {
        letters(&locale.country) && locale.subdivision.as_deref().is_none_or(letters)
    });
    let rules = [
        (well_formed(&worker.worker_id), "WorkerId is no worker id"),
        (
            worker.name.as_deref().is_none_or(good),
            "Name has 1 to 100 characters, and no control characters",
        ),
        (within(worker.hits_approved, MOST_APPROVED), "HITsApproved is between 0 and 1000000000"),
        (within(worker.percent_approved, 100), "PercentApproved is between 0 and 100"),
        (placed, "Locale has a Country, and perhaps a Subdivision, of two capital letters"),
    ];
    rules.into_iter().filter(|(holds, _)| !holds).map(|(_, sentence)| sentence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_full_at_its_limit() {
        for (held, limit, may) in
            [(0, 25, true), (24, 25, true), (25, 25, false), (26, 25, false), (0, 1, true)]
        {
            assert_eq!(check_queue(held, limit).is_ok(), may, "{held} of {limit}");
        }
        assert_eq!(check_queue(1000, 0), Ok(()));
    }

    #[test]
    fn the_form_of_worker_ids() {
        let longest = format!("A{}", "9".repeat(63));
        for id in ["A1", "A1ANNA0000000", &longest] {
            assert!(well_formed(id), "{id}");
        }
        for id in ["", "A", "B1", "a1", "A1-", "A1é", &format!("{longest}9")] {
            assert!(!well_formed(id), "{id}");
        }
    }
}
