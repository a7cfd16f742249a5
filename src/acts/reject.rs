//! Submitted work is rejected.

use crate::acts::keep_decision::keep_decision;
use crate::fault::Fault;
use crate::rules;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::notification::EventType;
use crate::store::assignments::Placed;
use crate::store::hits::Hit;
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
    keep_decision(turn, placed, hit, EventType::AssignmentRejected).await
}
