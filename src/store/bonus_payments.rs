//! `bonus_payments`: what requesters paid besides rewards.

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::page::Page;
use crate::store::Tx;
use crate::store::sql::{Row, sql};
use crate::time::Instant;

/// The columns of a payment, in the order in which [`payment`] reads them, then its place.
macro_rules! select_payments {
    ($rest:literal) => {
        concat!(
            "SELECT requester_id, assignment_id, worker_id, amount_cents, reason, grant_at, key \
            FROM bonus_payments ",
            $rest
        )
    };
}

/// The columns of a bonus, in the order in which [`bonus`] reads them.
macro_rules! select_bonuses {
    ($rest:literal) => {
        concat!(
            "SELECT b.amount_cents, b.reason, b.grant_at, b.assignment_id, r.name, b.key \
            FROM bonus_payments b LEFT JOIN requesters r ON r.id = b.requester_id ",
            $rest
        )
    };
}

statements! {
    ADD = "INSERT INTO bonus_payments \
            (requester_id, hit_id, assignment_id, worker_id, amount_cents, reason, grant_at) \
        VALUES ($1, (SELECT h.id FROM assignments a JOIN hits h ON h.key = a.hit_key \
            WHERE a.id = $2), $2, $3, $4, $5, $6)";
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
    ALL = select_payments!("ORDER BY key");
}

/// A bonus that was paid.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct BonusPayment {
    pub requester_id: String,
    pub assignment_id: String,
    pub worker_id: String,
    pub amount: Cents,
    pub reason: String,
    pub grant_at: Instant,
}

fn payment(row: &Row) -> Result<BonusPayment, Fault> {
    Ok(BonusPayment {
        requester_id: row.get(0)?,
        assignment_id: row.get(1)?,
        worker_id: row.get(2)?,
        amount: row.get(3)?,
        reason: row.get(4)?,
        grant_at: row.get(5)?,
    })
}

/// Remembers a bonus; its HIT is the assignment's, if that is known.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, paid: &BonusPayment) -> Result<(), Fault> {
    let statement = sql(ADD).bind(&paid.requester_id).bind(&paid.assignment_id);
    let statement = statement.bind(&paid.worker_id).bind(paid.amount).bind(&paid.reason);
    statement.bind(paid.grant_at).run(tx).await.map(drop)
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
///
/// # Errors
/// The database failed.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    of: Of<'_>,
    page: Page,
) -> Result<Vec<(BonusPayment, i64)>, Fault> {
    let (text, id) = match of {
        Of::Hit(id) => (OF_HIT, id),
        Of::Assignment(id) => (OF_ASSIGNMENT, id),
    };
    let before = page.after.unwrap_or(i64::MAX);
    let statement = sql(text).bind(requester_id).bind(id).bind(before).bind(page.size);
    statement.all(tx).await?.iter().map(|row| Ok((payment(row)?, row.get(6)?))).collect()
}

/// Whether the requester paid any for the assignment, which may be unknown otherwise.
///
/// # Errors
/// The database failed.
pub async fn any(tx: &mut Tx, requester_id: &str, assignment_id: &str) -> Result<bool, Fault> {
    Ok(sql(ANY).bind(requester_id).bind(assignment_id).one(tx).await?.is_some())
}

/// Every bonus, in the order in which they were paid.
///
/// # Errors
/// The database failed.
pub async fn all(tx: &mut Tx) -> Result<Vec<BonusPayment>, Fault> {
    sql(ALL).all(tx).await?.iter().map(payment).collect()
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

fn bonus(row: &Row) -> Result<Bonus, Fault> {
    Ok(Bonus {
        amount: row.get(0)?,
        reason: row.get(1)?,
        grant_at: row.get(2)?,
        assignment_id: row.get(3)?,
        requester_name: row.get::<Option<String>>(4)?.unwrap_or_default(),
        key: row.get(5)?,
    })
}

/// The bonus of that number, if it is the worker's.
///
/// # Errors
/// The database failed.
pub async fn one_of_worker(tx: &mut Tx, key: i64, worker_id: &str) -> Result<Option<Bonus>, Fault> {
    sql(ONE_OF_WORKER).bind(key).bind(worker_id).one(tx).await?.as_ref().map(bonus).transpose()
}

/// How many bonuses the worker got, their sum, and the latest ten.
///
/// # Errors
/// The database failed.
pub async fn of_worker(tx: &mut Tx, worker_id: &str) -> Result<(i64, Cents, Vec<Bonus>), Fault> {
    let row = sql(TOTAL_OF_WORKER).bind(worker_id).only(tx).await?;
    let rows = sql(LATEST_OF_WORKER).bind(worker_id).bind(10).all(tx).await?;
    let latest = rows.iter().map(bonus).collect::<Result<_, Fault>>()?;
    Ok((row.get(0)?, row.get(1)?, latest))
}
