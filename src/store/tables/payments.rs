//! Payments: what rewards and bonuses have in common.

use crate::fault::Fault;
use crate::money::Funds;
use crate::shapes::payment::{Payment, PaymentKind};
use crate::shapes::scalar::At;
use crate::store::db::row::{Columns, FromRow};
use crate::time::Instant;

/// Time, assignment, worker, HIT, whether its answers are there, what the worker got, what was
/// charged, the reason of a bonus, and its number or 0.
impl FromRow for Payment {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let (at, assignment_id, worker_id) = columns.next()?;
        let (hit_id, has_answer) = columns.next()?;
        let (amount, charged, reason, bonus_key): (_, _, _, i64) = columns.next()?;
        Ok(Self {
            time: At(at),
            kind: if bonus_key > 0 { PaymentKind::Bonus } else { PaymentKind::Reward },
            worker_id,
            robot: false,
            assignment_id,
            hit_id,
            has_answer,
            amount,
            fee: Self::fee_of(amount, charged),
            charged: Funds(charged),
            reason,
            bonus_key,
        })
    }
}

/// A place in a list of payments: by time, and at one instant rewards before bonuses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When.
    pub at: Instant,
    /// The number of a bonus; 0 of a reward.
    pub bonus_key: i64,
    /// For which work.
    pub assignment_id: String,
}

impl Place {
    /// Behind every payment.
    pub const END: Self =
        Self { at: Instant(i64::MAX), bonus_key: i64::MAX, assignment_id: String::new() };

    /// That of a payment.
    pub fn of(paid: &Payment) -> Self {
        let (bonus_key, assignment_id) = (paid.bonus_key, paid.assignment_id.clone());
        Self { at: paid.time.0, bonus_key, assignment_id }
    }

    /// Before every payment at an instant.
    pub const fn before(at: Instant) -> Self {
        Self { at, bonus_key: -1, assignment_id: String::new() }
    }

    /// The place among rewards alone.
    pub fn assignment_id(&self) -> &str {
        // Ids are made of capital letters and digits, which all come before this.
        if self.bonus_key > 0 { "~" } else { &self.assignment_id }
    }

    /// It as an address has it.
    pub fn shown(&self) -> String {
        format!("{}.{}.{}", self.at.0, self.bonus_key, self.assignment_id)
    }

    /// The place that an address names.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let at = Instant(parts.next()?.parse().ok()?);
        let bonus_key = parts.next()?.parse().ok()?;
        Some(Self { at, bonus_key, assignment_id: parts.next()?.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_an_address() {
        let place = Place { at: Instant(5), bonus_key: 0, assignment_id: "3A".to_owned() };
        for place in [Place::END, Place::before(Instant(-7)), place] {
            assert_eq!(Place::parse(&place.shown()), Some(place));
        }
        for odd in ["", "1", "1.2", "a.1.B", "1.b.C"] {
            assert_eq!(Place::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn rewards_come_before_bonuses_of_the_same_instant() {
        let of =
            |bonus_key, id: &str| Place { at: Instant(5), bonus_key, assignment_id: id.to_owned() };
        let order = [of(-1, ""), of(0, "3A"), of(0, "3B"), of(1, "3A"), of(2, "")];
        assert!(order.is_sorted());
        assert_eq!([of(0, "3A").assignment_id(), of(1, "3A").assignment_id()], ["3A", "~"]);
    }
}
