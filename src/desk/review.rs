//! Answers as tables, and what is decided about them.

mod cell;
pub mod counting;
pub mod decision;
mod every;
mod files;
pub mod jobs;
mod measures;
mod query;
mod scoped;
mod table;

use std::collections::{HashMap, HashSet};

use askama::Template;
use axum::extract::Query as Asked;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use crate::desk::bonus;
use crate::desk::head::Head;
use crate::desk::live;
use crate::desk::page::Page;
use crate::desk::parts::AnswerStatus;
use crate::desk::review::cell::Cell;
use crate::desk::review::decision::{Decision, Form as DecisionForm, Outcome, Refused};
use crate::desk::review::every::Step;
use crate::desk::review::measures::{AT_ONCE, MAX_AT_ONCE, Measured};
use crate::desk::review::query::{Query, address_of};
use crate::desk::review::scoped::Scoped;
use crate::desk::review::table::{MOST_SORTED, Row, SIZE, Table};
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::limits::REQUESTER_FEEDBACK;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::notification::EventType;
use crate::views::desk::review::{self, Scope, Subject};
use crate::views::show;
use crate::web::form::Form;
use crate::web::page::{self, go, html, render};

pub use files::{document, file};

/// A HIT with so many assignments or fewer is measured without being asked.
const MEASURED_AT_ONCE: i64 = 500;
/// Cells of so many bytes make a page long.
const LONG: usize = 64 << 10;

#[derive(Template)]
#[template(path = "desk_answers.html")]
struct AnswersPage {
    head: Head,
    scope: Scope,
    here: String,
    subject: Subject,
    query: Query,
    /// What of the query asks for nothing.
    problems: Vec<String>,
    table: Table,
    /// The number of the last event before the answers were read.
    since: String,
    measured: Option<Measured>,
    /// Makes the bonuses of this page different from those of another, and equal to those of the
    /// same page sent again.
    nonce: String,
    form: DecisionForm,
    refused: Vec<Refused>,
    beside: HashMap<String, String>,
    chosen: HashSet<String>,
}

impl AnswersPage {
    /// The stream that keeps the page up to date.
    fn stream(&self) -> String {
        let answers = live::joined(self.table.rows.iter().map(|row| row.id.as_str()));
        let (name, of) = match &self.scope {
            Scope::Hit(id) => ("hit", id.clone()),
            Scope::Type(id) => ("type", id.clone()),
            Scope::Batch(key) => ("of_batch", key.to_string()),
        };
        // A new answer may not be what the filters ask for.
        let is_narrow = self.query.is_filtered();
        let kind = if is_narrow { "" } else { EventType::AssignmentSubmitted.as_str() };
        live::address(&[("news", kind), (name, &of), ("since", &self.since), ("answers", &answers)])
    }

    fn refusal(&self, id: &str) -> Option<&String> {
        self.beside.get(id)
    }

    fn is_chosen(&self, row: &Row) -> bool {
        self.chosen.contains(&row.id)
    }

    /// Whether there can be several HITs.
    fn is_of_many(&self) -> bool {
        !matches!(self.scope, Scope::Hit(_))
    }

    /// What the page that was sent before has done.
    fn done(&self) -> Option<String> {
        let decision = Decision::parse(&self.query.done)?;
        let count = self.query.count.parse::<u32>().ok()?;
        let work = if count == 1 { "assignment was" } else { "assignments were" };
        Some(match decision {
            Decision::Bonus if count == 1 => "A bonus was paid.".to_owned(),
            Decision::Bonus => format!("{count} bonuses were paid."),
            Decision::Reject => format!("{count} {work} rejected."),
            Decision::Approve | Decision::Override => format!("{count} {work} approved."),
        })
    }

    /// Whether there may be submitted work on other pages.
    fn has_submitted_elsewhere(&self) -> bool {
        let has_pages = self.table.next.is_some() || !self.query.after.is_empty();
        has_pages && self.query.has_submitted()
    }

    fn statuses() -> [&'static str; AssignmentStatus::ALL.len()] {
        AssignmentStatus::ALL.map(AssignmentStatus::as_str)
    }

    fn orders(&self) -> [(&'static str, &'static str); 3] {
        let fastest = ("fastest", "Least time on task first");
        if self.is_of_many() {
            [("newest", "Newest HITs first"), ("oldest", "Oldest HITs first"), fastest]
        } else {
            [("newest", "Newest first"), ("oldest", "Oldest first"), fastest]
        }
    }
}

/// `GET /requester/{kind}/{id}/answers`, where the kind is `hits`, `types` or `batches`.
pub async fn show(
    desk: Desk,
    session: Session,
    Scoped(scope): Scoped,
    Asked(query): Asked<Query>,
) -> Page {
    let page = read(&desk, &session, &scope, &query, DecisionForm::default()).await?;
    Ok(answer_with(StatusCode::OK, page).await?)
}

/// Reads the page, with what was typed into its form before.
async fn read(
    desk: &Desk,
    session: &Session,
    scope: &Scope,
    query: &Query,
    form: DecisionForm,
) -> Result<AnswersPage, Fault> {
    let head = Head::read(desk, session).await?;
    let since = live::since(desk).await?;
    let requester = session.requester.clone();
    let subject = desk
        .engine
        .read(requester, scope.clone(), |turn, scope| Box::pin(review::subject(turn, scope)))
        .await?;
    let table = table::read(desk, session, scope, query, head.now).await?;
    let is_small = subject.count.is_some_and(|count| (1..=MEASURED_AT_ONCE).contains(&count));
    let measured = if is_small || !query.measures.is_empty() {
        let of = (scope, query.measured_from());
        let Session { requester, .. } = session;
        Some(measures::read(&desk.engine, requester, of, AT_ONCE, |_| ()).await?)
    } else {
        None
    };
    Ok(AnswersPage {
        nonce: bonus::nonce(head.now),
        head,
        scope: scope.clone(),
        here: address_of(scope),
        subject,
        problems: query.problems(),
        query: query.clone(),
        table,
        since,
        measured,
        form,
        refused: Vec::new(),
        beside: HashMap::new(),
        chosen: HashSet::new(),
    })
}

/// `POST /requester/{kind}/{id}/answers`: does what the form says, one assignment after the other,
/// and goes back to the page. What is about all pages is asked first. If something was refused, the
/// page itself is the answer, and says so beside each row.
pub async fn decide(
    desk: Desk,
    session: Session,
    Scoped(scope): Scoped,
    Asked(query): Asked<Query>,
    form: Form,
) -> Page {
    let outcome = match every::wanted(&form) {
        None => decision::run(&desk, &session, &form).await?,
        Some(of) => match every::run(&desk, &session, (&scope, &query), of, &form).await? {
            Step::Ask(page) => return Ok(page),
            Step::Done(outcome) => outcome,
        },
    };
    let is_incomplete = matches!(outcome, Outcome::Incomplete(_));
    let (status, refused) = match outcome {
        Outcome::Done { decision, count } => {
            let address = query.address(true);
            let done = decision.as_str();
            return Ok(go(&format!("{}?done={done}&count={count}{address}", address_of(&scope))));
        }
        Outcome::Incomplete(refused) => (StatusCode::BAD_REQUEST, refused),
        Outcome::Refused(refused) => (StatusCode::CONFLICT, refused),
    };
    let query = Query { done: String::new(), ..query };
    let mut page = read(&desk, &session, &scope, &query, DecisionForm::of(&form)).await?;
    page.chosen = decision::chosen(&form).into_iter().map(|(id, _)| id.to_owned()).collect();
    let of_rows = refused.iter().filter(|refused| !refused.id.is_empty());
    page.beside = of_rows.map(|refused| (refused.id.clone(), refused.why.clone())).collect();
    page.refused = refused;
    if !is_incomplete {
        // What was paid with this form is not paid again with it.
        form.get("nonce").clone_into(&mut page.nonce);
    }
    Ok(answer_with(status, page).await?)
}

/// Long pages are put together beside the threads that answer.
async fn answer_with(status: StatusCode, page: AnswersPage) -> Result<Response, Fault> {
    let is_long = page.table.bytes() > LONG || page.measured.is_some();
    let page = if is_long { compute(move || render(&page)).await?? } else { render(&page)? };
    Ok((status, html(page)).into_response())
}
