//! Submitted work is approved or rejected: by the requester, a review policy, or because nobody
//! reviewed it in time.

pub mod policies;
mod report;

use crate::actions::events::emit;
use crate::actions::hit::save_counts;
use crate::actions::money::{charged, hold_funds};
use crate::fault::Fault;
use crate::rules;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::notification::EventType;
use crate::store::assignments::{self, Placed};
use crate::store::hits::Hit;
use crate::store::requester_workers::{self, MoreWork};
use crate::store::reward_payments::{self, RewardPayment};
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
    hold_funds(turn, hit, standing, price).await?;
    work.assignment_status = AssignmentStatus::Approved;
    work.approval_time = Some(turn.now);
    work.requester_feedback = approval.feedback.or(work.requester_feedback.take());
    let paid = RewardPayment::of(hit, work, turn.now, charged(turn, price));
    let rejected = -i64::from(status == AssignmentStatus::Rejected);
    let more = MoreWork { approved: 1, rejected, ..MoreWork::reviewed(hit, work) };
    save_decision(turn, placed, hit, EventType::AssignmentApproved, (Some(paid), more)).await
}

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
    let more = MoreWork { rejected: 1, ..MoreWork::reviewed(hit, work) };
    save_decision(turn, placed, hit, EventType::AssignmentRejected, (None, more)).await
}

/// Saves the work with the decision, which an event reports, what was paid for it, and the counts
/// of its HIT and of its worker.
///
/// Nothing approves it by itself any more; the requester has to do with the worker from now on.
async fn save_decision(
    turn: &mut Turn,
    placed: &mut Placed,
    hit: &mut Hit,
    event: EventType,
    (paid, more): (Option<RewardPayment>, MoreWork),
) -> Result<(), Fault> {
    let work = &placed.assignment;
    if let Some(deferred) = &mut turn.deferred {
        deferred.decide(placed, paid, more)?;
    } else {
        turn.drop_timer(Kind::AutoApproval, &work.assignment_id).await?;
        assignments::save(&mut turn.tx, placed).await?;
        if let Some(paid) = paid {
            reward_payments::add(&mut turn.tx, &paid).await?;
        }
        requester_workers::add(&mut turn.tx, &more).await?;
    }
    let done = Some((work.assignment_id.as_str(), work.worker_id.as_str()));
    emit(turn, hit, event, done).await?;
    save_counts(turn, hit).await
}
