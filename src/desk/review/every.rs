//! A decision about all submitted work that the filters show, on all pages: the page asks first and
//! says how much there is; then it is done in pieces.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::desk::head::Head;
use crate::desk::review::decision::{self, Decision, Outcome, Refused, about_form, lacking};
use crate::desk::review::query::{Query, address_of};
use crate::desk::review::table;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::digest::sha256;
use crate::fault::Fault;
use crate::ops::{self, Call};
use crate::shapes::assignment::AssignmentStatus;
use crate::turn::Turn;
use crate::views::desk::review::{self, Scope};
use crate::views::show;
use crate::web::form::Form;
use crate::web::page::{html, render};

/// So many assignments are decided at a time.
const MOST: usize = 20_000;
/// So many of them in one turn.
const PIECE: usize = 100;
/// So many refusals are listed.
const LISTED: usize = 100;

#[derive(Template)]
#[template(path = "desk_decide_every.html")]
struct AskPage<'a> {
    head: Head,
    here: String,
    query: &'a Query,
    decision: Decision,
    feedback: &'a str,
    count: usize,
    /// Which assignments they are.
    set: String,
    /// Whether there may be more.
    is_partial: bool,
    /// Whether other assignments were meant when somebody was asked before.
    has_changed: bool,
}

impl AskPage<'_> {
    const fn verb(&self) -> &'static str {
        match self.decision {
            Decision::Reject => "Reject",
            _ => "Approve",
        }
    }
}

/// What comes of a form.
pub enum Step {
    /// The page that asks whether it is meant.
    Ask(Response),
    /// What was done.
    Done(Outcome),
}

/// What a form decides about all of them.
pub fn wanted(form: &Form) -> Option<Decision> {
    let decision = Decision::parse(form.get("do").strip_suffix("-every")?)?;
    matches!(decision, Decision::Approve | Decision::Reject).then_some(decision)
}

/// Asks how it is meant, or does it if the form is an answer to that, and the same assignments are
/// still all there are.
///
/// # Errors
/// The store failed.
pub async fn run(
    desk: &Desk,
    session: &Session,
    (scope, query): (&Scope, &Query),
    decision: Decision,
    form: &Form,
) -> Result<Step, Fault> {
    let head = Head::read(desk, session).await?;
    let (ids, is_partial) = table::submitted(desk, session, scope, query, (head.now, MOST)).await?;
    let lacking = lacking(decision, form, ids.len().min(1), head.now);
    if !lacking.is_empty() {
        return Ok(Step::Done(Outcome::Incomplete(lacking)));
    }
    let set = URL_SAFE_NO_PAD.encode(sha256(ids.iter().map(String::as_bytes)));
    let known = form.get("set");
    if known == set {
        return Ok(Step::Done(decide(desk, session, decision, form, &ids).await?));
    }
    let page = AskPage {
        head,
        here: address_of(scope),
        query,
        decision,
        feedback: form.get("feedback"),
        count: ids.len(),
        set,
        is_partial,
        has_changed: !known.is_empty(),
    };
    let status = if page.has_changed { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok(Step::Ask((status, html(render(&page)?)).into_response()))
}

async fn decide(
    desk: &Desk,
    session: &Session,
    decision: Decision,
    form: &Form,
    ids: &[String],
) -> Result<Outcome, Fault> {
    let mut refused = Vec::new();
    for piece in ids.chunks(PIECE) {
        let of = |id: &String| (id.clone(), decision::operation(decision, form, id, ""));
        let input = (decision, piece.iter().map(of).collect::<Vec<_>>());
        let requester = session.requester.clone();
        let done = desk.engine.write(requester, input, |turn, (decision, piece)| {
            Box::pin(decide_piece(turn, *decision, piece))
        });
        match done.await {
            Ok(meanwhile) => refused.extend(meanwhile),
            // Nothing of the piece was done. One by one it shows which are refused, and why.
            Err(_) => {
                for id in piece {
                    refused.extend(decision::one(desk, session, decision, form, (id, "")).await);
                }
            }
        }
    }
    let count = ids.len();
    if refused.is_empty() {
        return Ok(Outcome::Done { decision, count });
    }
    let done = format!("{} of {count} were done.", count - refused.len());
    let more = refused.len().saturating_sub(LISTED);
    refused.truncate(LISTED);
    refused.insert(0, about_form(&done));
    if more > 0 {
        refused.push(about_form(&format!("{more} more were not done.")));
    }
    Ok(Outcome::Refused(refused))
}

/// Decides some assignments, but for those that are decided already.
async fn decide_piece(
    turn: &mut Turn,
    decision: Decision,
    piece: &[(String, (&'static str, Value))],
) -> Result<Vec<Refused>, Fault> {
    let mut refused = Vec::new();
    for (id, (name, body)) in piece {
        let status = review::status(turn, id).await?;
        if status == AssignmentStatus::Submitted {
            let call = Call { body: body.clone(), origin: String::new(), wants_question: false };
            (ops::entry(name)?.run)(turn, &call).await?;
        } else {
            let why = decision::state_sentence(decision, Some(status)).to_owned();
            refused.push(Refused { id: id.clone(), why });
        }
    }
    Ok(refused)
}
