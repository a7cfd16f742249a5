//! `batches`: HITs made from a template and a table; `batch_rows`: the table; `batch_reviews`:
//! decisions that are not applied yet.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::rules::csv::Row;
use crate::shapes::batch::{Batch, Mark, NewBatch};
use crate::shapes::scalar::{At, Id, WorkerId};
use crate::store::Tx;
use crate::store::db::insert_many::insert_many;
use crate::store::db::row::{Columns, FromRow, document, from_row, stored};
use crate::store::db::sql::{bind, sql};
use crate::store::db::value::{Arg, set_of};
use crate::store::hits::{Hit, select_hits};

/// A selection of batches, in the order in which their columns are read.
macro_rules! select_batches {
    ($rest:literal) => {
        concat!(
            "SELECT b.key, b.name, b.requester_id, b.title, b.hit_type_id, b.created_at, \
            b.status, b.row_count, b.published_count, b.work, b.problems FROM batches b ",
            $rest
        )
    };
}
pub(in crate::store) use select_batches;

statements! {
    ADD = "INSERT INTO batches (requester_id, hit_type_id, name, title, created_at, status, \
            row_count, published_count, work, problems, input_columns, document, key) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, CASE WHEN $13 > 0 THEN $13 \
            ELSE (SELECT coalesce(max(key), 0) + 1 FROM batches) END) RETURNING key";
    SAVE = "UPDATE batches SET status = $2, published_count = $3, work = $4, problems = $5 \
        WHERE key = $1";
    FIND = select_batches!("WHERE b.key = $1 AND $2 IN ('', b.requester_id)");
    LIST = select_batches!("WHERE b.key > $1 ORDER BY b.key LIMIT $2 + 0");
    LIST_OWNED = select_batches!("WHERE b.key > $1 AND b.requester_id = $3 \
        ORDER BY b.key LIMIT $2 + 0");
    MADE_FROM = "SELECT input_columns, document FROM batches WHERE key = $1";
    ADD_ROW = "INSERT INTO batch_rows \
            (batch_key, number, line, cells, hit_key, replaced_count) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    ROWS = "SELECT line, cells FROM batch_rows WHERE batch_key = $1 AND number > $2 \
        ORDER BY number LIMIT $3 + 0";
    MADE_ROWS = "SELECT r.line, r.cells, r.hit_key, r.replaced_count, h.id \
        FROM batch_rows r LEFT JOIN hits h ON h.key = r.hit_key \
        WHERE r.batch_key = $1 AND r.number > $2 ORDER BY r.number LIMIT $3 + 0";
    HIT_KEYS = "SELECT h.id, h.key, \
            coalesce((SELECT r.batch_key FROM batch_rows r WHERE r.hit_key = h.key), 0) \
        FROM hits h WHERE h.requester_id = $1 AND h.id IN (SELECT key FROM json_each($2))";
    SET_HIT = "UPDATE batch_rows SET hit_key = $3 WHERE batch_key = $1 AND number = $2";
    HITS = select_hits!(and ", r.line";
        "JOIN batch_rows r ON r.hit_key = h.key WHERE r.batch_key = $1 AND r.number > $2 \
        ORDER BY r.number LIMIT $3 + 0");
    REJECTED = select_hits!(and ", r.line, r.number, r.replaced_count";
        "JOIN batch_rows r ON r.hit_key = h.key WHERE r.batch_key = $1 AND r.number > $2 \
            AND h.rejected_count > r.replaced_count ORDER BY r.number LIMIT $3 + 0");
    SET_REPLACED = "UPDATE batch_rows SET replaced_count = $3 \
        WHERE batch_key = $1 AND number = $2";
    ADD_REVIEW = "INSERT INTO batch_reviews \
            (batch_key, number, line, assignment_id, decision, reason) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    REVIEWS = "SELECT line, assignment_id, decision, reason FROM batch_reviews \
        WHERE batch_key = $1 AND number > $2 ORDER BY number LIMIT $3 + 0";
    REMOVE_REVIEWS = "DELETE FROM batch_reviews WHERE batch_key = $1 AND number <= $2";
}

impl FromRow for Batch {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(Self {
            batch_id: columns.next()?,
            name: columns.next()?,
            requester_id: WorkerId::known(columns.next()?),
            title: columns.next()?,
            hit_type_id: Id::known(columns.next()?),
            creation_time: At(columns.next()?),
            status: columns.next()?,
            row_count: columns.next()?,
            published_count: columns.next()?,
            work: stored(&columns.next::<String>()?)?,
            problems: columns.next()?,
            assignments: None,
        })
    }
}

/// What a batch is made from, besides its rows.
#[derive(Debug)]
pub struct MadeFrom {
    /// The names of the table's columns.
    pub columns: Vec<String>,
    /// What was sent, without the table.
    pub new: NewBatch,
}

impl FromRow for MadeFrom {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(Self { columns: columns.next()?, new: stored(&columns.next::<String>()?)? })
    }
}

impl FromRow for Row {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(Self { line: line(columns)?, cells: columns.next()? })
    }
}

impl FromRow for Mark {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        Ok(Self {
            line: line(columns)?,
            assignment_id: columns.next()?,
            decision: columns.next()?,
            reason: columns.next()?,
        })
    }
}

fn line(columns: &mut Columns<'_>) -> Result<usize, Fault> {
    Ok(usize::try_from(columns.next::<i64>()?).unwrap_or(1))
}

fn counted(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A row, and what became of it.
#[derive(Debug)]
pub struct MadeRow {
    /// The row.
    pub row: Row,
    /// The HIT that was made from it.
    pub hit_key: Option<i64>,
    /// For so many rejected assignments the HIT got others.
    pub replaced_count: i64,
}

from_row! { MadeRow: row, hit_key, replaced_count }

/// Adds a batch with its table. It gets the number after the greatest, if it has none.
pub async fn add(
    tx: &mut Tx,
    batch: &mut Batch,
    made_from: &MadeFrom,
    rows: &[MadeRow],
) -> Result<(), Fault> {
    let (work, problems) = (document(&batch.work)?, document(&batch.problems)?);
    let (columns, new) = (document(&made_from.columns)?, document(&made_from.new)?);
    let statement = bind!(sql(ADD); &*batch.requester_id, &*batch.hit_type_id, &batch.name,
        &batch.title, batch.creation_time.0, batch.status, batch.row_count,
        batch.published_count, &work, &problems, &columns, &new, batch.batch_id);
    batch.batch_id = statement.only(tx).await?;
    let cells = |made: &MadeRow| document(&made.row.cells);
    let cells = rows.iter().map(cells).collect::<Result<Vec<_>, Fault>>()?;
    let rows: Vec<(i64, &MadeRow, String)> =
        (1..).zip(rows).zip(cells).map(|((number, row), cells)| (number, row, cells)).collect();
    let key = batch.batch_id;
    insert_many(tx, ADD_ROW, 6, &rows, |statement, (number, made, cells)| {
        let line = counted(made.row.line);
        bind!(statement; key, *number, line, cells, made.hit_key, made.replaced_count)
    })
    .await
}

/// Keeps what changed in a batch.
pub async fn save(tx: &mut Tx, batch: &Batch) -> Result<(), Fault> {
    let (work, problems) = (document(&batch.work)?, document(&batch.problems)?);
    bind!(sql(SAVE); batch.batch_id, batch.status, batch.published_count, &work, &problems)
        .run(tx)
        .await
}

/// The batch with that number, of this requester or, if that is none, of anybody.
///
/// # Errors
/// There is none; the database failed.
pub async fn find(tx: &mut Tx, key: i64, requester_id: Option<&str>) -> Result<Batch, Fault> {
    let found = sql(FIND).bind(key).bind(requester_id.unwrap_or_default()).one(tx).await?;
    found.ok_or_else(|| Fault::not_found(format!("There is no batch {key}.")))
}

/// Up to `count` batches after the one with the number `after`, of this requester or of all.
pub async fn list(
    tx: &mut Tx,
    requester_id: Option<&str>,
    (after, count): (i64, i64),
) -> Result<Vec<Batch>, Fault> {
    match requester_id {
        Some(id) => sql(LIST_OWNED).bind(after).bind(count).bind(id).all(tx).await,
        None => sql(LIST).bind(after).bind(count).all(tx).await,
    }
}

/// What a batch is made from.
pub async fn made_from(tx: &mut Tx, key: i64) -> Result<MadeFrom, Fault> {
    sql(MADE_FROM).bind(key).only(tx).await
}

/// Up to `count` rows after the one with the number `after`.
pub async fn rows(tx: &mut Tx, key: i64, after: i64, count: i64) -> Result<Vec<Row>, Fault> {
    sql(ROWS).bind(key).bind(after).bind(count).all(tx).await
}

/// As [`rows`], each with what became of it and the id of its HIT.
pub async fn made_rows(
    tx: &mut Tx,
    key: i64,
    after: i64,
    count: i64,
) -> Result<Vec<(MadeRow, Option<String>)>, Fault> {
    sql(MADE_ROWS).bind(key).bind(after).bind(count).all(tx).await
}

/// The keys of those of these HITs that the requester has, and the batch of each; 0 for none.
pub async fn hit_keys(
    tx: &mut Tx,
    requester_id: &str,
    ids: &[&str],
) -> Result<HashMap<String, (i64, i64)>, Fault> {
    let mut keys = HashMap::new();
    for ids in ids.chunks(500) {
        let found: Vec<(String, (i64, i64))> =
            sql(HIT_KEYS).bind(requester_id).bind(Arg::Set(&set_of(ids))).all(tx).await?;
        keys.extend(found);
    }
    Ok(keys)
}

/// Notes which HIT was made from a row.
pub async fn set_hit(tx: &mut Tx, key: i64, number: i64, hit_key: i64) -> Result<(), Fault> {
    sql(SET_HIT).bind(key).bind(number).bind(hit_key).run(tx).await
}

/// Up to `count` HITs of the rows after the one with the number `after`, each with its line.
pub async fn hits(tx: &mut Tx, key: i64, after: i64, count: i64) -> Result<Vec<(Hit, i64)>, Fault> {
    sql(HITS).bind(key).bind(after).bind(count).all(tx).await
}

/// A HIT with rejected assignments that none stands in for yet.
#[derive(Debug)]
pub struct RejectedHit {
    /// The HIT.
    pub hit: Hit,
    /// Where its row stood.
    pub line: i64,
    /// The number of its row.
    pub number: i64,
    /// For so many rejected assignments it got others.
    pub replaced_count: i64,
}

from_row! { RejectedHit: hit, line, number, replaced_count }

/// Up to `count` such HITs of the rows after the one with the number `after`.
pub async fn rejected(
    tx: &mut Tx,
    key: i64,
    after: i64,
    count: i64,
) -> Result<Vec<RejectedHit>, Fault> {
    sql(REJECTED).bind(key).bind(after).bind(count).all(tx).await
}

/// Notes for how many rejected assignments the HIT of a row got others.
pub async fn set_replaced(tx: &mut Tx, key: i64, number: i64, count: i64) -> Result<(), Fault> {
    sql(SET_REPLACED).bind(key).bind(number).bind(count).run(tx).await
}

/// Adds the decisions of an uploaded file, of which so many are done.
pub async fn add_reviews(tx: &mut Tx, key: i64, done: i64, entries: &[&Mark]) -> Result<(), Fault> {
    let entries: Vec<(i64, i64, &Mark)> = (done + 1..)
        .zip(entries)
        .map(|(number, entry)| (number, counted(entry.line), *entry))
        .collect();
    insert_many(tx, ADD_REVIEW, 6, &entries, |statement, (number, line, entry)| {
        let Mark { assignment_id, decision, reason, .. } = entry;
        bind!(statement; key, *number, *line, assignment_id, *decision, reason)
    })
    .await
}

/// Up to `count` decisions after the one with the number `after`.
pub async fn reviews(tx: &mut Tx, key: i64, after: i64, count: i64) -> Result<Vec<Mark>, Fault> {
    sql(REVIEWS).bind(key).bind(after).bind(count).all(tx).await
}

/// Removes the decisions up to the one with that number.
pub async fn remove_reviews(tx: &mut Tx, key: i64, number: i64) -> Result<(), Fault> {
    sql(REMOVE_REVIEWS).bind(key).bind(number).run(tx).await
}
