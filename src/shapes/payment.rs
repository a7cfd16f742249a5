//! Payment: money that a requester paid to a worker.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::{Cents, Funds};
use crate::shapes::scalar::At;
use crate::shapes::words::words;
use crate::time::Instant;

words! {
    api
    /// What money was paid for.
    PaymentKind {
        /// Approved work.
        Reward = "Reward",
        /// A bonus.
        Bonus = "Bonus",
    }
}

/// Money that a requester paid to a worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Payment {
    /// When.
    pub time: At,
    /// What for.
    pub kind: PaymentKind,
    /// To whom.
    #[schema(example = "A1ANNA0000000")]
    pub worker_id: String,
    /// For which work.
    pub assignment_id: String,
    /// Its HIT, if it is known.
    #[serde(rename = "HITId", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub hit_id: Option<String>,
    /// What the worker got.
    pub amount: Cents,
    /// What was paid to the market besides.
    pub fee: Cents,
    /// What left the requester's balance: amount and fee. Nothing in the sandbox, and nothing for
    /// payments that came with a world.
    pub charged: Funds,
    /// Why a bonus was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// Whether the answer is still there to see: the HIT was not deleted.
    #[serde(skip)]
    pub has_answer: bool,
    /// The number of a bonus; 0 of a reward.
    #[serde(skip)]
    pub bonus_key: i64,
}

impl Payment {
    /// Its place in a list.
    pub fn place(&self) -> Place {
        Place {
            at: self.time.0,
            bonus_key: self.bonus_key,
            assignment_id: self.assignment_id.clone(),
        }
    }

    /// The fee within what was charged.
    pub fn fee_of(amount: Cents, charged: Cents) -> Cents {
        if charged == Cents(0) { charged } else { charged - amount }
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

    #[test]
    fn what_was_not_charged_has_no_fee() {
        let fee = |amount, charged| Payment::fee_of(Cents(amount), Cents(charged)).0;
        assert_eq!((fee(5, 0), fee(5, 6), fee(0, 1)), (0, 1, 1));
    }
}
