//! What a form of the page decides, done by the API's operations, one assignment after the other.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::desk::bonus;
use crate::desk::call::call;
use crate::desk::review::table::SIZE;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::{Code, Fault};
use crate::ops::named;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::words::words;
use crate::time::Instant;
use crate::views::desk::review;
use crate::web::form::Form as Posted;

words! { store
    /// What is decided.
    Decision {
        /// Submitted work is approved.
        Approve = "approve",
        /// Submitted work is rejected.
        Reject = "reject",
        /// Rejected work is approved after all.
        Override = "override",
        /// A bonus is paid.
        Bonus = "bonus",
    }
}

/// What was typed into the form.
#[derive(Debug, Default)]
pub struct Form {
    /// Why work is rejected, or what the worker is told.
    pub feedback: String,
    /// The amount of a bonus.
    pub amount: String,
    /// Why it is paid.
    pub reason: String,
}

impl Form {
    /// That of a posted form.
    pub fn of(form: &Posted) -> Self {
        let text = |name: &str| form.get(name).to_owned();
        Self { feedback: text("feedback"), amount: text("amount"), reason: text("reason") }
    }
}

/// What was not done, and why.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The assignment; empty if it is about the form.
    pub id: String,
    /// A sentence.
    pub why: String,
}

/// What came of a form.
#[derive(Debug)]
pub enum Outcome {
    /// All of it was done.
    Done {
        /// What.
        decision: Decision,
        /// To how many assignments.
        count: usize,
    },
    /// Nothing was done: the form lacks something.
    Incomplete(Vec<Refused>),
    /// Some of it was not done; the first one says how much was.
    Refused(Vec<Refused>),
}

/// The decision of a form, and whether it is about all that was submitted.
fn wanted(form: &Posted) -> Option<(Decision, bool)> {
    if !form.get("approve").is_empty() {
        return Some((Decision::Approve, false));
    }
    let word = form.get("do");
    let all = word.strip_suffix("-all");
    Some((Decision::parse(all.unwrap_or(word))?, all.is_some()))
}

/// The assignments that a form is about, each with its worker. "All" are those that the page showed
/// as submitted.
pub fn chosen(form: &Posted) -> Vec<(&str, &str)> {
    let field = match (form.get("approve"), wanted(form)) {
        ("", Some((_, true))) => {
            let all = shown(form).filter(|(.., status)| *status == AssignmentStatus::Submitted);
            return all.map(|(id, worker_id, _)| (id, worker_id)).collect();
        }
        ("", _) => "assignment",
        _ => "approve",
    };
    form.all(field).filter_map(|value| value.split_once(' ')).collect()
}

/// The assignments that the page showed, each with its worker, and its status then.
fn shown(form: &Posted) -> impl Iterator<Item = (&str, &str, AssignmentStatus)> {
    form.all("shown").filter_map(|value| {
        let mut words = value.split(' ');
        Some((words.next()?, words.next()?, AssignmentStatus::parse(words.next()?)?))
    })
}

/// Does what a form says.
///
/// # Errors
/// The store failed.
pub async fn run(desk: &Desk, session: &Session, form: &Posted) -> Result<Outcome, Fault> {
    let Some((decision, _)) = wanted(form) else {
        let why = "Nothing was done. Use one of the buttons to say what to do.";
        return Ok(Outcome::Incomplete(vec![about_form(why)]));
    };
    let of = chosen(form);
    let now = desk.engine.clock().await?.now;
    let lacking = lacking(decision, form, of.len(), now);
    if !lacking.is_empty() {
        return Ok(Outcome::Incomplete(lacking));
    }
    let (mut refused, count) = (Vec::new(), of.len());
    let shown: HashMap<&str, AssignmentStatus> =
        shown(form).map(|(id, _, status)| (id, status)).collect();
    for (id, worker_id) in of {
        if decision == Decision::Override
            && let Some(why) = no_override(desk, session, id, shown.get(id).copied()).await
        {
            refused.push(Refused { id: id.to_owned(), why });
            continue;
        }
        refused.extend(one(desk, session, decision, form, (id, worker_id)).await);
    }
    if refused.is_empty() {
        return Ok(Outcome::Done { decision, count });
    }
    if count > 1 {
        let why = format!("{} of {count} were done.", count - refused.len());
        refused.insert(0, about_form(&why));
    }
    Ok(Outcome::Refused(refused))
}

/// Decides one assignment; why it was refused, if it was.
pub async fn one(
    desk: &Desk,
    session: &Session,
    decision: Decision,
    form: &Posted,
    (id, worker_id): (&str, &str),
) -> Option<Refused> {
    let (name, body) = operation(decision, form, id, worker_id);
    let fault = call(desk, session, name, body).await.err()?;
    let why = explanation(desk, session, decision, id, fault).await;
    Some(Refused { id: id.to_owned(), why })
}

/// Why a rejection is not taken back: the page did not show one, or it is none any more. The
/// operation would approve work that nobody has decided, too.
async fn no_override(
    desk: &Desk,
    session: &Session,
    id: &str,
    shown: Option<AssignmentStatus>,
) -> Option<String> {
    if shown != Some(AssignmentStatus::Rejected) {
        return Some("This assignment was not rejected when the page was shown.".to_owned());
    }
    match status(desk, session, id).await {
        Ok(AssignmentStatus::Rejected) => None,
        Ok(other) => Some(state_sentence(Decision::Override, Some(other)).to_owned()),
        Err(fault) => Some(explanation(desk, session, Decision::Override, id, fault).await),
    }
}

/// What became of an assignment.
async fn status(desk: &Desk, session: &Session, id: &str) -> Result<AssignmentStatus, Fault> {
    let (requester, id) = (session.requester.clone(), id.to_owned());
    desk.engine.read(requester, id, |turn, id| Box::pin(review::status(turn, id))).await
}

/// What is wrong with the form, or what came of all of it.
pub fn about_form(why: &str) -> Refused {
    Refused { id: String::new(), why: why.to_owned() }
}

/// What a form lacks, a sentence for each.
pub fn lacking(decision: Decision, form: &Posted, count: usize, now: Instant) -> Vec<Refused> {
    let lacks = |name: &str| form.get(name).is_empty();
    let mut sentences = Vec::new();
    if count == 0 {
        sentences.push("Nothing was done: no assignment is selected.".to_owned());
    }
    if count > SIZE {
        sentences.push(format!("Nothing was done: select at most {SIZE} assignments."));
    }
    if decision == Decision::Reject && lacks("feedback") {
        sentences.push("Nothing was done: a rejection needs a reason. The worker reads it.".into());
    }
    if decision == Decision::Bonus && lacks("amount") {
        sentences.push("Nothing was done: a bonus needs an amount in dollars.".to_owned());
    }
    if decision == Decision::Bonus && lacks("reason") {
        sentences.push("Nothing was done: a bonus needs a reason. The worker reads it.".to_owned());
    }
    if decision == Decision::Bonus && !bonus::is_fresh(form, now) {
        sentences.push(bonus::STALE.to_owned());
    }
    sentences.iter().map(|why| about_form(why)).collect()
}

/// The operation of a decision about one assignment, and its request.
pub fn operation(
    decision: Decision,
    form: &Posted,
    id: &str,
    worker_id: &str,
) -> (&'static str, Value) {
    let feedback = Some(form.get("feedback")).filter(|text| !text.is_empty());
    match decision {
        Decision::Approve | Decision::Override => {
            let overrides = decision == Decision::Override;
            let body = json!({
                "AssignmentId": id, "OverrideRejection": overrides, "RequesterFeedback": feedback
            });
            (named::APPROVE, body)
        }
        Decision::Reject => {
            (named::REJECT, json!({"AssignmentId": id, "RequesterFeedback": feedback}))
        }
        Decision::Bonus => bonus::request(form, id, worker_id),
    }
}

/// Why an assignment was not decided, for people.
async fn explanation(
    desk: &Desk,
    session: &Session,
    decision: Decision,
    id: &str,
    fault: Fault,
) -> String {
    let Some(refusal) = fault.refusal() else {
        tracing::error!(%fault, "a decision of the desk failed");
        return "The market's store failed, and this was not done. Try it again.".to_owned();
    };
    match refusal.code {
        Code::InvalidAssignmentState => {
            state_sentence(decision, status(desk, session, id).await.ok()).to_owned()
        }
        Code::DuplicateRequest => "This bonus was already paid. It was not paid again.".to_owned(),
        _ => refusal.text(),
    }
}

/// Why work in that status is not decided.
pub const fn state_sentence(decision: Decision, status: Option<AssignmentStatus>) -> &'static str {
    match (status, decision) {
        (Some(AssignmentStatus::Approved), _) => "This assignment is already approved.",
        (Some(AssignmentStatus::Rejected), Decision::Override) => {
            "More than 30 days have passed since this was submitted: the rejection stays."
        }
        (Some(AssignmentStatus::Rejected), _) => "This assignment is already rejected.",
        _ => "This assignment was decided meanwhile.",
    }
}
