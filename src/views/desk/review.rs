//! Submitted work for its requester to review, read a bounded number of rows at a time.

use crate::fault::Fault;
use crate::rules::file_link;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::shapes::hit::HitStatus;
use crate::store::review;
use crate::store::{assignments, batch_lists, batches, hit_types, hits, uploaded_files};
use crate::time::real_now;
use crate::turn::Turn;

pub use crate::store::review::{Place, Scope, Submitted, Wanted};

/// So many rows are read in one turn.
pub const MOST_ROWS: i64 = 200;
/// The work on a batch with so many HITs or fewer is counted for each page.
const MOST_COUNTED: i64 = 1000;
/// Documents are taken in one turn until they have so many bytes.
const MOST_BYTES: usize = 4 << 20;

/// What is reviewed.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The title of the HIT.
    pub title: String,
    /// The HIT type.
    pub hit_type_id: String,
    /// How many assignments there are, if that is known.
    pub count: Option<i64>,
}

/// The HIT, or what the HITs of a batch or of a type have in common.
///
/// # Errors
/// The requester has no such HIT, batch or HIT type, or has deleted the HIT.
pub async fn subject(turn: &mut Turn, scope: &Scope) -> Result<Subject, Fault> {
    let Turn { tx, requester, .. } = turn;
    match scope {
        Scope::Hit(id) => {
            let hit = hits::owned(tx, &requester.id, id).await?;
            if hit.status == HitStatus::Disposed {
                return Err(Fault::hit_does_not_exist(id));
            }
            let standing = &hit.standing;
            let count = standing.submitted + standing.approved + standing.rejected;
            let hit_type = hit.hit_type;
            Ok(Subject {
                title: hit_type.values.title,
                hit_type_id: hit_type.id,
                count: Some(count),
            })
        }
        Scope::Type(id) => {
            let found = hit_types::find(tx, &requester.id, id).await?;
            let unknown = || Fault::not_found(format!("You have no HIT type {id}."));
            let hit_type = found.ok_or_else(unknown)?;
            Ok(Subject { title: hit_type.values.title, hit_type_id: hit_type.id, count: None })
        }
        Scope::Batch(key) => {
            let batch = batches::find(tx, *key, Some(&requester.id)).await?;
            let count = if batch.published_count > MOST_COUNTED {
                None
            } else {
                let counts = batch_lists::counts_of(tx, *key).await?;
                Some(counts.submitted + counts.approved + counts.rejected)
            };
            let hit_type_id = batch.hit_type_id.to_string();
            Ok(Subject { title: batch.name, hit_type_id, count })
        }
    }
}

/// Some of the work that is wanted.
#[derive(Debug, Default)]
pub struct Batch {
    /// The work, with its documents.
    pub rows: Vec<Submitted>,
    /// How many rows were read for it.
    pub read_count: usize,
    /// How many bytes the documents have.
    pub bytes: usize,
    /// Where the next batch begins; none at the end.
    pub next: Option<Place>,
}

/// The next batch, of `most` rows at most: those among the next rows that are wanted.
pub async fn batch(turn: &mut Turn, wanted: &Wanted, most: i64) -> Result<Batch, Fault> {
    let Turn { tx, requester, .. } = turn;
    let most = most.clamp(1, MOST_ROWS);
    let (found, next) = review::rows(tx, &requester.id, wanted, most).await?;
    let mut batch = Batch { read_count: found.len(), next, ..Batch::default() };
    for mut row in found {
        if !wanted.wants(&row) {
            continue;
        }
        if batch.bytes >= MOST_BYTES {
            // The row is the first of the next batch.
            batch.next = batch.rows.last().map(|row| row.place);
            break;
        }
        if row.document.is_none() {
            let (hit_id, position) = (&row.hit_id, row.place.1);
            row.document = assignments::at(tx, &requester.id, hit_id, position).await?;
        }
        batch.bytes += row.document.as_ref().map_or(0, String::len);
        batch.rows.push(row);
    }
    Ok(batch)
}

/// What became of an assignment.
///
/// # Errors
/// The requester has no such assignment.
pub async fn status(turn: &mut Turn, id: &str) -> Result<AssignmentStatus, Fault> {
    Ok(owned(turn, id).await?.assignment_status)
}

/// The whole answer document of an assignment.
///
/// # Errors
/// The requester has no such assignment.
pub async fn answer(turn: &mut Turn, id: &str) -> Result<String, Fault> {
    Ok(owned(turn, id).await?.answer)
}

async fn owned(turn: &mut Turn, id: &str) -> Result<Assignment, Fault> {
    let found = assignments::owned(&mut turn.tx, &turn.requester.id, id).await?;
    let (placed, _) = found.ok_or_else(|| Fault::assignment_does_not_exist(id))?;
    Ok(placed.assignment)
}

/// The token of a link to the file that answers a question.
///
/// # Errors
/// The requester has no such file.
pub async fn file_token(turn: &mut Turn, id: &str, question: &str) -> Result<String, Fault> {
    let Turn { tx, requester, page_key, .. } = turn;
    let key = uploaded_files::key(tx, &requester.id, id, question).await?;
    let key = key.ok_or_else(|| Fault::not_found("There is no such file."))?;
    Ok(file_link::token(page_key, &key, real_now()))
}
