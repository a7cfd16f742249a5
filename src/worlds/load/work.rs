//! One assignment of a world: its missing members filled in, its impossible states refused.

use crate::rules::question::{QuestionForm, answers};
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::store::acceptances::{Acceptance, State};
use crate::store::hits::Hit;
use crate::time::{Instant, Span, Time};
use crate::worlds::entries::hits::{AssignmentEntry, WorkStatus};

/// What an entry means.
#[derive(Debug)]
pub enum Work {
    /// Submitted; with when, as exactly as the entry has it: that is the order of work.
    Submitted(Instant, Box<Assignment>),
    /// Accepted, and not submitted.
    Held(Acceptance),
}

/// Names of members that are at odds, the likeliest first.
type Names = &'static [&'static str];

/// The members that are at odds, and a sentence on why they cannot be so.
pub type Wrong = (Names, String);

const TAKEN: Names = &["SubmitTime", "AcceptTime"];
/// When and how work was decided.
const DECIDED: Names = &["ApprovalTime", "RejectionTime", "AssignmentStatus"];

/// What `entry` means for `hit`, whose question is `form` if it is one; ids are the caller's.
///
/// # Errors
/// Each thing that cannot be.
pub fn read(
    entry: &AssignmentEntry,
    (hit, form): (&Hit, Option<&QuestionForm>),
    ids: (String, String),
    now: Instant,
) -> Result<Work, Vec<Wrong>> {
    let mut reader = Reader { entry, hit, now, wrong: Vec::new() };
    let submit_at = reader.at(&["SubmitTime"], entry.submit_time).unwrap_or(now);
    let accept_at = reader.at(&["AcceptTime"], entry.accept_time).unwrap_or(submit_at);
    let deadline = reader.at(&["Deadline"], entry.deadline);
    reader.unless(accept_at <= submit_at, TAKEN, "it was submitted before it was accepted");
    reader.unless(submit_at <= now && accept_at <= now, TAKEN, "it happened in the future");
    let taken = (accept_at, submit_at);
    let work = match entry.assignment_status.unwrap_or_default() {
        WorkStatus::Submitted => reader.submitted(AssignmentStatus::Submitted, form, ids, taken),
        WorkStatus::Approved => reader.submitted(AssignmentStatus::Approved, form, ids, taken),
        WorkStatus::Rejected => reader.submitted(AssignmentStatus::Rejected, form, ids, taken),
        WorkStatus::Accepted => reader.held(State::Accepted, ids, accept_at, deadline),
        WorkStatus::Returned => reader.held(State::Returned, ids, accept_at, deadline),
        WorkStatus::Abandoned => reader.held(State::Abandoned, ids, accept_at, deadline),
    };
    if reader.wrong.is_empty() { Ok(work) } else { Err(reader.wrong) }
}

struct Reader<'r> {
    entry: &'r AssignmentEntry,
    hit: &'r Hit,
    now: Instant,
    wrong: Vec<Wrong>,
}

impl Reader<'_> {
    fn unless(&mut self, holds: bool, names: Names, otherwise: &str) {
        if !holds {
            self.wrong.push((names, otherwise.to_owned()));
        }
    }

    /// The instant that is meant, if one is.
    fn at(&mut self, name: &'static [&'static str; 1], time: Option<Time>) -> Option<Instant> {
        let at = time?.ahead(self.now).map(Instant::whole_second);
        at.map_err(|why| self.wrong.push((name, format!("{}: {why}", name[0])))).ok()
    }

    fn held(
        &mut self,
        state: State,
        (assignment_id, worker_id): (String, String),
        accept_at: Instant,
        deadline: Option<Instant>,
    ) -> Work {
        let duration = Span::seconds(self.hit.hit_type.values.assignment_duration_s);
        let deadline_at = deadline.unwrap_or(accept_at + duration);
        self.unless(
            self.entry.submit_time.is_none(),
            &["SubmitTime", "AssignmentStatus"],
            "work that was not submitted has no SubmitTime",
        );
        self.unless(
            state != State::Accepted || self.now < deadline_at,
            &["Deadline", "AssignmentStatus"],
            "its deadline is past: it cannot be Accepted any more",
        );
        let (hit_key, hit_id) = (self.hit.key, self.hit.id.clone());
        Work::Held(Acceptance {
            assignment_id,
            hit_key,
            hit_id,
            worker_id,
            state,
            accept_at,
            deadline_at,
        })
    }

    fn submitted(
        &mut self,
        status: AssignmentStatus,
        form: Option<&QuestionForm>,
        (assignment_id, worker_id): (String, String),
        (accept_time, submit_time): (Instant, Instant),
    ) -> Work {
        let (entry, hit) = (self.entry, self.hit);
        let delay = Span::seconds(hit.hit_type.values.auto_approval_delay_s);
        let auto_approval = self.at(&["AutoApprovalTime"], entry.auto_approval_time);
        let auto_approval_time = auto_approval.unwrap_or(submit_time + delay);
        let decided_at = auto_approval_time.min(self.now).max(submit_time);
        let (approval_time, rejection_time) = self.decision(status, submit_time, decided_at);
        let answer = answer(entry, form).unwrap_or_else(|why| {
            self.wrong.push((&["Answers", "Answer"], why));
            String::new()
        });
        let assignment = Box::new(Assignment {
            assignment_id,
            worker_id,
            hit_id: hit.id.clone(),
            assignment_status: status,
            auto_approval_time,
            accept_time,
            submit_time,
            approval_time,
            rejection_time,
            answer,
            requester_feedback: entry.requester_feedback.clone(),
        });
        let arrived_at = entry.submit_time.map_or(self.now, |time| time.at(self.now));
        Work::Submitted(arrived_at, assignment)
    }

    /// When the work was approved, and when it was rejected; `otherwise` if the entry has no time.
    fn decision(
        &mut self,
        status: AssignmentStatus,
        submit_at: Instant,
        otherwise: Instant,
    ) -> (Option<Instant>, Option<Instant>) {
        let approved = self.at(&["ApprovalTime"], self.entry.approval_time);
        let rejected = self.at(&["RejectionTime"], self.entry.rejection_time);
        for at in [approved, rejected].into_iter().flatten() {
            self.unless(at >= submit_at, DECIDED, "it was decided before it was submitted");
            self.unless(at <= self.now, DECIDED, "it was decided in the future");
        }
        match status {
            AssignmentStatus::Submitted => {
                let is_open = approved.is_none() && rejected.is_none();
                self.unless(is_open, DECIDED, "submitted work is not decided yet");
                (None, None)
            }
            // Work whose rejection was overridden has both times.
            AssignmentStatus::Approved => (approved.or(Some(otherwise)), rejected),
            AssignmentStatus::Rejected => {
                self.unless(approved.is_none(), DECIDED, "rejected work has no ApprovalTime");
                (None, rejected.or(Some(otherwise)))
            }
        }
    }
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
