//! Who worked for the requester, and what can be done about one worker.

mod change;
mod file;
mod upload;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::desk::bonus;
use crate::desk::fields::worker_id;
use crate::desk::forms::{Change as _, Notice, Refused};
use crate::desk::head::Head;
use crate::desk::page::{Page, message};
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::desk::workers::change::Change;
use crate::fault::{Fault, Refusal};
use crate::rules::limits::{MESSAGE_TEXT, SUBJECT};
use crate::rules::worker::well_formed;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::hit::HitStatus;
use crate::views::desk::workers::{
    self, MOST_SORTED, Sort, TYPES, WorkerList, WorkerQuery, WorkerView, WorkersQuery,
};
use crate::views::show;
use crate::web::form::Form;
use crate::web::page::{self, go, html, render};

pub use file::download;
pub use upload::{ask as ask_upload, upload};

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
pub struct OneQuery {
    done: String,
    after: String,
    /// The id of the qualification type behind which the qualifications are.
    qualifications: String,
}

impl OneQuery {
    fn before(&self) -> Option<(i64, i64)> {
        let (position, hit_key) = self.after.split_once('.')?;
        Some((position.parse().ok()?, hit_key.parse().ok()?))
    }

    fn query(&self, id: String) -> WorkerQuery {
        let (before, qualifications_after) = (self.before(), self.qualifications.clone());
        WorkerQuery { id, before, qualifications_after }
    }
}

#[derive(Template)]
#[template(path = "desk_worker.html")]
struct WorkerPage {
    head: Head,
    view: WorkerView,
    is_first: bool,
    notice: Notice,
    /// Makes the bonus of this page different from that of another, and equal to that of the same
    /// page sent again.
    nonce: String,
}

impl WorkerPage {
    fn has_answers(status: HitStatus) -> bool {
        status != HitStatus::Disposed
    }
}

/// `GET /requester/workers/{id}`.
pub async fn show(
    desk: Desk,
    session: Session,
    Path(id): Path<String>,
    Query(query): Query<OneQuery>,
) -> Page {
    if let Err(fault) = worker_id(&id) {
        return Ok(no_worker(&fault));
    }
    let notice = Notice::done(Change::parse(&query.done).map(Change::done));
    page::answer(&read(&desk, &session, query.query(id), notice).await?)
}

fn no_worker(fault: &Fault) -> Response {
    message(StatusCode::NOT_FOUND, &fault.refusal().map(Refusal::text).unwrap_or_default())
}

async fn read(
    desk: &Desk,
    session: &Session,
    query: WorkerQuery,
    notice: Notice,
) -> Result<WorkerPage, Fault> {
    let head = Head::read(desk, session).await?;
    let is_first = query.before.is_none();
    let view = desk.engine.read(session.requester.clone(), query, |turn, query| {
        Box::pin(workers::worker(turn, query))
    });
    let view = view.await?;
    let nonce = bonus::nonce(head.now);
    Ok(WorkerPage { head, view, is_first, notice, nonce })
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
    if let Err(fault) = worker_id(&id) {
        return Ok(no_worker(&fault));
    }
    let Err(fault) = change.run(&desk, &session, &id, &form).await else {
        return Ok(go(&format!("/requester/workers/{id}?done={}", change.as_str())));
    };
    let nonce = form.get("nonce").to_owned();
    let is_fresh = bonus::is_fresh(&form, desk.engine.clock().await?.now);
    let (status, refused) = Refused::of(change, fault, form)?;
    let query = WorkerQuery { id, ..WorkerQuery::default() };
    let mut page = read(&desk, &session, query, refused.into()).await?;
    if change == Change::Bonus && is_fresh {
        // What was paid with this form is not paid again with it.
        page.nonce = nonce;
    }
    Ok((status, html(render(&page)?)).into_response())
}
