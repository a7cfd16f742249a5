//! `bonus_payments`: what requesters paid besides rewards.

use serde::Serialize;

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::page::Page;
use crate::shapes::payment::Payment;
use crate::store::Tx;
use crate::store::db::row::from_row;
use crate::store::db::sql::sql;
use crate::store::payments::Place;
use crate::time::Instant;

/// The columns of a payment, in the order of its fields, behind its place.
macro_rules! select_payments {
    ($rest:literal) => {
        concat!(
            "SELECT key, requester_id, assignment_id, worker_id, amount_cents, cost_cents, \
            reason, grant_at FROM bonus_payments ",
            $rest
        )
    };
}

/// Bonuses of a requester as payments, in the order in which their columns are read.
macro_rules! paid {
    ($rest:literal) => {
        concat!(
            "SELECT b.grant_at, b.assignment_id, b.worker_id, h.id, \
            coalesce(h.status <> 'Disposed', FALSE), b.amount_cents, b.cost_cents, b.reason, b.key \
            FROM bonus_payments b \
            LEFT JOIN hits h ON h.id = b.hit_id AND h.requester_id = b.requester_id WHERE ",
            $rest
        )
    };
}

/// The columns of a bonus, in the order of its fields.
macro_rules! select_bonuses {
    ($rest:literal) => {
        concat!(
            "SELECT b.amount_cents, b.reason, b.grant_at, b.assignment_id, coalesce(r.name, ''), \
            b.key FROM bonus_payments b LEFT JOIN requesters r ON r.id = b.requester_id ",
            $rest
        )
    };
}

statements! {
    ADD = "INSERT INTO bonus_payments \
            (requester_id, hit_id, assignment_id, worker_id, amount_cents, reason, grant_at, \
            cost_cents) \
        VALUES ($1, (SELECT h.id FROM assignments a JOIN hits h ON h.key = a.hit_key \
            WHERE a.id = $2), $2, $3, $4, $5, $6, $7)";
    OF_HIT = select_payments!("WHERE requester_id = $1 AND hit_id = $2 AND key < $3 \
        ORDER BY key DESC LIMIT $4 + 0");
    OF_ASSIGNMENT = select_payments!("WHERE requester_id = $1 AND assignment_id = $2 \
        AND key < $3 ORDER BY key DESC LIMIT $4 + 0");
    ANY = "SELECT key FROM bonus_payments WHERE requester_id = $1 AND assignment_id = $2 LIMIT 1";
    TOTAL_OF_WORKER = "SELECT count(*), CAST(coalesce(sum(amount_cents), 0) AS BIGINT) \
        FROM bonus_payments WHERE worker_id = $1";
    LATEST_OF_WORKER = select_bonuses!("WHERE b.worker_id = $1 \
        ORDER BY b.grant_at DESC LIMIT $2 + 0");
    ONE_OF_WORKER = select_bonuses!("WHERE b.key = $1 AND b.worker_id = $2");
    BATCH = select_payments!("WHERE key > $1 ORDER BY key LIMIT 500");
    LATEST = paid!("b.requester_id = $1 AND (b.grant_at, b.key) < ($2, $3) \
        ORDER BY b.grant_at DESC, b.key DESC LIMIT $4 + 0");
    OLDEST = paid!("b.requester_id = $1 AND (b.grant_at, b.key) > ($2, $3) \
        ORDER BY b.grant_at, b.key LIMIT $4 + 0");
    // By the index of the worker, who has fewer bonuses than the requester paid.
    TO_WORKER = paid!("b.worker_id = $2 AND coalesce(b.requester_id, '') = $1 \
        ORDER BY b.grant_at DESC LIMIT $3 + 0");
}

/// A bonus that was paid; in JSON, as the API shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct BonusPayment {
    #[serde(skip)]
    pub requester_id: String,
    pub worker_id: String,
    #[serde(rename = "BonusAmount")]
    pub amount: Cents,
    /// What left the requester's balance.
    #[serde(skip)]
    pub cost: Cents,
    pub assignment_id: String,
    pub reason: String,
    #[serde(rename = "GrantTime")]
    pub grant_at: Instant,
}

from_row! { BonusPayment: requester_id, assignment_id, worker_id, amount, cost, reason, grant_at }

/// Remembers a bonus; its HIT is the assignment's, if that is known.
pub async fn add(tx: &mut Tx, paid: &BonusPayment) -> Result<(), Fault> {
    let statement = sql(ADD).bind(&paid.requester_id).bind(&paid.assignment_id);
    let statement = statement.bind(&paid.worker_id).bind(paid.amount).bind(&paid.reason);
    statement.bind(paid.grant_at).bind(paid.cost).run(tx).await
}

/// Up to `count` of the requester's bonuses before a place, the latest first; or behind it, the
/// oldest first.
pub async fn payments(
    tx: &mut Tx,
    requester_id: &str,
    is_latest_first: bool,
    from: &Place,
    count: i64,
) -> Result<Vec<Payment>, Fault> {
    let text = if is_latest_first { LATEST } else { OLDEST };
    let statement = sql(text).bind(requester_id).bind(from.at).bind(from.bonus_key).bind(count);
    statement.all(tx).await
}

/// The latest bonuses that the requester paid to the worker, `count` at most.
pub async fn to_worker(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
    count: i64,
) -> Result<Vec<Payment>, Fault> {
    let statement = sql(TO_WORKER).bind(requester_id).bind(worker_id).bind(count);
    statement.all(tx).await
}

/// What a list of bonuses is about.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a> {
    /// The HIT with this id.
    Hit(&'a str),
    /// The assignment with this id.
    Assignment(&'a str),
}

/// A page of the bonuses that the requester paid, the latest first, each with its place.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    of: Of<'_>,
    page: Page,
) -> Result<Vec<(i64, BonusPayment)>, Fault> {
    let (text, id) = match of {
        Of::Hit(id) => (OF_HIT, id),
        Of::Assignment(id) => (OF_ASSIGNMENT, id),
    };
    let before = page.after.unwrap_or(i64::MAX);
    let statement = sql(text).bind(requester_id).bind(id).bind(before).bind(page.size);
    statement.all(tx).await
}

/// Whether the requester paid any for the assignment, which may be unknown otherwise.
pub async fn any(tx: &mut Tx, requester_id: &str, assignment_id: &str) -> Result<bool, Fault> {
    sql(ANY).bind(requester_id).bind(assignment_id).any(tx).await
}

/// Up to 500 bonuses behind the number `after`, in the order in which they were paid, each with its
/// number.
pub async fn batch(tx: &mut Tx, after: i64) -> Result<Vec<(i64, BonusPayment)>, Fault> {
    sql(BATCH).bind(after).read_all(tx, ("bonus_payments", 2)).await
}

/// A bonus.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct Bonus {
    pub amount: Cents,
    pub reason: String,
    pub grant_at: Instant,
    pub assignment_id: String,
    pub requester_name: String,
    pub key: i64,
}

from_row! { Bonus: amount, reason, grant_at, assignment_id, requester_name, key }

/// The bonus of that number, if it is the worker's.
pub async fn one_of_worker(tx: &mut Tx, key: i64, worker_id: &str) -> Result<Option<Bonus>, Fault> {
    sql(ONE_OF_WORKER).bind(key).bind(worker_id).one(tx).await
}

/// How many bonuses the worker got, their sum, and the latest ten.
pub async fn of_worker(tx: &mut Tx, worker_id: &str) -> Result<(i64, Cents, Vec<Bonus>), Fault> {
    let (count, sum) = sql(TOTAL_OF_WORKER).bind(worker_id).only(tx).await?;
    let latest = sql(LATEST_OF_WORKER).bind(worker_id).bind(10).all(tx).await?;
    Ok((count, sum, latest))
}
