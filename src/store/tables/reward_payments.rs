//! `reward_payments`: what requesters paid for approved work.

use crate::fault::Fault;
use crate::money::Cents;
use crate::shapes::assignment::Assignment;
use crate::shapes::payment::Payment;
use crate::store::Tx;
use crate::store::db::insert_many::write_many;
use crate::store::db::sql::{Statement, bind, sql};
use crate::store::hits::Hit;
use crate::store::payments::Place;
use crate::time::Instant;

/// Rewards behind a place, in the order in which their columns are read.
macro_rules! rewards {
    ($rest:literal) => {
        concat!(
            "SELECT p.paid_at, p.assignment_id, p.worker_id, h.id, \
            coalesce(h.status <> 'Disposed', FALSE), p.reward_cents, p.cost_cents, \
            CAST(NULL AS TEXT), CAST(0 AS BIGINT) \
            FROM reward_payments p LEFT JOIN hits h ON h.key = p.hit_key \
            WHERE p.requester_id = $1 AND ",
            $rest
        )
    };
}

statements! {
    ADD = "INSERT INTO reward_payments (requester_id, paid_at, assignment_id, worker_id, \
            hit_key, reward_cents, cost_cents) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    LATEST = rewards!("(p.paid_at, p.assignment_id) < ($2, $3) \
        ORDER BY p.paid_at DESC, p.assignment_id DESC LIMIT $4 + 0");
    OLDEST = rewards!("(p.paid_at, p.assignment_id) > ($2, $3) \
        ORDER BY p.paid_at, p.assignment_id LIMIT $4 + 0");
}

/// What was paid for an assignment.
#[derive(Debug, Clone)]
pub struct RewardPayment {
    /// Who paid.
    pub requester_id: String,
    /// When the work was approved.
    pub paid_at: Instant,
    /// For which work.
    pub assignment_id: String,
    /// To whom.
    pub worker_id: String,
    /// The number of the HIT.
    pub hit_key: i64,
    /// What the worker got.
    pub reward: Cents,
    /// What left the requester's balance.
    pub cost: Cents,
}

impl RewardPayment {
    /// For a piece of work on a HIT.
    pub fn of(hit: &Hit, work: &Assignment, paid_at: Instant, cost: Cents) -> Self {
        Self {
            requester_id: hit.requester_id.clone(),
            paid_at,
            assignment_id: work.assignment_id.clone(),
            worker_id: work.worker_id.clone(),
            hit_key: hit.key,
            reward: hit.hit_type.values.reward,
            cost,
        }
    }

    fn bind<'q>(&'q self, statement: Statement<'q>) -> Statement<'q> {
        bind!(statement; &self.requester_id, self.paid_at, &self.assignment_id, &self.worker_id,
            self.hit_key, self.reward, self.cost)
    }
}

/// Remembers a payment.
pub async fn add(tx: &mut Tx, paid: &RewardPayment) -> Result<(), Fault> {
    paid.bind(sql(ADD)).run(tx).await
}

/// Remembers many payments.
pub async fn add_many(tx: &mut Tx, paid: &[RewardPayment]) -> Result<(), Fault> {
    write_many(tx, ADD, 7, paid, |statement, paid| paid.bind(statement)).await.map(drop)
}

/// Up to `count` of the requester's rewards before a place, the latest first; or behind it, the
/// oldest first.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    is_latest_first: bool,
    from: &Place,
    count: i64,
) -> Result<Vec<Payment>, Fault> {
    let text = if is_latest_first { LATEST } else { OLDEST };
    let statement = sql(text).bind(requester_id).bind(from.at);
    let statement = statement.bind(from.assignment_id()).bind(count);
    statement.all(tx).await
}
