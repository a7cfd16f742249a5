//! `workers`: who does the work.

use std::collections::HashSet;

use crate::fault::Fault;
use crate::shapes::qualification::Locale;
use crate::shapes::worker::Worker;
use crate::store::Tx;
use crate::store::db::insert_many::insert_many;
use crate::store::db::row::{Columns, FromRow};
use crate::store::db::sql::{bind, sql};
use crate::store::db::value::{Arg, set_of};
use crate::time::Instant;

statements! {
    FIND = "SELECT id, name, country, subdivision, hits_approved, percent_approved, masters, \
            adult, robot FROM workers WHERE id = $1";
    LIST = "SELECT id, name, country, subdivision, hits_approved, percent_approved, masters, \
            adult, robot FROM workers WHERE id > $1 ORDER BY id LIMIT $2 + 0";
    KNOWN_AMONG = "SELECT id FROM workers WHERE id IN (SELECT key FROM json_each($1))";
    ROBOTS_AMONG = "SELECT id FROM workers WHERE robot \
        AND id IN (SELECT key FROM json_each($1))";
    ADD = "INSERT INTO workers (id, masters, adult, created_at) VALUES ($1, false, false, $2) \
        ON CONFLICT DO NOTHING";
    PUT_MISSING = "INSERT INTO workers (id, name, country, subdivision, hits_approved, \
            percent_approved, masters, adult, created_at, robot) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
        ON CONFLICT DO NOTHING";
    PUT = "INSERT INTO workers (id, name, country, subdivision, hits_approved, percent_approved, \
            masters, adult, created_at, robot) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, country = excluded.country, \
            subdivision = excluded.subdivision, hits_approved = excluded.hits_approved, \
            percent_approved = excluded.percent_approved, masters = excluded.masters, \
            adult = excluded.adult, robot = excluded.robot";
}

impl FromRow for Worker {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let (worker_id, name, country, subdivision) = columns.next()?;
        let country: Option<String> = country;
        Ok(Self {
            worker_id,
            name,
            locale: country.map(|country| Locale { country, subdivision }),
            hits_approved: columns.next()?,
            percent_approved: columns.next()?,
            masters: columns.next()?,
            adult: columns.next()?,
            robot: columns.next()?,
        })
    }
}

/// The worker with that id.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Worker>, Fault> {
    sql(FIND).bind(id).one(tx).await
}

/// Those of `ids` that are known.
pub async fn known_among(tx: &mut Tx, ids: &[&str]) -> Result<Vec<String>, Fault> {
    sql(KNOWN_AMONG).bind(Arg::Set(&set_of(ids))).all(tx).await
}

/// Those of `ids` that are robots.
pub async fn robots_among(tx: &mut Tx, ids: &[&str]) -> Result<HashSet<String>, Fault> {
    let found: Vec<String> = sql(ROBOTS_AMONG).bind(Arg::Set(&set_of(ids))).all(tx).await?;
    Ok(found.into_iter().collect())
}

/// Up to `count` workers after the id `after`, by id.
pub async fn list(tx: &mut Tx, after: &str, count: i64) -> Result<Vec<Worker>, Fault> {
    sql(LIST).bind(after).bind(count).read_all(tx, ("workers", 0)).await
}

/// Saves a worker, unless known.
pub async fn add(tx: &mut Tx, id: &str, now: Instant) -> Result<(), Fault> {
    sql(ADD).bind(id).bind(now).run(tx).await
}

/// Makes a worker, or gives a known one these traits.
pub async fn put(tx: &mut Tx, worker: &Worker, now: Instant) -> Result<(), Fault> {
    put_many(tx, std::slice::from_ref(worker), now).await
}

/// Makes workers, or gives known ones these traits.
pub async fn put_many(tx: &mut Tx, workers: &[Worker], now: Instant) -> Result<(), Fault> {
    insert(tx, PUT, workers, now).await
}

/// Makes workers, unless known.
pub async fn put_missing(tx: &mut Tx, workers: &[Worker], now: Instant) -> Result<(), Fault> {
    insert(tx, PUT_MISSING, workers, now).await
}

async fn insert(
    tx: &mut Tx,
    statement: &'static str,
    workers: &[Worker],
    now: Instant,
) -> Result<(), Fault> {
    insert_many(tx, statement, 10, workers, |statement, worker| {
        let locale = worker.locale.as_ref();
        bind!(statement; &worker.worker_id, worker.name.as_deref(),
            locale.map(|locale| locale.country.as_str()),
            locale.and_then(|locale| locale.subdivision.as_deref()), worker.hits_approved,
            worker.percent_approved, worker.masters, worker.adult, now, worker.robot)
    })
    .await
}

/// Saves many workers, unless known.
pub async fn add_many(tx: &mut Tx, ids: &[String], now: Instant) -> Result<(), Fault> {
    insert_many(tx, ADD, 2, ids, |statement, id| statement.bind(id).bind(now)).await
}
