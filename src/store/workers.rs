//! `workers`: who does the work.

use crate::fault::Fault;
use crate::shapes::qualification::Locale;
use crate::shapes::worker::Worker;
use crate::store::Tx;
use crate::store::many::insert_many;
use crate::store::sql::{Row, sql};
use crate::time::Instant;

statements! {
    FIND = "SELECT id, name, country, subdivision, hits_approved, percent_approved, masters, adult \
        FROM workers WHERE id = $1";
    LIST = "SELECT id, name, country, subdivision, hits_approved, percent_approved, masters, adult \
        FROM workers WHERE id > $1 ORDER BY id LIMIT $2 + 0";
    ADD = "INSERT INTO workers (id, masters, adult, created_at) VALUES ($1, false, false, $2) \
        ON CONFLICT DO NOTHING";
    PUT = "INSERT INTO workers (id, name, country, subdivision, hits_approved, percent_approved, \
            masters, adult, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, country = excluded.country, \
            subdivision = excluded.subdivision, hits_approved = excluded.hits_approved, \
            percent_approved = excluded.percent_approved, masters = excluded.masters, \
            adult = excluded.adult";
}

fn worker(row: &Row) -> Result<Worker, Fault> {
    let country: Option<String> = row.get(2)?;
    let subdivision = row.get(3)?;
    Ok(Worker {
        worker_id: row.get(0)?,
        name: row.get(1)?,
        locale: country.map(|country| Locale { country, subdivision }),
        hits_approved: row.get(4)?,
        percent_approved: row.get(5)?,
        masters: row.get(6)?,
        adult: row.get(7)?,
    })
}

/// The worker with that id.
///
/// # Errors
/// The database failed.
pub async fn find(tx: &mut Tx, id: &str) -> Result<Option<Worker>, Fault> {
    sql(FIND).bind(id).one(tx).await?.as_ref().map(worker).transpose()
}

/// Up to `count` workers after the id `after`, by id.
///
/// # Errors
/// The database failed.
pub async fn list(tx: &mut Tx, after: &str, count: i64) -> Result<Vec<Worker>, Fault> {
    sql(LIST).bind(after).bind(count).all(tx).await?.iter().map(worker).collect()
}

/// Remembers a worker who came by, unless known.
///
/// # Errors
/// The database failed.
pub async fn add(tx: &mut Tx, id: &str, now: Instant) -> Result<(), Fault> {
    sql(ADD).bind(id).bind(now).run(tx).await?;
    Ok(())
}

/// Makes a worker, or gives a known one these traits.
///
/// # Errors
/// The database failed.
pub async fn put(tx: &mut Tx, worker: &Worker, now: Instant) -> Result<(), Fault> {
    let locale = worker.locale.as_ref();
    sql(PUT)
        .bind(&worker.worker_id)
        .bind(worker.name.as_deref())
        .bind(locale.map(|locale| locale.country.as_str()))
        .bind(locale.and_then(|locale| locale.subdivision.as_deref()))
        .bind(worker.hits_approved)
        .bind(worker.percent_approved)
        .bind(worker.masters)
        .bind(worker.adult)
        .bind(now)
        .run(tx)
        .await?;
    Ok(())
}

/// Remembers many workers, unless known.
///
/// # Errors
/// The database failed.
pub async fn add_many(tx: &mut Tx, ids: &[String], now: Instant) -> Result<(), Fault> {
    insert_many(tx, ADD, 2, ids, |statement, id| statement.bind(id).bind(now)).await
}
