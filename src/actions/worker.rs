//! Workers become known to the market.

use crate::fault::{Code, Fault};
use crate::ids::{WORKER_ID, is_worker_id};
use crate::store::workers;
use crate::turn::Turn;

/// Stores a worker whom a requester names: a well-formed id is a real person, unless only known
/// ones may work.
///
/// # Errors
/// `ParameterValidationError` for a worker who is not known and cannot be.
pub async fn ensure_worker(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
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

/// Nobody knows the worker, and only known ones may work. Assumed: the sentence; only this emulator
/// has such an option.
pub fn unknown_worker() -> Fault {
    Fault::refused(Code::UnknownWorker, "There is no worker with this id.")
}

/// Stores a worker who uses the site for the first time, or refuses, if only known ones may work.
///
/// # Errors
/// No worker has such an id; only known workers may work.
pub async fn register(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
    if !is_worker_id(worker_id) {
        return Err(Fault::unreadable(format!("WorkerId is no worker id: {WORKER_ID}.")));
    }
    if turn.market.known_workers_only {
        return Err(unknown_worker());
    }
    workers::add(&mut turn.tx, worker_id, turn.now).await
}
