//! `notifications` and `destinations`: whom a HIT type's events notify, and how that goes.

use std::collections::BTreeMap;

use crate::fault::Fault;
use crate::shapes::notification::{NotificationSpecification, Transport};
use crate::store::Tx;
use crate::store::db::row::{document, from_row};
use crate::store::db::sql::sql;
use crate::time::{Instant, Span};

statements! {
    ADD_DESTINATION = "INSERT INTO destinations (transport, address) VALUES ($1, $2) \
        ON CONFLICT (transport, address) DO NOTHING";
    PUT = "INSERT INTO notifications \
            (hit_type_id, destination_key, transport, version, event_types, active) \
        VALUES ($1, (SELECT d.key FROM destinations d WHERE d.transport = $2 AND d.address = $3), \
            $2, $4, $5, $6) \
        ON CONFLICT (hit_type_id) DO UPDATE SET destination_key = excluded.destination_key, \
            transport = excluded.transport, version = excluded.version, \
            event_types = excluded.event_types, active = excluded.active";
    FIND = "SELECT d.address, n.transport, n.version, n.event_types, n.active \
        FROM notifications n JOIN destinations d ON d.key = n.destination_key \
        WHERE n.hit_type_id = $1";
    BETWEEN = "SELECT n.hit_type_id, d.address, n.transport, n.version, n.event_types, \
            n.active FROM notifications n JOIN destinations d ON d.key = n.destination_key \
        WHERE n.hit_type_id > $1 AND n.hit_type_id <= $2";
    SET_ACTIVE = "UPDATE notifications SET active = $2 WHERE hit_type_id = $1";
    CLAIMABLE = "SELECT d.key, d.transport, d.address FROM destinations d \
        WHERE d.retry_at <= $1 AND (d.leased_until <= $1 OR d.lease = $4) \
        AND d.transport IN ($2, $3) AND EXISTS (SELECT 1 FROM events e \
            WHERE e.destination_key = d.key AND e.delivered_at IS NULL) \
        ORDER BY d.transport, d.address LIMIT $5 + 0";
    NEXT_TRY = "SELECT min(CASE WHEN d.retry_at > d.leased_until THEN d.retry_at \
            ELSE d.leased_until END) FROM destinations d \
        WHERE (d.retry_at > $3 OR d.leased_until > $3) AND d.transport IN ($1, $2) \
        AND EXISTS (SELECT 1 FROM events e \
            WHERE e.destination_key = d.key AND e.delivered_at IS NULL)";
    LEASE = "UPDATE destinations SET lease = $2, leased_until = $4 \
        WHERE key = $1 AND address = $5 AND (lease = $2 OR leased_until <= $3) AND retry_at <= $3";
    SUCCEEDED = "UPDATE destinations SET failures = 0, failure = NULL \
        WHERE key = $1 AND failures > 0";
    FAILURES = "SELECT failures FROM destinations WHERE key = $1";
    FAILED = "UPDATE destinations SET failures = failures + 1, failure = $3, retry_at = $4, \
            leased_until = 0 WHERE key = $1 AND lease = $2";
    RELEASE = "UPDATE destinations SET leased_until = 0 WHERE key = $1 AND lease = $2";
    RELEASE_ALL = "UPDATE destinations SET lease = NULL, leased_until = 0";
}

/// A HIT type's specification, and whether it is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Which events, and where they are sent.
    pub specification: NotificationSpecification,
    /// Whether they are sent.
    pub active: bool,
}

/// The HIT type's settings; whose it is was checked before.
pub async fn find(tx: &mut Tx, hit_type_id: &str) -> Result<Option<Settings>, Fault> {
    sql(FIND).bind(hit_type_id).one(tx).await
}

/// The settings of HIT types whose ids lie behind `after`, up to `last`, by id.
pub async fn between(
    tx: &mut Tx,
    after: &str,
    last: &str,
) -> Result<BTreeMap<String, Settings>, Fault> {
    let statement = sql(BETWEEN).bind(after).bind(last);
    Ok(statement.read_all(tx, ("notifications", 0)).await?.into_iter().collect())
}

from_row! { NotificationSpecification: destination, transport, version, event_types }
from_row! { Settings: specification, active }

/// Replaces the HIT type's settings.
pub async fn put(tx: &mut Tx, hit_type_id: &str, settings: &Settings) -> Result<(), Fault> {
    let NotificationSpecification { destination, transport, version, event_types } =
        &settings.specification;
    let event_types = document(event_types)?;
    sql(ADD_DESTINATION).bind(*transport).bind(destination).run(tx).await?;
    let statement = sql(PUT).bind(hit_type_id).bind(*transport).bind(destination);
    let statement = statement.bind(version).bind(&event_types).bind(settings.active);
    statement.run(tx).await
}

/// Follows the settings, or not; false if the HIT type has none.
pub async fn set_active(tx: &mut Tx, hit_type_id: &str, active: bool) -> Result<bool, Fault> {
    Ok(sql(SET_ACTIVE).bind(hit_type_id).bind(active).changes(tx).await? > 0)
}

/// A place where events wait to be delivered to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Its number in the store.
    pub key: i64,
    /// How one gets there.
    pub transport: Transport,
    /// The URL of a queue, or the ARN of a topic.
    pub address: String,
}

from_row! { Destination: key, transport, address }

/// Up to `count` destinations of these transports that events wait for, that may be tried at the
/// real instant `at`, and that nobody but `who` delivers to.
pub async fn claimable(
    tx: &mut Tx,
    at: Instant,
    transports: [&str; 2],
    who: &str,
    count: i64,
) -> Result<Vec<Destination>, Fault> {
    let statement = sql(CLAIMABLE).bind(at).bind(transports[0]).bind(transports[1]);
    let statement = statement.bind(who).bind(count);
    statement.all(tx).await
}

/// The earliest real instant after `at` at which a destination that events wait for may be tried.
pub async fn next_try(
    tx: &mut Tx,
    at: Instant,
    transports: [&str; 2],
) -> Result<Option<Instant>, Fault> {
    sql(NEXT_TRY).bind(transports[0]).bind(transports[1]).bind(at).only(tx).await
}

/// Keeps a destination for `who` alone for a while; false if somebody else has it, or the number
/// is that of another address after a restore.
pub async fn lease(
    tx: &mut Tx,
    (key, address): (i64, &str),
    who: &str,
    now: Instant,
    span: Span,
) -> Result<bool, Fault> {
    let statement = sql(LEASE).bind(key).bind(who).bind(now).bind(now + span);
    Ok(statement.bind(address).changes(tx).await? > 0)
}

/// Lets others deliver to a destination again.
pub async fn release(tx: &mut Tx, key: i64, who: &str) -> Result<(), Fault> {
    sql(RELEASE).bind(key).bind(who).run(tx).await
}

/// Lets others deliver to all destinations again.
pub async fn release_all(tx: &mut Tx) -> Result<(), Fault> {
    sql(RELEASE_ALL).run(tx).await
}

/// The latest attempt succeeded.
pub async fn succeeded(tx: &mut Tx, key: i64) -> Result<(), Fault> {
    sql(SUCCEEDED).bind(key).run(tx).await
}

/// How many attempts failed since the last one that did not.
pub async fn failures(tx: &mut Tx, key: i64) -> Result<i64, Fault> {
    Ok(sql(FAILURES).bind(key).one(tx).await?.unwrap_or(0))
}

/// The latest attempt failed, for this reason; the next one is at `retry_at`.
pub async fn failed(
    tx: &mut Tx,
    key: i64,
    who: &str,
    why: &str,
    retry_at: Instant,
) -> Result<(), Fault> {
    sql(FAILED).bind(key).bind(who).bind(why).bind(retry_at).run(tx).await
}
