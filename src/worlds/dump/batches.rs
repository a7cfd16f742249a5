//! Batches, with their tables.

use crate::fault::Fault;
use crate::shapes::batch::{Batch, NewBatch};
use crate::shapes::scalar::{AccessKey, Id};
use crate::store::batches::{self, MadeFrom};
use crate::time::Time;
use crate::turn::Turn;
use crate::worlds::dump::writer::Writer;
use crate::worlds::entries::batches::{BatchEntry, RowEntry};
use crate::worlds::read_entry::canonical;

/// So many batches, or rows, are read at a time.
const PAGE: i64 = 500;

/// Writes every batch, by number.
pub async fn write(turn: &mut Turn, out: &mut Writer<'_>) -> Result<(), Fault> {
    out.begin_list("Batches")?;
    let mut after = 0;
    loop {
        let page = batches::list(&mut turn.tx, None, (after, PAGE)).await?;
        let Some(last) = page.last() else { return out.end_list() };
        after = last.batch_id;
        for batch in page {
            out.entry(&canonical(&entry(turn, batch).await?))?;
        }
    }
}

async fn entry(turn: &mut Turn, batch: Batch) -> Result<BatchEntry, Fault> {
    let key = batch.batch_id;
    let MadeFrom { columns, new } = batches::made_from(&mut turn.tx, key).await?;
    let decisions = batches::reviews(&mut turn.tx, key, 0, i64::MAX).await?;
    Ok(BatchEntry {
        requester: Some(AccessKey::known(batch.requester_id.to_string())),
        batch_id: Some(key),
        creation_time: Some(Time::At(batch.creation_time.0)),
        status: Some(batch.status),
        hit_type_id: Some(batch.hit_type_id),
        settings: NewBatch { requester: None, dry_run: false, ..new },
        columns,
        rows: rows(turn, key).await?,
        work: Some(batch.work),
        problems: Some(batch.problems).filter(|problems| !problems.is_empty()),
        decisions: Some(decisions).filter(|decisions| !decisions.is_empty()),
    })
}

async fn rows(turn: &mut Turn, key: i64) -> Result<Vec<RowEntry>, Fault> {
    let mut rows = Vec::new();
    loop {
        let after = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let page = batches::made_rows(&mut turn.tx, key, after, PAGE).await?;
        if page.is_empty() {
            return Ok(rows);
        }
        rows.extend(page.into_iter().map(|(made, hit_id)| RowEntry {
            line: Some(made.row.line),
            cells: made.row.cells,
            hit_id: hit_id.map(Id::known),
            replaced_count: Some(made.replaced_count).filter(|count| *count > 0),
        }));
    }
}
