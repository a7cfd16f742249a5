//! The price of work: rewards, bonuses, and the fees on both.
//!
//! Facts: the service's price list as public clients quote it. 20 % of rewards and bonuses, 20 %
//! more of the reward of a HIT with ten or more assignments, 5 % more where Masters are wanted; at
//! least a cent for each payment, and rounded half up.

use crate::fault::{Code, Fault};
use crate::money::Cents;
use crate::rules::hit::{LARGE, Phase, Standing};
use crate::rules::hit_type::Values;
use crate::rules::qualification::system::{Subject, System};
use crate::shapes::qualification::{Comparator, QualificationRequirement};
use crate::time::Instant;

const BASE_PERCENT: i64 = 20;
const LARGE_PERCENT: i64 = 20;
const MASTERS_PERCENT: i64 = 5;

/// No HIT holds more: a million of them stay within [`Cents::MOST_IN_ALL`].
const MOST: Cents = Cents(1_000_000_000_000);

/// The fee of `percent` on `amount`.
///
/// Assumed: a payment of nothing has the least fee too.
fn fee(amount: Cents, percent: i64) -> Cents {
    let hundredths = i128::from(amount.0) * i128::from(percent);
    let rounded = (hundredths + 50) / 100;
    Cents(i64::try_from(rounded.max(1)).unwrap_or(MOST.0))
}

fn plus_fee(amount: Cents, percent: i64) -> Cents {
    (amount + fee(amount, percent)).min(MOST)
}

/// What a bonus costs: the amount and its fee.
pub fn bonus(amount: Cents) -> Cents {
    plus_fee(amount, BASE_PERCENT)
}

/// What one approved assignment costs, in a HIT of `max` places: the reward and its fees.
///
/// Assumed: the percentages are added, and the sum is rounded once.
pub fn assignment(values: &Values, max: i64) -> Cents {
    let large = if max >= LARGE { LARGE_PERCENT } else { 0 };
    let masters = if wants_masters(&values.requirements) { MASTERS_PERCENT } else { 0 };
    plus_fee(values.reward, BASE_PERCENT + large + masters)
}

fn wants_masters(requirements: &[QualificationRequirement]) -> bool {
    requirements.iter().any(|requirement| {
        let system = System::find(&requirement.qualification_type_id);
        system.is_some_and(|system| system.subject == Subject::Masters)
            && requirement.comparator != Comparator::DoesNotExist
    })
}

/// Places of a HIT that may still have to be paid: in work, awaiting review, or free to be taken.
pub fn places(standing: &Standing, now: Instant) -> i64 {
    let free = if standing.expired(now) { 0 } else { standing.available() };
    match standing.phase {
        Phase::Disposed => 0,
        _ => standing.pending + standing.submitted + free,
    }
}

/// What a HIT may still cost, which is on hold until then.
pub fn held(values: &Values, standing: &Standing, now: Instant) -> Cents {
    let places = places(standing, now);
    Cents(assignment(values, standing.max).0.saturating_mul(places)).min(MOST)
}

/// The requester cannot pay for that.
pub fn insufficient_funds() -> Fault {
    Fault::refused(
        Code::InsufficientFunds,
        "This Requester has insufficient funds in their account to complete this transaction. \
         Please visit https://requester.mturk.com/prepayments/new to purchase Prepaid HITs.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(reward: i64, requirements: &[(&str, Comparator)]) -> Values {
        let required = |(id, comparator): &(&str, Comparator)| QualificationRequirement {
            qualification_type_id: (*id).to_owned(),
            comparator: *comparator,
            integer_values: None,
            locale_values: None,
            required_to_preview: None,
            actions_guarded: None,
        };
        Values {
            title: "a".into(),
            description: "b".into(),
            keywords: None,
            reward: Cents(reward),
            assignment_duration_s: 60,
            auto_approval_delay_s: 60,
            requirements: requirements.iter().map(required).collect(),
        }
    }

    #[test]
    fn a_fee_is_a_share_rounded_half_up_and_at_least_a_cent() {
        for (amount, percent, expected) in [
            (0, 20, 1),
            (1, 20, 1),
            (5, 20, 1),
            (7, 20, 1),
            (8, 20, 2),
            (52, 20, 10),
            (53, 20, 11),
            (100, 20, 20),
            (25, 40, 10),
            (26, 45, 12),
            (30, 45, 14),
            (10, 25, 3),
            (i64::MAX, 20, MOST.0),
        ] {
            let cents = fee(Cents(amount), percent).0.min(MOST.0);
            assert_eq!(cents, expected, "{percent} % of {amount}");
        }
    }

    #[test]
    fn the_size_of_the_hit_and_masters_make_work_dearer() {
        let [production, sandbox] =
            ["2F1QJWKUDD8XADTFD2Q0G6UTO95ALH", "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"];
        let masters = [(production, Comparator::Exists)];
        let of_sandbox = [(sandbox, Comparator::Exists)];
        let others = [(production, Comparator::DoesNotExist), ("3Q", Comparator::Exists)];
        for (requirements, max, expected) in [
            (&[][..], 1, 120),
            (&[], 9, 120),
            (&[], 10, 140),
            (&masters, 9, 125),
            (&of_sandbox, 9, 125),
            (&masters, 10, 145),
            (&others, 9, 120),
        ] {
            let price = assignment(&values(100, requirements), max);
            assert_eq!(price, Cents(expected), "{requirements:?} {max}");
        }
        assert_eq!(bonus(Cents(100)), Cents(120));
        assert_eq!(bonus(Cents(1)), Cents(2));
    }

    #[test]
    fn what_nobody_can_be_paid_for_is_not_held() {
        let (now, end) = (Instant(1000), Instant(2000));
        let fresh = Standing::new(5, end);
        let worked = Standing { pending: 1, submitted: 1, approved: 1, rejected: 1, ..fresh };
        for (standing, at, expected) in [
            (fresh, now, 5),
            (worked, now, 3),
            (worked, end, 2),
            (worked, Instant(1999), 3),
            (Standing { phase: Phase::Reviewing, ..worked }, end, 2),
            (Standing { phase: Phase::Disposed, ..fresh }, now, 0),
        ] {
            assert_eq!(places(&standing, at), expected, "{standing:?} at {at:?}");
            assert_eq!(held(&values(100, &[]), &standing, at), Cents(120 * expected));
        }
    }

    #[test]
    fn no_hold_leaves_the_numbers() {
        let dearest = assignment(&values(Cents::MOST.0, &[]), 10);
        assert!(dearest < MOST && bonus(Cents::MOST) < MOST, "one payment is never cut");
        assert_eq!(MOST.0 * 1_000_000, Cents::MOST_IN_ALL.0);
        let all = Standing::new(1_000_000_000, Instant(2000));
        assert_eq!(held(&values(i64::MAX, &[]), &all, Instant(0)), MOST);
    }
}
