//! The results of a batch as a file: the control API and the requester's desk hand it out.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::response::Response;
use tokio::sync::Semaphore;

use crate::engine::{Engine, compute};
use crate::fault::{Code, Fault};
use crate::rules::batch::results::{Line, Results};
use crate::rules::csv::Formulas;
use crate::store::requesters::Requester;
use crate::views::batches;
use crate::web::page;

/// All results together have so many bytes at most.
const MAX_RESULTS: usize = 256 << 20;

/// So many files are made at once: each is held in memory.
static PLACES: Semaphore = Semaphore::const_new(2);

/// Workers whose rates are read at a time.
const WORKERS_TOGETHER: usize = 200;

/// The results of the batch with that number, of this requester or, if that is none, of anybody.
///
/// # Errors
/// There is none; the results are too long; the database failed.
pub async fn answer(
    engine: &Arc<Engine>,
    (key, owner): (i64, Option<String>),
    formulas: Formulas,
) -> Result<Response, Fault> {
    let closed = |_| Fault::Service("no results are made any more".to_owned());
    let place = PLACES.acquire().await.map_err(closed)?;
    let results = read(engine, key, owner).await?;
    let text = compute(move || results.csv(formulas, MAX_RESULTS)).await?.ok_or_else(too_long)?;
    drop(place);
    Ok(page::csv(&format!("Batch_{key}_batch_results.csv"), text))
}

fn too_long() -> Fault {
    let message = format!("The results have more than {} MiB.", MAX_RESULTS >> 20);
    Fault::refused(Code::TooLong, message)
}

/// Reads the results part by part: work that is submitted meanwhile may be among them.
async fn read(engine: &Arc<Engine>, key: i64, owner: Option<String>) -> Result<Results, Fault> {
    let begin = engine.read(Requester::default(), (key, owner), |turn, (key, owner)| {
        Box::pin(batches::begin(turn, *key, owner.as_deref()))
    });
    let (requester_id, columns) = begin.await?;
    let mut results = Results { columns, ..Results::default() };
    let (mut after, mut bytes) = (Some((0, i64::MIN)), 0);
    while let Some(place) = after {
        let part = engine.read(Requester::default(), (key, place), |turn, (key, place)| {
            Box::pin(batches::part(turn, *key, *place))
        });
        let part = part.await?;
        bytes += part.lines.iter().map(Line::bytes).sum::<usize>();
        if bytes > MAX_RESULTS {
            return Err(too_long());
        }
        results.lines.extend(part.lines);
        after = part.next;
    }
    let workers: BTreeSet<&String> =
        results.lines.iter().map(|line| &line.assignment.worker_id).collect();
    let workers: Vec<String> = workers.into_iter().cloned().collect();
    for workers in workers.chunks(WORKERS_TOGETHER) {
        let input = (requester_id.clone(), workers.to_vec());
        let rates = engine.read(Requester::default(), input, |turn, (requester_id, workers)| {
            Box::pin(batches::rates(turn, requester_id, workers))
        });
        results.rates.extend(rates.await?);
    }
    Ok(results)
}
