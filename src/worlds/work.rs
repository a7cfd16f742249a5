//! One assignment of a world: its missing members filled in, its impossible states refused.

use crate::rules::question::{QuestionForm, answers};
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::store::acceptances::State;
use crate::store::hits::Hit;
use crate::time::{Instant, Span, When};
use crate::worlds::nouns::hits::{AssignmentEntry, WorkStatus};

/// What an entry means.
#[derive(Debug)]
pub enum Work {
    /// Handed in.
    Submitted {
        /// What the API shows.
        assignment: Box<Assignment>,
        /// When, as exactly as the entry says: work lies in this order.
        arrived_at: Instant,
    },
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

/// What `entry` means for `hit`, whose question is `form` if it is one; ids are the caller's.
///
/// # Errors
/// Each thing that cannot be.
pub fn read(
    entry: &AssignmentEntry,
    (hit, form): (&Hit, Option<&QuestionForm>),
    (assignment_id, worker_id): (&str, &str),
    now: Instant,
) -> Result<Work, Vec<Wrong>> {
    let mut wrong = Wrongs(Vec::new());
    let times = times(entry, hit, now, &mut wrong);
    let work = match submitted(entry.status) {
        None => held(entry, &times, now, &mut wrong),
        Some(status) => {
            let decision = decision(entry, hit, status, (&times, now), &mut wrong);
            let answer =
                answer(entry, form).map_err(|why| wrong.0.push((&["Answers", "Answer"], why)));
            let assignment = Box::new(Assignment {
                assignment_id: assignment_id.to_owned(),
                worker_id: worker_id.to_owned(),
                hit_id: hit.id.clone(),
                assignment_status: status,
                auto_approval_time: decision.auto_approval_at,
                accept_time: times.accept_at,
                submit_time: times.submit_at,
                approval_time: decision.approval_at,
                rejection_time: decision.rejection_at,
                answer: answer.unwrap_or_default(),
                requester_feedback: entry.requester_feedback.clone(),
            });
            let arrived_at = entry.submit_time.as_ref().and_then(|when| when.at(now).ok());
            Work::Submitted { assignment, arrived_at: arrived_at.unwrap_or(now) }
        }
    };
    if wrong.0.is_empty() { Ok(work) } else { Err(wrong.0) }
}

/// The members that are at odds, the likeliest first, and a sentence on why they cannot be so.
pub type Wrong = (&'static [&'static str], String);

/// What cannot be.
struct Wrongs(Vec<Wrong>);

impl Wrongs {
    fn unless(&mut self, holds: bool, names: &'static [&'static str], otherwise: &str) {
        if !holds {
            self.0.push((names, otherwise.to_owned()));
        }
    }

    /// The instant that is meant, if one is.
    fn at(
        &mut self,
        name: &'static [&'static str; 1],
        when: Option<&When>,
        now: Instant,
    ) -> Option<Instant> {
        let at = when?.ahead(now).map(Instant::whole_second);
        at.map_err(|why| self.0.push((name, format!("{}: {why}", name[0])))).ok()
    }
}

fn submitted(status: WorkStatus) -> Option<AssignmentStatus> {
    match status {
        WorkStatus::Submitted => Some(AssignmentStatus::Submitted),
        WorkStatus::Approved => Some(AssignmentStatus::Approved),
        WorkStatus::Rejected => Some(AssignmentStatus::Rejected),
        WorkStatus::Accepted | WorkStatus::Returned | WorkStatus::Abandoned => None,
    }
}

fn times(entry: &AssignmentEntry, hit: &Hit, now: Instant, wrong: &mut Wrongs) -> Times {
    let submit = wrong.at(&["SubmitTime"], entry.submit_time.as_ref(), now);
    let accept = wrong.at(&["AcceptTime"], entry.accept_time.as_ref(), now);
    let submit_at = submit.unwrap_or(now);
    let accept_at = accept.unwrap_or(submit_at);
    let duration = Span::seconds(hit.hit_type.values.assignment_duration_s);
    let deadline = wrong.at(&["Deadline"], entry.deadline.as_ref(), now);
    wrong.unless(
        accept_at <= submit_at,
        &["SubmitTime", "AcceptTime"],
        "it was submitted before it was accepted",
    );
    wrong.unless(
        submit_at <= now && accept_at <= now,
        &["SubmitTime", "AcceptTime"],
        "it happened in the future",
    );
    Times { accept_at, submit_at, deadline_at: deadline.unwrap_or(accept_at + duration) }
}

fn held(entry: &AssignmentEntry, times: &Times, now: Instant, wrong: &mut Wrongs) -> Work {
    let state = match entry.status {
        WorkStatus::Returned => State::Returned,
        WorkStatus::Abandoned => State::Abandoned,
        _ => State::Accepted,
    };
    let no_submit = entry.submit_time.is_none();
    wrong.unless(
        no_submit,
        &["SubmitTime", "AssignmentStatus"],
        "work that was not handed in has no SubmitTime",
    );
    let over = state == State::Accepted && times.deadline_at <= now;
    wrong.unless(
        !over,
        &["Deadline", "AssignmentStatus"],
        "its deadline is past: it cannot be Accepted any more",
    );
    Work::Held { deadline_at: times.deadline_at, accept_at: times.accept_at, state }
}

/// What says when and how work was decided.
const DECIDED: &[&str] = &["ApprovalTime", "RejectionTime", "AssignmentStatus"];

/// When work was or will be approved, or was rejected.
#[expect(clippy::struct_field_names, reason = "instants end in _at")]
struct Decision {
    auto_approval_at: Instant,
    approval_at: Option<Instant>,
    rejection_at: Option<Instant>,
}

fn decision(
    entry: &AssignmentEntry,
    hit: &Hit,
    status: AssignmentStatus,
    (times, now): (&Times, Instant),
    wrong: &mut Wrongs,
) -> Decision {
    let delay = Span::seconds(hit.hit_type.values.auto_approval_delay_s);
    let auto_approval = wrong.at(&["AutoApprovalTime"], entry.auto_approval_time.as_ref(), now);
    let auto_approval_at = auto_approval.unwrap_or(times.submit_at + delay);
    let approved = wrong.at(&["ApprovalTime"], entry.approval_time.as_ref(), now);
    let rejected = wrong.at(&["RejectionTime"], entry.rejection_time.as_ref(), now);
    for decided_at in [approved, rejected].into_iter().flatten() {
        let after = decided_at >= times.submit_at;
        wrong.unless(after, DECIDED, "it was decided before it was submitted");
        wrong.unless(decided_at <= now, DECIDED, "it was decided in the future");
    }
    let otherwise = auto_approval_at.min(now).max(times.submit_at);
    let (approval_at, rejection_at) = match status {
        AssignmentStatus::Submitted => {
            let open = approved.is_none() && rejected.is_none();
            wrong.unless(open, DECIDED, "submitted work is not decided yet");
            (None, None)
        }
        // Work whose rejection was overridden has both times.
        AssignmentStatus::Approved => (approved.or(Some(otherwise)), rejected),
        AssignmentStatus::Rejected => {
            wrong.unless(approved.is_none(), DECIDED, "rejected work has no ApprovalTime");
            (None, rejected.or(Some(otherwise)))
        }
    };
    Decision { auto_approval_at, approval_at, rejection_at }
}

fn answer(entry: &AssignmentEntry, form: Option<&QuestionForm>) -> Result<String, String> {
    match (&entry.answer, &entry.answers) {
        (Some(_), Some(_)) => Err("either Answer or Answers can be given, not both".into()),
        (None, None) => Ok(String::new()),
        (Some(answer), None) => Ok(answer.clone()),
        (None, Some(given)) => {
            answers::write_to(form, given).map_err(|fault| format!("Answers: {fault}"))
        }
    }
}
