//! A worker gets a qualification: from the requester, by a request, by a test.

use crate::fault::Fault;
use crate::store::{qualifications, workers};
use crate::turn::Turn;

/// Gives the worker the qualification with this value, whatever the worker had of it before.
///
/// # Errors
/// The database failed.
pub async fn grant(
    turn: &mut Turn,
    type_id: &str,
    worker_id: &str,
    value: i64,
) -> Result<(), Fault> {
    workers::add(&mut turn.tx, worker_id, turn.now).await?;
    qualifications::grant(&mut turn.tx, type_id, worker_id, value, turn.now).await
}

/// Whether the requester can name this worker.
///
/// Recorded: the fault for a worker who does not exist. Every well-formed id is a worker here,
/// unless only known ones are.
///
/// # Errors
/// Only known workers are, and this one is not; the database failed.
pub async fn check_worker(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
    let known =
        !turn.market.known_workers_only || workers::find(&mut turn.tx, worker_id).await?.is_some();
    if known { Ok(()) } else { Err(Fault::invalid_parameter("WorkerId", worker_id)) }
}
