//! One assignment of a world: its missing members filled in, its impossible states refused.

use crate::rules::question::answers;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::store::acceptances::State;
use crate::store::hits::Hit;
use crate::time::{Instant, Span, When};
use crate::worlds::nouns::hits::{AssignmentEntry, WorkStatus};

/// What an entry means.
#[derive(Debug)]
pub enum Work {
    /// Handed in.
    Submitted(Box<Assignment>),
    /// Taken, and not handed in.
    Held {
        /// The worker's deadline.
        deadline_at: Instant,
        /// When it was taken.
        accept_at: Instant,
        /// What became of it.
        state: State,
    },
}

/// The entry's times, those that were not given filled in.
#[expect(clippy::struct_field_names, reason = "instants end in _at")]
struct Times {
    accept_at: Instant,
    submit_at: Instant,
    deadline_at: Instant,
}

/// What `entry` means for `hit`; ids are the caller's.
///
/// # Errors
/// A sentence on the first thing that cannot be.
pub fn read(
    entry: &AssignmentEntry,
    hit: &Hit,
    (assignment_id, worker_id): (&str, &str),
    now: Instant,
) -> Result<Work, String> {
    let times = times(entry, hit, now)?;
    let Some(status) = submitted(entry.status) else {
        return held(entry, &times, now);
    };
    let delay = Span::seconds(hit.hit_type.values.auto_approval_delay_s);
    let auto_approval_time = at("AutoApprovalTime", entry.auto_approval_time.as_ref(), now)?
        .unwrap_or(times.submit_at + delay);
    let approval_time = at("ApprovalTime", entry.approval_time.as_ref(), now)?;
    let rejection_time = at("RejectionTime", entry.rejection_time.as_ref(), now)?;
    let (approval_time, rejection_time) = decided(
        status,
        (approval_time, rejection_time),
        auto_approval_time.min(now).max(times.submit_at),
    )?;
    for decided_at in [approval_time, rejection_time].into_iter().flatten() {
        check(decided_at >= times.submit_at, "it was decided before it was submitted")?;
        check(decided_at <= now, "it was decided in the future")?;
    }
    Ok(Work::Submitted(Box::new(Assignment {
        assignment_id: assignment_id.to_owned(),
        worker_id: worker_id.to_owned(),
        hit_id: hit.id.clone(),
        assignment_status: status,
        auto_approval_time,
        accept_time: times.accept_at,
        submit_time: times.submit_at,
        approval_time,
        rejection_time,
        deadline: times.deadline_at,
        answer: answer(entry, hit)?,
        requester_feedback: entry.requester_feedback.clone(),
    })))
}

fn submitted(status: WorkStatus) -> Option<AssignmentStatus> {
    match status {
        WorkStatus::Submitted => Some(AssignmentStatus::Submitted),
        WorkStatus::Approved => Some(AssignmentStatus::Approved),
        WorkStatus::Rejected => Some(AssignmentStatus::Rejected),
        WorkStatus::Accepted | WorkStatus::Returned | WorkStatus::Abandoned => None,
    }
}

fn check(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}

fn at(name: &str, when: Option<&When>, now: Instant) -> Result<Option<Instant>, String> {
    when.map(|when| when.at(now)).transpose().map_err(|why| format!("{name}: {why}"))
}

fn times(entry: &AssignmentEntry, hit: &Hit, now: Instant) -> Result<Times, String> {
    let submit = at("SubmitTime", entry.submit_time.as_ref(), now)?;
    let accept = at("AcceptTime", entry.accept_time.as_ref(), now)?;
    let submit_at = submit.unwrap_or(now);
    let accept_at = accept.unwrap_or(submit_at);
    let duration = Span::seconds(hit.hit_type.values.assignment_duration_s);
    let deadline = at("Deadline", entry.deadline.as_ref(), now)?;
    check(accept_at <= submit_at, "it was submitted before it was accepted")?;
    check(submit_at <= now && accept_at <= now, "it happened in the future")?;
    Ok(Times { accept_at, submit_at, deadline_at: deadline.unwrap_or(accept_at + duration) })
}

fn held(entry: &AssignmentEntry, times: &Times, now: Instant) -> Result<Work, String> {
    let state = match entry.status {
        WorkStatus::Returned => State::Returned,
        WorkStatus::Abandoned => State::Abandoned,
        _ => State::Accepted,
    };
    check(entry.submit_time.is_none(), "work that was not handed in has no SubmitTime")?;
    let over = state == State::Accepted && times.deadline_at <= now;
    check(!over, "its deadline is past: it cannot be Accepted any more")?;
    Ok(Work::Held { deadline_at: times.deadline_at, accept_at: times.accept_at, state })
}

/// When work was approved and rejected, filled in with `otherwise`.
fn decided(
    status: AssignmentStatus,
    (approved, rejected): (Option<Instant>, Option<Instant>),
    otherwise: Instant,
) -> Result<(Option<Instant>, Option<Instant>), String> {
    match status {
        AssignmentStatus::Submitted => {
            check(approved.is_none() && rejected.is_none(), "submitted work is not decided yet")?;
            Ok((None, None))
        }
        // Work whose rejection was overridden has both times.
        AssignmentStatus::Approved => Ok((approved.or(Some(otherwise)), rejected)),
        AssignmentStatus::Rejected => {
            check(approved.is_none(), "rejected work has no ApprovalTime")?;
            Ok((None, rejected.or(Some(otherwise))))
        }
    }
}

fn answer(entry: &AssignmentEntry, hit: &Hit) -> Result<String, String> {
    match (&entry.answer, &entry.answers) {
        (Some(_), Some(_)) => Err("either Answer or Answers can be given, not both".into()),
        (None, None) => Ok(String::new()),
        (Some(answer), None) => Ok(answer.clone()),
        (None, Some(given)) => {
            answers::write(&hit.question, given).map_err(|fault| format!("Answers: {fault}"))
        }
    }
}
