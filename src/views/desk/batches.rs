//! Batches as their requester sees them.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::money::{Cents, Funds};
use crate::rules::fees;
use crate::rules::hit_type::Values;
use crate::shapes::batch::{Batch, BatchStatus, NewBatch, WorkCounts};
use crate::store::{batch_lists, batches, hit_types, requesters};
use crate::time::Instant;
use crate::turn::{Profile, Turn};
use crate::views::cut;

/// So many batches are on a page.
pub const PAGE: i64 = 20;
/// The work on so many HITs is counted for a page, and that on those of its first batch.
pub const MOST_COUNTED: i64 = 20_000;

/// A page of batches.
#[derive(Debug, Default)]
pub struct BatchList {
    /// The newest first. Where the work on a batch's HITs is not counted, there are too many.
    pub batches: Vec<Batch>,
    /// Where the next page begins; none at the end.
    pub next: Option<i64>,
}

/// The batches of the turn's requester before the one with that number.
pub async fn list(turn: &mut Turn, before: Option<i64>) -> Result<BatchList, Fault> {
    let before = before.unwrap_or(i64::MAX);
    let requester_id = &turn.requester.id;
    let mut found = batch_lists::newest(&mut turn.tx, requester_id, (before, PAGE + 1)).await?;
    let next = cut(&mut found, PAGE).map(|last| last.batch_id);
    let mut read_count = 0;
    let keys = found.iter().map(|batch| (batch.batch_id, batch.published_count));
    let keys = keys.enumerate().filter(|(place, (_, count))| {
        let is_counted = *place == 0 || read_count + count <= MOST_COUNTED;
        read_count += if is_counted { *count } else { 0 };
        is_counted
    });
    let keys: Vec<i64> = keys.map(|(_, (key, _))| key).collect();
    let counts: HashMap<i64, _> =
        batch_lists::counts(&mut turn.tx, &keys).await?.into_iter().collect();
    for batch in &mut found {
        batch.assignments = counts.get(&batch.batch_id).copied();
    }
    Ok(BatchList { batches: found, next })
}

/// A batch, and what is known of it besides.
#[derive(Debug)]
pub struct BatchView {
    /// The batch, with how much work its HITs have.
    pub batch: Batch,
    /// What was sent, without the table.
    pub new: NewBatch,
    /// The values of its HIT type.
    pub values: Values,
    /// What the work costs if all of it is approved.
    pub cost: Funds,
    /// What was paid for approved work.
    pub paid: Funds,
    /// The market's time.
    pub now: Instant,
}

/// A batch of the turn's requester.
///
/// # Errors
/// There is none; the database failed.
pub async fn show(turn: &mut Turn, key: i64) -> Result<BatchView, Fault> {
    let Turn { tx, requester, now, .. } = turn;
    let mut batch = batches::find(tx, key, Some(&requester.id)).await?;
    let new = batches::made_from(tx, key).await?.new;
    let found = hit_types::find(tx, &batch.requester_id, &batch.hit_type_id).await?;
    let gone = || Fault::Service(format!("the HIT type of batch {key} is gone"));
    let values = found.ok_or_else(gone)?.values;
    let mut work = WorkCounts::default();
    let (mut paid, mut open) = (Cents(0), Cents(0));
    for priced in batch_lists::priced(tx, &requester.id, key).await? {
        let one = fees::assignment(&priced.values, priced.max_assignments);
        let all = |count: i64| Cents(one.0.saturating_mul(count)).bounded();
        // A HIT that somebody accepted keeps its type, and so its price.
        paid = (paid + all(priced.work.approved)).bounded();
        open = (open + all(undecided(batch.status, &priced.work))).bounded();
        work.add(&priced.work);
    }
    batch.assignments = Some(work);
    let cost = Funds((paid + open).bounded());
    Ok(BatchView { batch, new, values, cost, paid: Funds(paid), now: *now })
}

/// How many assignments may still have to be paid; no more are taken of a canceled batch.
fn undecided(status: BatchStatus, work: &WorkCounts) -> i64 {
    match status {
        BatchStatus::Canceled => work.pending + work.submitted,
        _ => work.max - work.approved - work.rejected,
    }
}

/// What the turn's requester can spend; none where money is not used up.
pub async fn balance(turn: &mut Turn) -> Result<Option<Funds>, Fault> {
    if turn.market.profile != Profile::Production {
        return Ok(None);
    }
    let balance = requesters::balance(&mut turn.tx, &turn.requester).await?;
    Ok(Some(Funds(balance.available.max(Cents(0)))))
}
