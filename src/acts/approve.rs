//! Submitted work is approved: by the requester, or because nobody reviewed it in time.

use crate::acts::hold::hold;
use crate::acts::keep_decision::keep_decision;
use crate::fault::Fault;
use crate::rules;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::notification::EventType;
use crate::store::assignments::Placed;
use crate::store::hits::Hit;
use crate::turn::Turn;

/// How work is approved.
#[derive(Debug, Default)]
pub struct Approval {
    /// What the worker reads; replaces earlier feedback.
    pub feedback: Option<String>,
    /// Whether rejected work may be approved too.
    pub override_rejection: bool,
}

/// Approves, and pays: from what is on hold, or from the balance if the work was rejected before.
///
/// # Errors
/// The work is in a state that cannot be approved; `InsufficientFunds`. Nothing is changed then.
pub async fn approve(
    turn: &mut Turn,
    placed: &mut Placed,
    hit: &mut Hit,
    approval: Approval,
) -> Result<(), Fault> {
    let work = &mut placed.assignment;
    let status = work.assignment_status;
    rules::assignment::approve(status, approval.override_rejection, work.submit_time, turn.now)?;
    let standing = match status {
        AssignmentStatus::Rejected => hit.standing.override_rejection(),
        _ => hit.standing.approve(),
    };
    let price = rules::fees::assignment(&hit.hit_type.values, hit.standing.max);
    hold(turn, hit, standing, price).await?;
    work.assignment_status = AssignmentStatus::Approved;
    work.approval_time = Some(turn.now);
    work.requester_feedback = approval.feedback.or(work.requester_feedback.take());
    keep_decision(turn, placed, hit, EventType::AssignmentApproved).await
}
