//! `reviewed_workers`: whose work a requester approved or rejected.

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::many::insert_many;
use crate::store::sql::{Statement, sql};
use crate::time::Instant;

/// So many workers are looked for by one statement.
const AT_ONCE: usize = 25;

statements! {
    REMEMBER = "INSERT INTO reviewed_workers (requester_id, worker_id, submit_at) \
        VALUES ($1, $2, $3) ON CONFLICT (requester_id, worker_id) \
        DO UPDATE SET submit_at = excluded.submit_at \
        WHERE reviewed_workers.submit_at < excluded.submit_at";
    LATEST = "SELECT submit_at FROM reviewed_workers WHERE requester_id = $1 AND worker_id = $2";
    AMONG = "SELECT worker_id FROM reviewed_workers WHERE requester_id = $1 AND worker_id IN \
        ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
        $21, $22, $23, $24, $25, $26)";
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
///
/// # Errors
/// The database failed.
pub async fn remember(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
    submit_at: Instant,
) -> Result<(), Fault> {
    sql(REMEMBER).bind(requester_id).bind(worker_id).bind(submit_at).run(tx).await.map(drop)
}

/// Remembers many, of which no two are the same requester and worker.
///
/// # Errors
/// The database failed.
pub async fn remember_many(tx: &mut Tx, reviewed: &[ReviewedWorker]) -> Result<(), Fault> {
    insert_many(tx, REMEMBER, 3, reviewed, |statement, one| {
        statement.bind(&one.requester_id).bind(&one.worker_id).bind(one.submit_at)
    })
    .await
}

/// When the latest reviewed work of the worker was submitted.
///
/// # Errors
/// The database failed.
pub async fn latest(
    tx: &mut Tx,
    requester_id: &str,
    worker_id: &str,
) -> Result<Option<Instant>, Fault> {
    let row = sql(LATEST).bind(requester_id).bind(worker_id).one(tx).await?;
    row.map(|row| row.get(0)).transpose()
}

/// Those of `worker_ids` whose work the requester reviewed.
///
/// # Errors
/// The database failed.
pub async fn among(
    tx: &mut Tx,
    requester_id: &str,
    worker_ids: &[String],
) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    for chunk in worker_ids.chunks(AT_ONCE) {
        let ids = chunk.iter().map(String::as_str);
        let padded = ids.chain(std::iter::repeat("")).take(AT_ONCE);
        let statement = padded.fold(sql(AMONG).bind(requester_id), Statement::bind);
        for row in statement.all(tx).await? {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}
