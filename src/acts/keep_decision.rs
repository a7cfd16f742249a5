//! Keeping work that its requester, a review policy or the time decided about.

use crate::acts::emit::emit;
use crate::acts::keep_hit::keep_counts;
use crate::fault::Fault;
use crate::shapes::notification::EventType;
use crate::store::assignments::{self, Placed};
use crate::store::hits::Hit;
use crate::store::reviewed_workers;
use crate::store::timers::Kind;
use crate::turn::Turn;

/// Keeps the work with what was decided, which `event` tells, and the counts of its HIT.
///
/// Nothing approves it by itself any more; the requester has to do with the worker from now on.
///
/// # Errors
/// The database failed.
pub async fn keep_decision(
    turn: &mut Turn,
    placed: &mut Placed,
    hit: &mut Hit,
    event: EventType,
) -> Result<(), Fault> {
    turn.drop_timer(Kind::AutoApproval, &placed.assignment.assignment_id).await?;
    assignments::keep(&mut turn.tx, placed).await?;
    let work = &placed.assignment;
    let (requester_id, worker_id) = (&hit.requester_id, &work.worker_id);
    reviewed_workers::remember(&mut turn.tx, requester_id, worker_id, work.submit_time).await?;
    let done = Some((work.assignment_id.as_str(), worker_id.as_str()));
    emit(turn, hit, event, done).await?;
    keep_counts(turn, hit).await
}
