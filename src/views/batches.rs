//! Batches, and what was submitted for their HITs.

use std::collections::HashSet;

use crate::fault::Fault;
use crate::rules::batch::results::{Line, Rates};
use crate::shapes::batch::Batch;
use crate::store::batch_results::{self, PAGE, Place};
use crate::store::{batch_lists, batches, requesters, workers};
use crate::turn::Turn;

/// A batch, with how much work its HITs have.
///
/// # Errors
/// There is none; the database failed.
pub async fn show(turn: &mut Turn, key: i64, owner: Option<&str>) -> Result<Batch, Fault> {
    let batch = batches::find(&mut turn.tx, key, owner).await?;
    let assignments = Some(batch_lists::counts_of(&mut turn.tx, key).await?);
    Ok(Batch { assignments, ..batch })
}

/// A page of batches, the oldest first, of the requester with that key or id or of all.
pub async fn list(
    turn: &mut Turn,
    requester: Option<&str>,
    page: (i64, i64),
) -> Result<Vec<Batch>, Fault> {
    let owner = match requester {
        Some(name) => Some(requesters::id_of(&mut turn.tx, name).await?),
        None => None,
    };
    batches::list(&mut turn.tx, owner.as_deref(), page).await
}

/// Whose batch it is, and the columns of its table.
///
/// # Errors
/// There is none; the database failed.
pub async fn begin(
    turn: &mut Turn,
    key: i64,
    owner: Option<&str>,
) -> Result<(String, Vec<String>), Fault> {
    let batch = batches::find(&mut turn.tx, key, owner).await?;
    let made_from = batches::made_from(&mut turn.tx, key).await?;
    Ok((batch.requester_id.to_string(), made_from.columns))
}

/// Some of the results.
#[derive(Debug)]
pub struct Part {
    /// Submitted work, in the order of rows and of submission.
    pub lines: Vec<Line>,
    /// Where the next part begins, if there may be more.
    pub next: Option<Place>,
}

/// The results after a place.
pub async fn part(turn: &mut Turn, key: i64, after: Place) -> Result<Part, Fault> {
    let found = batch_results::lines(&mut turn.tx, key, after).await?;
    let next = found.last().map(|(place, _)| *place).filter(|_| found.len() == PAGE);
    Ok(Part { lines: found.into_iter().map(|(_, line)| line).collect(), next })
}

/// How much of the work of some workers the batch's requester approved, and which are robots.
pub async fn workers(
    turn: &mut Turn,
    requester_id: &str,
    workers: &[String],
) -> Result<(Vec<(String, Rates)>, HashSet<String>), Fault> {
    let workers: Vec<&str> = workers.iter().map(String::as_str).collect();
    let now = turn.arrived_at;
    let rates = batch_results::rates(&mut turn.tx, requester_id, &workers, now).await?;
    Ok((rates, workers::robots_among(&mut turn.tx, &workers).await?))
}
