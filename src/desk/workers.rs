//! Who worked for the requester, and what can be done about one worker.

mod change;
mod file;
mod upload;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::desk::head::Head;
use crate::desk::page::{Page, message, status};
use crate::desk::review::decision;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::desk::workers::change::Change;
use crate::fault::Fault;
use crate::ids;
use crate::rules::limits::{MESSAGE_TEXT, SUBJECT};
use crate::rules::worker::well_formed;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::hit::HitStatus;
use crate::views::desk::workers::{self, MOST_SORTED, Sort, WorkerList, WorkerView, WorkersQuery};
use crate::views::show;
use crate::web::form::Form;
use crate::web::page::{self, go, html, render};

pub use change::score;
pub use file::download;
pub use upload::{MAX_FORM, ask as ask_upload, upload};

/// The longest beginning of an id that is searched for, in bytes.
const MAX_PREFIX: usize = 64;

/// What the address of the list says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    search: String,
    sort: String,
    after: String,
}

impl ListQuery {
    fn query(&self) -> WorkersQuery {
        let after = self.after.split_once('.');
        WorkersQuery {
            prefix: self.prefix(),
            sort: Sort::parse(&self.sort).unwrap_or_default(),
            after: after.and_then(|(number, id)| Some((number.parse().ok()?, id.to_owned()))),
        }
    }

    /// What the ids begin with: capital letters and digits.
    fn prefix(&self) -> String {
        let text = self.search.trim().to_ascii_uppercase();
        text.chars().filter(char::is_ascii_graphic).take(MAX_PREFIX).collect()
    }

    fn is_whole_id(&self) -> bool {
        well_formed(&self.prefix())
    }

    /// It as part of an address, without the place of the page.
    fn address(&self) -> String {
        let fields = [("search", self.prefix()), ("sort", self.sort.clone())];
        let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs = filled.map(|(name, value)| format!("&{name}={}", show::path(&value)));
        pairs.collect::<Vec<_>>().concat()
    }
}

#[derive(Template)]
#[template(path = "desk_workers.html")]
struct ListPage<'a> {
    head: Head,
    query: &'a ListQuery,
    list: WorkerList,
}

impl ListPage<'_> {
    fn next(&self) -> Option<String> {
        self.list.next.as_ref().map(|(number, id)| format!("{number}.{id}"))
    }
}

/// `GET /requester/workers`.
pub async fn list(desk: Desk, session: Session, Query(query): Query<ListQuery>) -> Page {
    let head = Head::read(&desk, &session).await?;
    let list = desk.engine.read(session.requester, query.query(), |turn, query| {
        Box::pin(workers::workers(turn, query))
    });
    let list = list.await?;
    page::answer(&ListPage { head, query: &query, list })
}

/// What the address of a worker's page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WorkerQuery {
    done: String,
    after: String,
}

impl WorkerQuery {
    fn before(&self) -> Option<(i64, i64)> {
        let (position, hit_key) = self.after.split_once('.')?;
        Some((position.parse().ok()?, hit_key.parse().ok()?))
    }
}

/// What a form led to, if the page answers it.
struct Refused {
    change: Change,
    message: String,
    advice: &'static str,
}

#[derive(Template)]
#[template(path = "desk_worker.html")]
struct WorkerPage<'a> {
    head: Head,
    view: WorkerView,
    is_first: bool,
    done: Option<&'static str>,
    refused: Option<Refused>,
    form: &'a Form,
    /// Makes the bonus of this page different from that of another, and equal to that of the same
    /// page sent again.
    nonce: String,
}

impl WorkerPage<'_> {
    fn is_refused(&self, change: &str) -> bool {
        self.refused.as_ref().is_some_and(|refused| refused.change.as_str() == change)
    }

    /// What was typed into the form that was refused.
    fn typed(&self, change: &str, field: &str) -> &str {
        if self.is_refused(change) { self.form.get(field) } else { "" }
    }

    fn has_answers(status: HitStatus) -> bool {
        status != HitStatus::Disposed
    }
}

/// `GET /requester/workers/{id}`.
pub async fn show(
    desk: Desk,
    session: Session,
    Path(id): Path<String>,
    Query(query): Query<WorkerQuery>,
) -> Page {
    if !well_formed(&id) {
        return Ok(no_worker());
    }
    let done = Change::parse(&query.done).map(Change::done);
    let form = Form::default();
    let page = read(&desk, &session, (id, query.before()), (done, None), &form).await?;
    Ok(html(render(&page)?).into_response())
}

fn no_worker() -> axum::response::Response {
    let why = "A worker id is the letter A followed by capital letters and digits.";
    message(StatusCode::NOT_FOUND, why)
}

async fn read<'f>(
    desk: &Desk,
    session: &Session,
    (id, before): (String, Option<(i64, i64)>),
    (done, refused): (Option<&'static str>, Option<Refused>),
    form: &'f Form,
) -> Result<WorkerPage<'f>, Fault> {
    let head = Head::read(desk, session).await?;
    let view = desk.engine.read(session.requester.clone(), (id, before), |turn, (id, before)| {
        Box::pin(workers::worker(turn, id, *before))
    });
    let view = view.await?;
    let number = ids::random().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let nonce = decision::nonce(head.now, number);
    Ok(WorkerPage { head, view, is_first: before.is_none(), done, refused, form, nonce })
}

/// `POST /requester/workers/{id}/{change}`: what a form of the page asks for, done by an operation
/// of the API.
pub async fn change(
    desk: Desk,
    session: Session,
    Path((id, change)): Path<(String, String)>,
    form: Form,
) -> Page {
    let Some(change) = Change::parse(&change) else {
        return Ok(message(StatusCode::NOT_FOUND, "There is no such form."));
    };
    if !well_formed(&id) {
        return Ok(no_worker());
    }
    let Err(fault) = change.run(&desk, &session, &id, &form).await else {
        return Ok(go(&format!("/requester/workers/{id}?done={}", change.as_str())));
    };
    let Some(refusal) = fault.refusal() else { return Err(fault.into()) };
    let advice = change.advice(refusal.code);
    let refused = Refused { change, message: refusal.text(), advice };
    let mut page = read(&desk, &session, (id, None), (None, Some(refused)), &form).await?;
    if change == Change::Bonus && decision::is_fresh(form.get("nonce"), page.head.now) {
        // What was paid with this form is not paid again with it.
        form.get("nonce").clone_into(&mut page.nonce);
    }
    Ok((status(refusal.code.kind()), html(render(&page)?)).into_response())
}
