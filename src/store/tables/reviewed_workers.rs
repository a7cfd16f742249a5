//! `reviewed_workers`: whose work a requester approved or rejected.

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::db::insert_many::insert_many;
use crate::store::db::sql::sql;
use crate::store::db::value::{Arg, set_of};
use crate::time::Instant;

statements! {
    REMEMBER = "INSERT INTO reviewed_workers (requester_id, worker_id, submit_at) \
        VALUES ($1, $2, $3) ON CONFLICT (requester_id, worker_id) \
        DO UPDATE SET submit_at = excluded.submit_at \
        WHERE reviewed_workers.submit_at < excluded.submit_at";
    LATEST = "SELECT submit_at FROM reviewed_workers WHERE requester_id = $1 AND worker_id = $2";
    AMONG = "SELECT worker_id FROM reviewed_workers WHERE requester_id = $1 AND worker_id IN \
        (SELECT key FROM json_each($2))";
}

/// A worker, and when the latest work that a requester reviewed was submitted.
#[derive(Debug, Clone)]
pub struct ReviewedWorker {
    /// Who reviewed it.
    pub requester_id: String,
    /// Whose work it was.
    pub worker_id: String,
    /// When it was submitted.
    pub submit_at: Instant,
}

/// Remembers that the requester reviewed work of the worker.
pub async fn remember(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
    submit_at: Instant,
) -> Result<(), Fault> {
    sql(REMEMBER).bind(requester_id).bind(worker_id).bind(submit_at).run(tx).await
}

/// Remembers many, of which no two are the same requester and worker.
pub async fn remember_many(tx: &mut Tx, reviewed: &[ReviewedWorker]) -> Result<(), Fault> {
    insert_many(tx, REMEMBER, 3, reviewed, |statement, worker| {
        statement.bind(&worker.requester_id).bind(&worker.worker_id).bind(worker.submit_at)
    })
    .await
}

/// When the latest reviewed work of the worker was submitted.
pub async fn latest(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
) -> Result<Option<Instant>, Fault> {
    sql(LATEST).bind(requester_id).bind(worker_id).one(tx).await
}

/// Those of `worker_ids` whose work the requester reviewed.
pub async fn among(
    tx: &mut Tx,
    requester_id: &str,
    worker_ids: &[String],
) -> Result<Vec<String>, Fault> {
    sql(AMONG).bind(requester_id).bind(Arg::Set(&set_of(worker_ids))).all(tx).await
}
