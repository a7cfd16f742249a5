//! Payment: money that a requester paid to a worker.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::{Cents, Funds};
use crate::shapes::scalar::At;
use crate::shapes::words::words;

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
    /// Whether that is a robot; absent if not. Who reads a page of payments adds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(nullable = false)]
    pub robot: bool,
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
    /// The fee within what was charged.
    pub fn fee_of(amount: Cents, charged: Cents) -> Cents {
        if charged == Cents(0) { charged } else { charged - amount }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_charged_has_no_fee() {
        let fee = |amount, charged| Payment::fee_of(Cents(amount), Cents(charged)).0;
        assert_eq!((fee(5, 0), fee(5, 6), fee(0, 1)), (0, 1, 1));
    }
}
