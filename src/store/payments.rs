//! `bonus_payments` and `worker_blocks`.

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::Tx;
use crate::store::sql::{Row, sql};
use crate::time::Instant;

statements! {
    ADD_BONUS = "INSERT INTO bonus_payments \
            (requester_id, hit_id, assignment_id, worker_id, amount_cents, reason, grant_at) \
        VALUES ($1, (SELECT h.id FROM assignments a JOIN hits h ON h.key = a.hit_key \
            WHERE a.id = $2), $2, $3, $4, $5, $6)";
    BONUSES = "SELECT requester_id, assignment_id, worker_id, amount_cents, reason, grant_at \
        FROM bonus_payments ORDER BY key";
    BLOCK = "INSERT INTO worker_blocks (requester_id, worker_id, reason) VALUES ($1, $2, $3) \
        ON CONFLICT DO NOTHING";
    BLOCKS = "SELECT requester_id, worker_id, reason FROM worker_blocks \
        ORDER BY requester_id, worker_id";
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

/// A worker whom a requester does not want.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct WorkerBlock {
    pub requester_id: String,
    pub worker_id: String,
    pub reason: String,
}

/// Remembers a bonus; its HIT is the assignment's, if that is known.
///
/// # Errors
/// The database failed.
pub async fn add_bonus(tx: &mut Tx, paid: &BonusPayment) -> Result<(), Fault> {
    let statement = sql(ADD_BONUS).bind(&paid.requester_id).bind(&paid.assignment_id);
    let statement = statement.bind(&paid.worker_id).bind(paid.amount).bind(&paid.reason);
    statement.bind(paid.grant_at).run(tx).await?;
    Ok(())
}

/// Every bonus, in the order in which they were paid.
///
/// # Errors
/// The database failed.
pub async fn bonuses(tx: &mut Tx) -> Result<Vec<BonusPayment>, Fault> {
    let read = |row: &Row| {
        Ok(BonusPayment {
            requester_id: row.get(0)?,
            assignment_id: row.get(1)?,
            worker_id: row.get(2)?,
            amount: row.get(3)?,
            reason: row.get(4)?,
            grant_at: row.get(5)?,
        })
    };
    sql(BONUSES).all(tx).await?.iter().map(read).collect()
}

/// Blocks a worker; false if the requester blocked the worker before.
///
/// # Errors
/// The database failed.
pub async fn block(tx: &mut Tx, block: &WorkerBlock) -> Result<bool, Fault> {
    let WorkerBlock { requester_id, worker_id, reason } = block;
    Ok(sql(BLOCK).bind(requester_id).bind(worker_id).bind(reason).run(tx).await? > 0)
}

/// Every block.
///
/// # Errors
/// The database failed.
pub async fn blocks(tx: &mut Tx) -> Result<Vec<WorkerBlock>, Fault> {
    let read = |row: &Row| {
        Ok(WorkerBlock { requester_id: row.get(0)?, worker_id: row.get(1)?, reason: row.get(2)? })
    };
    sql(BLOCKS).all(tx).await?.iter().map(read).collect()
}
