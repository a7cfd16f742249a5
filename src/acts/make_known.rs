//! A requester names a worker who may not have come by yet.

use crate::fault::Fault;
use crate::store::workers;
use crate::turn::Turn;

/// Remembers the worker: a well-formed id is a real person, unless only known ones may work.
///
/// # Errors
/// `ParameterValidationError` for a worker who is not known and cannot be.
pub async fn make_known(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
    if !turn.market.known_workers_only {
        return workers::add(&mut turn.tx, worker_id, turn.now).await;
    }
    check_known(turn, worker_id).await
}

/// Whether the worker can be a real person: anybody, unless only known ones may work.
///
/// # Errors
/// `ParameterValidationError` for a worker who is not known and cannot be.
pub async fn check_known(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
    if !turn.market.known_workers_only || workers::find(&mut turn.tx, worker_id).await?.is_some() {
        return Ok(());
    }
    Err(Fault::invalid_parameter("WorkerId", worker_id))
}
