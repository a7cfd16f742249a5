//! `worker_blocks`: workers whom a requester does not want.

use serde::Serialize;

use crate::fault::Fault;
use crate::rules::page::Page;
use crate::store::Tx;
use crate::store::db::row::from_row;
use crate::store::db::sql::sql;

statements! {
    ADD = "INSERT INTO worker_blocks (requester_id, worker_id, reason) VALUES ($1, $2, $3) \
        ON CONFLICT DO NOTHING";
    HAS = "SELECT 1 FROM worker_blocks WHERE requester_id = $1 AND worker_id = $2";
    REASON = "SELECT reason FROM worker_blocks WHERE requester_id = $1 AND worker_id = $2";
    SPAN = "SELECT (SELECT max(key) FROM worker_blocks WHERE requester_id = $1) \
        - (SELECT min(key) FROM worker_blocks WHERE requester_id = $1)";
    COUNT = "SELECT count(*) FROM (SELECT 1 AS one FROM worker_blocks WHERE requester_id = $1 \
        LIMIT $2 + 0) counted";
    PUT = "INSERT INTO worker_blocks (requester_id, worker_id, reason) VALUES ($1, $2, $3) \
        ON CONFLICT (requester_id, worker_id) DO UPDATE SET reason = excluded.reason";
    REMOVE = "DELETE FROM worker_blocks WHERE requester_id = $1 AND worker_id = $2";
    LIST = "SELECT key, requester_id, worker_id, reason FROM worker_blocks \
        WHERE requester_id = $1 AND key < $2 ORDER BY key DESC LIMIT $3 + 0";
    BATCH = "SELECT key, requester_id, worker_id, reason FROM worker_blocks \
        WHERE key > $1 ORDER BY key LIMIT 500";
}

/// A worker whom a requester does not want; in JSON, as the API shows it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct WorkerBlock {
    #[serde(skip)]
    pub requester_id: String,
    pub worker_id: String,
    pub reason: String,
}

from_row! { WorkerBlock: requester_id, worker_id, reason }

/// Blocks a worker; false if the requester blocked the worker before.
pub async fn add(tx: &mut Tx, block: &WorkerBlock) -> Result<bool, Fault> {
    let WorkerBlock { requester_id, worker_id, reason } = block;
    Ok(sql(ADD).bind(requester_id).bind(worker_id).bind(reason).changes(tx).await? > 0)
}

/// Blocks a worker, or gives a block another reason.
pub async fn put(tx: &mut Tx, block: &WorkerBlock) -> Result<(), Fault> {
    let WorkerBlock { requester_id, worker_id, reason } = block;
    sql(PUT).bind(requester_id).bind(worker_id).bind(reason).run(tx).await
}

/// Why the requester blocked the worker; none if the worker is not blocked.
pub async fn reason(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
) -> Result<Option<String>, Fault> {
    sql(REASON).bind(requester_id).bind(worker_id).one(tx).await
}

/// Whether the requester has `most` blocks, none of which is of this worker.
pub async fn are_full(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
    most: i64,
) -> Result<bool, Fault> {
    // Numbers only grow: so many blocks as lie between the first and the last there are at most.
    let span: Option<i64> = sql(SPAN).bind(requester_id).only(tx).await?;
    if span.unwrap_or(0) + 1 < most {
        return Ok(false);
    }
    let count: i64 = sql(COUNT).bind(requester_id).bind(most).only(tx).await?;
    Ok(count >= most && !sql(HAS).bind(requester_id).bind(worker_id).any(tx).await?)
}

/// Takes a block away, if it is there.
pub async fn remove(tx: &mut Tx, requester_id: &str, worker_id: &str) -> Result<(), Fault> {
    sql(REMOVE).bind(requester_id).bind(worker_id).run(tx).await
}

/// A page of the requester's blocks, the newest first, each with its place.
pub async fn list(
    tx: &mut Tx,
    requester_id: &str,
    page: Page,
) -> Result<Vec<(i64, WorkerBlock)>, Fault> {
    let before = page.after.unwrap_or(i64::MAX);
    sql(LIST).bind(requester_id).bind(before).bind(page.size).all(tx).await
}

/// Up to 500 blocks behind the number `after`, the oldest first, each with its number.
pub async fn batch(tx: &mut Tx, after: i64) -> Result<Vec<(i64, WorkerBlock)>, Fault> {
    sql(BATCH).bind(after).read_all(tx, ("worker_blocks", 2)).await
}
