//! What may happen to submitted work.

use crate::fault::Fault;
use crate::shapes::assignment::AssignmentStatus;
use crate::time::{Instant, Span};

/// A rejection can be overridden this long after the work was submitted (API reference).
pub const OVERRIDE_WITHIN: Span = Span::days(30);

/// Whether work in `status` can be approved.
///
/// # Errors
/// Already approved; rejected, and the requester does not override, or it is too late for that.
/// Assumed: too late gives the same sentence.
pub fn approve(
    status: AssignmentStatus,
    override_rejection: bool,
    submit_at: Instant,
    now: Instant,
) -> Result<(), Fault> {
    let in_time = now <= submit_at + OVERRIDE_WITHIN;
    match status {
        AssignmentStatus::Submitted => Ok(()),
        AssignmentStatus::Rejected if override_rejection && in_time => Ok(()),
        _ => Err(Fault::invalid_assignment_state("Submitted")),
    }
}

/// Whether work in `status` can be rejected.
pub fn reject(status: AssignmentStatus) -> Result<(), Fault> {
    match status {
        AssignmentStatus::Submitted => Ok(()),
        _ => Err(Fault::invalid_assignment_state("Submitted")),
    }
}

/// The sort key of an assignment in its HIT: 43 bits of the millisecond of submission, then 20 bits
/// of a count.
///
/// It is greater than `last`, the latest sort key of the HIT, whatever the clock does. More than a
/// million submissions in one millisecond use keys of the next one.
pub fn place(arrived_at: Instant, last: i64) -> i64 {
    (arrived_at.0 << 20).max(last.saturating_add(1))
}

/// When the assignment with this sort key was submitted.
pub const fn submitted_at(place: i64) -> Instant {
    Instant(place >> 20).whole_second()
}

#[cfg(test)]
mod tests {
    use super::*;
    use AssignmentStatus::{Approved, Rejected, Submitted};

    #[test]
    fn what_can_be_approved() {
        let (submitted, last) = (Instant(0), Instant(30 * 86_400_000));
        let late = last + Span(1);
        for (status, overriding, now, allowed) in [
            (Submitted, false, late, true),
            (Submitted, true, late, true),
            (Approved, false, last, false),
            (Approved, true, last, false),
            (Rejected, false, last, false),
            (Rejected, true, last, true),
            (Rejected, true, late, false),
        ] {
            let answer = approve(status, overriding, submitted, now);
            assert_eq!(answer.is_ok(), allowed, "{status:?} {overriding} {now:?}");
        }
    }

    #[test]
    fn only_submitted_work_can_be_rejected() {
        assert!(reject(Submitted).is_ok());
        assert!(reject(Approved).is_err() && reject(Rejected).is_err());
    }

    #[test]
    fn places_ascend_even_when_the_clock_stands_or_goes_back() {
        let first = place(Instant(5), i64::MIN);
        let second = place(Instant(5), first);
        let third = place(Instant(4), second);
        let fourth = place(Instant(6), third);
        assert_eq!(first, 5 << 20);
        assert!(first < second && second < third && third < fourth);
        assert_eq!(fourth, 6 << 20);
        assert!(place(crate::time::END_OF_TIME, 0) > 0);
    }
}
