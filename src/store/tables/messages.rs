//! `messages`: mail to workers.

use crate::fault::Fault;
use crate::store::Tx;
use crate::store::db::insert_many::insert_many;
use crate::store::db::row::from_row;
use crate::store::db::sql::sql;
use crate::time::Instant;

statements! {
    ADD = "INSERT INTO messages (requester_id, worker_id, subject, text, sent_at) \
        VALUES ($1, $2, $3, $4, $5)";
    LIST = "SELECT requester_id, worker_id, subject, text, sent_at, key FROM messages \
        WHERE key > $1 ORDER BY key LIMIT $2 + 0";
    OF_WORKER = "SELECT m.subject, m.text, m.sent_at, coalesce(r.name, ''), m.key \
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

from_row! { Message: requester_id, worker_id, subject, text, sent_at }

/// Sends messages.
pub async fn add_many(tx: &mut Tx, messages: &[Message]) -> Result<(), Fault> {
    insert_many(tx, ADD, 5, messages, |statement, sent| {
        let statement = statement.bind(&sent.requester_id).bind(&sent.worker_id);
        statement.bind(&sent.subject).bind(&sent.text).bind(sent.sent_at)
    })
    .await
}

/// Up to `count` messages behind the number `after`, the oldest first, each with its number.
pub async fn list(tx: &mut Tx, after: i64, count: i64) -> Result<Vec<(Message, i64)>, Fault> {
    sql(LIST).bind(after).bind(count).read_all(tx, ("messages", 5)).await
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

from_row! { Mail: subject, text, sent_at, requester_name, key }

/// Up to `count` messages to a worker before the number `before`, the latest first.
pub async fn of_worker(
    tx: &mut Tx,
    worker_id: &str,
    before: i64,
    count: i64,
) -> Result<Vec<Mail>, Fault> {
    sql(OF_WORKER).bind(worker_id).bind(before).bind(count).all(tx).await
}
