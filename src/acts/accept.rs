//! A worker accepts an assignment.

use crate::acts::emit::emit;
use crate::acts::keep_hit::keep_hit;
use crate::acts::qualify;
use crate::fault::Fault;
use crate::rules;
use crate::shapes::notification::EventType;
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::hits::Hit;
use crate::store::timers::Kind;
use crate::store::{worker_history, workers};
use crate::time::{Instant, Span};
use crate::turn::Turn;

/// The worker is at this HIT, or did it before. Assumed: the sentence.
#[must_use]
pub fn already_taken() -> Fault {
    Fault::worker(
        "AssignmentAlreadyExists",
        "You have already accepted or completed this HIT. A worker can do a HIT only once.",
    )
}

/// The requester blocked the worker. Assumed: all but the words "prevent you from working".
#[must_use]
pub fn blocked() -> Fault {
    Fault::worker("WorkerBlocked", "The settings of this requester prevent you from working.")
}

/// Takes a place of `hit` for the worker, as of the instant `at`.
///
/// # Errors
/// The worker site's refusals: no place left, the worker was here before, is blocked, is not known,
/// does not meet the HIT's requirements, or has too much in hand.
pub async fn accept(
    turn: &mut Turn,
    hit: &mut Hit,
    worker_id: &str,
    at: Instant,
) -> Result<Acceptance, Fault> {
    has_room(turn, worker_id).await?;
    let taken = take(turn, hit, worker_id, at).await?;
    acceptances::add(&mut turn.tx, &taken).await?;
    turn.set_timer(Kind::Abandonment, &taken.assignment_id, taken.deadline_at).await?;
    keep_hit(turn, hit).await?;
    Ok(taken)
}

/// Whether the worker may have one more HIT in hand.
///
/// # Errors
/// `QueueFull`; the database failed.
pub async fn has_room(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
    let limit = turn.market.queue_limit;
    let held = if limit == 0 { 0 } else { worker_history::held(&mut turn.tx, worker_id).await? };
    rules::worker::has_room(held, limit)
}

/// Takes a place of `hit` that is not kept: the work is handed in within the same turn.
///
/// # Errors
/// As [`accept`].
pub async fn take(
    turn: &mut Turn,
    hit: &mut Hit,
    worker_id: &str,
    at: Instant,
) -> Result<Acceptance, Fault> {
    if !rules::worker::well_formed(worker_id) {
        return Err(Fault::unreadable("WorkerId is 'A' followed by capital letters and digits"));
    }
    let before = acceptances::before(&mut turn.tx, hit.key, worker_id).await?;
    if !before.known {
        comes_by(turn, worker_id).await?;
    }
    if before.taken {
        return Err(already_taken());
    }
    if before.blocked {
        return Err(blocked());
    }
    qualify::check(turn, worker_id, &hit.hit_type.values.requirements).await?;
    hit.standing = hit.standing.accept(turn.now)?;
    let assignment_id = turn.ids.entity();
    emit(turn, hit, EventType::AssignmentAccepted, Some((&assignment_id, worker_id))).await?;
    Ok(Acceptance {
        assignment_id,
        hit_key: hit.key,
        hit_id: hit.id.clone(),
        worker_id: worker_id.to_owned(),
        state: State::Accepted,
        accept_at: at,
        deadline_at: at + Span::seconds(hit.hit_type.values.assignment_duration_s),
    })
}

/// Nobody knows the worker, and only known ones may work. Assumed: the sentence; only this emulator
/// has such an option.
#[must_use]
pub fn unknown() -> Fault {
    Fault::worker("UnknownWorker", "There is no worker with this id.")
}

/// A worker who comes by for the first time is remembered, or refused if only known ones may work.
///
/// # Errors
/// Only known workers may work; the database failed.
pub async fn comes_by(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
    if turn.market.known_workers_only {
        return Err(unknown());
    }
    workers::add(&mut turn.tx, worker_id, turn.now).await
}
