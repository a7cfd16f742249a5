//! Who is a worker.

use crate::fault::Fault;
use crate::shapes::worker::Worker;

/// Whether `id` has the form of a worker id: `A` and more capital letters or digits, at most 64.
#[must_use]
pub fn well_formed(id: &str) -> bool {
    let rest = id.strip_prefix('A').unwrap_or_default();
    let capitals = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    !rest.is_empty() && id.len() <= 64 && rest.bytes().all(capitals)
}

/// Whether a worker with `held` HITs in hand may have one more; a `limit` of 0 is none.
///
/// # Errors
/// `QueueFull`. Recorded of the sentence: "You have accepted the maximum number". Assumed: the
/// rest.
pub fn has_room(held: i64, limit: i64) -> Result<(), Fault> {
    if limit == 0 || held < limit {
        return Ok(());
    }
    let said = format!("You have accepted the maximum number of HITs allowed, which is {limit}.");
    Err(Fault::worker("QueueFull", said))
}

/// `HITsApproved`, as many as a HIT can have.
const MOST_APPROVED: i64 = 1_000_000_000;

/// Whether a worker's traits make sense.
///
/// # Errors
/// A sentence that names the member.
pub fn check(worker: &Worker) -> Result<(), &'static str> {
    if !well_formed(&worker.worker_id) {
        return Err(
            "WorkerId is 'A' followed by capital letters and digits, 64 characters at most",
        );
    }
    let good =
        |name: &str| (1..=100).contains(&name.chars().count()) && !name.contains(char::is_control);
    if !worker.name.as_deref().is_none_or(good) {
        return Err("Name has 1 to 100 characters, and no control characters");
    }
    if worker.hits_approved.is_some_and(|count| !(0..=MOST_APPROVED).contains(&count)) {
        return Err("HITsApproved is between 0 and 1000000000");
    }
    if worker.percent_approved.is_some_and(|percent| !(0..=100).contains(&percent)) {
        return Err("PercentApproved is between 0 and 100");
    }
    let letters = |code: &str| code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    let placed = worker.locale.as_ref().is_none_or(|locale| {
        letters(&locale.country) && locale.subdivision.as_deref().is_none_or(letters)
    });
    if !placed {
        return Err("Locale has a Country, and perhaps a Subdivision, of two capital letters");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_full_at_its_limit() {
        for (held, limit, may) in
            [(0, 25, true), (24, 25, true), (25, 25, false), (26, 25, false), (0, 1, true)]
        {
            assert_eq!(has_room(held, limit).is_ok(), may, "{held} of {limit}");
        }
        assert_eq!(has_room(1000, 0), Ok(()));
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
