//! Submitted work is rejected.

use crate::acts::emit::emit;
use crate::acts::keep_hit::keep_counts;
use crate::fault::Fault;
use crate::rules;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::notification::EventType;
use crate::store::assignments::{self, Placed};
use crate::store::hits::Hit;
use crate::store::reviewed_workers;
use crate::store::timers::Kind;
use crate::turn::Turn;

/// Rejects; the worker reads `feedback`.
///
/// # Errors
/// The work is decided already.
pub async fn reject(
    turn: &mut Turn,
    placed: &mut Placed,
    hit: &mut Hit,
    feedback: String,
) -> Result<(), Fault> {
    let work = &mut placed.assignment;
    rules::assignment::reject(work.assignment_status)?;
    work.assignment_status = AssignmentStatus::Rejected;
    work.rejection_time = Some(turn.now);
    work.requester_feedback = Some(feedback);
    hit.standing = hit.standing.reject();
    turn.drop_timer(Kind::AutoApproval, &placed.assignment.assignment_id).await?;
    assignments::keep(&mut turn.tx, placed).await?;
    let work = &placed.assignment;
    let (requester_id, worker_id) = (&hit.requester_id, &work.worker_id);
    reviewed_workers::remember(&mut turn.tx, requester_id, worker_id, work.submit_time).await?;
    let done = Some((work.assignment_id.as_str(), worker_id.as_str()));
    emit(turn, hit, EventType::AssignmentRejected, done).await?;
    keep_counts(turn, hit).await
}
