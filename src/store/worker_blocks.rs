//! `worker_blocks`: workers whom a requester does not want.

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::store::Tx;
use crate::store::sql::{Row, sql};

statements! {
    ADD = "INSERT INTO worker_blocks (requester_id, worker_id, reason) VALUES ($1, $2, $3) \
        ON CONFLICT DO NOTHING";
    HAS = "SELECT 1 FROM worker_blocks WHERE requester_id = $1 AND worker_id = $2";
    SPAN = "SELECT (SELECT max(key) FROM worker_blocks WHERE requester_id = $1) \
        - (SELECT min(key) FROM worker_blocks WHERE requester_id = $1)";
    COUNT = "SELECT count(*) FROM (SELECT 1 AS one FROM worker_blocks WHERE requester_id = $1 \
        LIMIT $2 + 0) counted";
    PUT = "INSERT INTO worker_blocks (requester_id, worker_id, reason) VALUES ($1, $2, $3) \
        ON CONFLICT (requester_id, worker_id) DO UPDATE SET reason = excluded.reason";
    REMOVE = "DELETE FROM worker_blocks WHERE requester_id = $1 AND worker_id = $2";
    LIST = "SELECT requester_id, worker_id, reason, key FROM worker_blocks \
        WHERE requester_id = $1 AND key < $2 ORDER BY key DESC LIMIT $3 + 0";
    ALL = "SELECT requester_id, worker_id, reason, key FROM worker_blocks ORDER BY key";
}

/// A worker whom a requester does not want.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns are named by the API")]
pub struct WorkerBlock {
    pub requester_id: String,
    pub worker_id: String,
    pub reason: String,
}

fn block(row: &Row) -> Result<WorkerBlock, Fault> {
    Ok(WorkerBlock { requester_id: row.get(0)?, worker_id: row.get(1)?, reason: row.get(2)? })
}

/// Blocks a worker; false if the requester blocked the worker before.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, block: &WorkerBlock) -> Result<bool, Fault> {
    let WorkerBlock { requester_id, worker_id, reason } = block;
    Ok(sql(ADD).bind(requester_id).bind(worker_id).bind(reason).run(tx).await? > 0)
}

/// Blocks a worker, or gives a block another reason.
///
/// # Errors
/// The database failed.
pub async fn put(tx: &mut Tx, block: &WorkerBlock) -> Result<(), Fault> {
    let WorkerBlock { requester_id, worker_id, reason } = block;
    sql(PUT).bind(requester_id).bind(worker_id).bind(reason).run(tx).await.map(drop)
}

/// Whether the requester has `most` blocks, none of which is of this worker.
///
/// # Errors
/// The database failed.
pub async fn are_full(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
    most: i64,
) -> Result<bool, Fault> {
    // Numbers only grow: so many blocks as lie between the first and the last there are at most.
    let span: Option<i64> = sql(SPAN).bind(requester_id).only(tx).await?.get(0)?;
    if span.unwrap_or(0) + 1 < most {
        return Ok(false);
    }
    let count: i64 = sql(COUNT).bind(requester_id).bind(most).only(tx).await?.get(0)?;
    Ok(count >= most && sql(HAS).bind(requester_id).bind(worker_id).one(tx).await?.is_none())
}

/// Takes a block away, if it is there.
///
/// # Errors
/// The database failed.
pub async fn remove(tx: &mut Tx, requester_id: &str, worker_id: &str) -> Result<(), Fault> {
    sql(REMOVE).bind(requester_id).bind(worker_id).run(tx).await.map(drop)
}

/// A page of the requester's blocks, the newest first, each with its place.
///
/// # Errors
/// The database failed.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    page: Page,
) -> Result<Vec<(WorkerBlock, i64)>, Fault> {
    let before = page.after.unwrap_or(i64::MAX);
    let rows = sql(LIST).bind(requester_id).bind(before).bind(page.size).all(tx).await?;
    rows.iter().map(|row| Ok((block(row)?, row.get(3)?))).collect()
}

/// Every block, the oldest first.
///
/// # Errors
/// The database failed.
pub async fn all(tx: &mut Tx) -> Result<Vec<WorkerBlock>, Fault> {
    sql(ALL).all(tx).await?.iter().map(block).collect()
}
