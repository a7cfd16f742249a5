//! Submitted work is approved: by the requester, or because nobody reviewed it in time.

use crate::acts::keep_hit::keep_hit;
use crate::fault::Fault;
use crate::rules;
use crate::shapes::assignment::AssignmentStatus;
use crate::store::assignments::{self, Placed};
use crate::store::hits::Hit;
use crate::store::timers::Kind;
use crate::turn::Turn;

/// How work is approved.
#[derive(Debug, Default)]
pub struct Approval {
    /// What the worker reads; replaces earlier feedback.
    pub feedback: Option<String>,
    /// Whether rejected work may be approved too.
    pub override_rejection: bool,
}

/// Approves.
///
/// # Errors
/// The work is in a state that cannot be approved.
pub async fn approve(
    turn: &mut Turn,
    placed: &mut Placed,
    hit: &mut Hit,
    approval: Approval,
) -> Result<(), Fault> {
    let work = &mut placed.assignment;
    let status = work.assignment_status;
    rules::assignment::approve(status, approval.override_rejection, work.submit_time, turn.now)?;
    hit.standing = match status {
        AssignmentStatus::Rejected => hit.standing.override_rejection(),
        _ => hit.standing.approve(),
    };
    work.assignment_status = AssignmentStatus::Approved;
    work.approval_time = Some(turn.now);
    work.requester_feedback = approval.feedback.or(work.requester_feedback.take());
    turn.drop_timer(Kind::AutoApproval, &placed.assignment.assignment_id).await?;
    assignments::keep(&mut turn.tx, placed).await?;
    keep_hit(turn, hit).await
}
