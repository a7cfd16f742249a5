//! `webhooks`: where the event log is pushed to, and how far each has come.

use crate::fault::Fault;
use crate::shapes::webhook::{Secret, Webhook};
use crate::store::Tx;
use crate::store::db::row::{Columns, FromRow, document, stored};
use crate::store::db::sql::sql;
use crate::time::Instant;

/// The columns of a webhook, in the order in which they are read.
macro_rules! select_webhooks {
    ($rest:literal) => {
        concat!(
            "SELECT w.destination_key, d.address, w.requester_id, w.position, w.secret, \
            w.document, d.failures, d.failure, d.retry_at, d.lease, d.leased_until \
            FROM webhooks w JOIN destinations d ON d.key = w.destination_key ",
            $rest
        )
    };
}

statements! {
    ADD_DESTINATION = "INSERT INTO destinations (transport, address) VALUES ('Webhook', $1) \
        RETURNING key";
    ADD = "INSERT INTO webhooks (destination_key, requester_id, position, secret, document) \
        VALUES ($1, $2, $3, $4, $5)";
    LIST = select_webhooks!("ORDER BY w.destination_key");
    FIND = select_webhooks!("WHERE w.destination_key = $1");
    COUNT = "SELECT count(*) FROM webhooks";
    LOWEST = "SELECT min(position) FROM webhooks";
    REMOVE = "DELETE FROM webhooks WHERE destination_key = $1";
    REMOVE_DESTINATION = "DELETE FROM destinations WHERE key = $1";
    ADVANCE = "UPDATE webhooks SET position = $2 WHERE destination_key = $1";
    RETRY = "UPDATE destinations SET retry_at = 0 WHERE key = $1";
}

/// A webhook of the market.
#[derive(Debug, Clone)]
pub struct Registered {
    /// Its number among the destinations.
    pub key: i64,
    /// Its id, which nothing had before.
    pub id: String,
    /// Whose events it gets; those of all if empty.
    pub requester_id: String,
    /// The number of the last event that it has got, or need not get.
    pub position: i64,
    /// What signs its events.
    pub secret: Secret,
    /// What was registered, without the secret.
    pub webhook: Webhook,
    /// How many attempts have failed in a row.
    pub failures: i64,
    /// Why the last one failed.
    pub failure: Option<String>,
    /// When it may be tried again, in real time.
    pub retry_at: Instant,
    /// Who delivers to it.
    pub lease: Option<String>,
    /// Until when nobody else may, in real time.
    pub leased_until: Instant,
}

impl FromRow for Registered {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(Self {
            key: columns.next()?,
            id: columns.next()?,
            requester_id: columns.next()?,
            position: columns.next()?,
            secret: Secret(columns.next()?),
            webhook: stored(&columns.next::<String>()?)?,
            failures: columns.next()?,
            failure: columns.next()?,
            retry_at: columns.next()?,
            lease: columns.next()?,
            leased_until: columns.next()?,
        })
    }
}

/// Adds a webhook that begins with the event after number `position`.
pub async fn add(
    tx: &mut Tx,
    id: &str,
    requester_id: &str,
    position: i64,
    secret: &Secret,
    webhook: &Webhook,
) -> Result<(), Fault> {
    let key: i64 = sql(ADD_DESTINATION).bind(id).only(tx).await?;
    let text = document(webhook)?;
    let statement = sql(ADD).bind(key).bind(requester_id).bind(position);
    statement.bind(&secret.0).bind(&text).run(tx).await
}

/// All webhooks, the oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Registered>, Fault> {
    sql(LIST).all(tx).await
}

/// The webhook with this number among the destinations.
pub async fn find(tx: &mut Tx, key: i64) -> Result<Option<Registered>, Fault> {
    sql(FIND).bind(key).one(tx).await
}

/// How many webhooks there are.
pub async fn count(tx: &mut Tx) -> Result<i64, Fault> {
    sql(COUNT).only(tx).await
}

/// The number of the last event that all webhooks have got; none if there are no webhooks.
pub async fn lowest_position(tx: &mut Tx) -> Result<Option<i64>, Fault> {
    sql(LOWEST).only(tx).await
}

/// Removes a webhook.
pub async fn remove(tx: &mut Tx, key: i64) -> Result<(), Fault> {
    sql(REMOVE).bind(key).run(tx).await?;
    sql(REMOVE_DESTINATION).bind(key).run(tx).await
}

/// The webhook has got the events up to this number, or need not get them.
pub async fn advance(tx: &mut Tx, key: i64, position: i64) -> Result<(), Fault> {
    sql(ADVANCE).bind(key).bind(position).run(tx).await
}

/// The next attempt is now.
pub async fn retry(tx: &mut Tx, key: i64) -> Result<(), Fault> {
    sql(RETRY).bind(key).run(tx).await
}
