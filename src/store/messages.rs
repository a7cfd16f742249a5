//! `messages`: mail to workers.

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::many::insert_many;
use crate::store::sql::{Row, sql};
use crate::time::Instant;

statements! {
    ADD = "INSERT INTO messages (requester_id, worker_id, subject, text, sent_at) \
        VALUES ($1, $2, $3, $4, $5)";
    LIST = "SELECT requester_id, worker_id, subject, text, sent_at, key FROM messages \
        WHERE key > $1 ORDER BY key LIMIT $2 + 0";
    OF_WORKER = "SELECT m.subject, m.text, m.sent_at, r.name, m.key \
        FROM messages m LEFT JOIN requesters r ON r.id = m.requester_id \
        WHERE m.worker_id = $1 AND m.key < $2 ORDER BY m.key DESC LIMIT $3 + 0";
}

/// A message to one worker.
#[derive(Debug, Clone)]
pub struct Message {
    /// Who wrote it.
    pub requester_id: String,
    /// Who gets it.
    pub worker_id: String,
    /// One line.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// When it was sent.
    pub sent_at: Instant,
}

fn message(row: &Row) -> Result<(Message, i64), Fault> {
    let message = Message {
        requester_id: row.get(0)?,
        worker_id: row.get(1)?,
        subject: row.get(2)?,
        text: row.get(3)?,
        sent_at: row.get(4)?,
    };
    Ok((message, row.get(5)?))
}

/// Sends messages.
///
/// # Errors
/// The database failed.
pub async fn add_many(tx: &mut Tx, messages: &[Message]) -> Result<(), Fault> {
    insert_many(tx, ADD, 5, messages, |statement, sent| {
        let statement = statement.bind(&sent.requester_id).bind(&sent.worker_id);
        statement.bind(&sent.subject).bind(&sent.text).bind(sent.sent_at)
    })
    .await
}

/// Up to `count` messages behind the number `after`, the oldest first, each with its number.
///
/// # Errors
/// The database failed.
pub async fn list(tx: &mut Tx, after: i64, count: i64) -> Result<Vec<(Message, i64)>, Fault> {
    sql(LIST).bind(after).bind(count).all(tx).await?.iter().map(message).collect()
}

/// A message as its worker reads it.
#[derive(Debug, Clone)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// When it was sent.
    pub sent_at: Instant,
    /// What workers read of who wrote it.
    pub requester_name: String,
    /// Its number, where a page goes on.
    pub key: i64,
}

/// Up to `count` messages to a worker before the number `before`, the latest first.
///
/// # Errors
/// The database failed.
pub async fn of_worker(
    tx: &mut Tx,
    worker_id: &str,
    before: i64,
    count: i64,
) -> Result<Vec<Mail>, Fault> {
    let mail = |row: &Row| {
        Ok(Mail {
            subject: row.get(0)?,
            text: row.get(1)?,
            sent_at: row.get(2)?,
            requester_name: row.get::<Option<String>>(3)?.unwrap_or_default(),
            key: row.get(4)?,
        })
    };
    let rows = sql(OF_WORKER).bind(worker_id).bind(before).bind(count).all(tx).await?;
    rows.iter().map(mail).collect()
}
