//! One HIT: what it is, what happened to it, and what can be changed.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::desk::call::call;
use crate::desk::change::Change;
use crate::desk::fields::UNITS;
use crate::desk::forms::{Change as _, Notice, Refused};
use crate::desk::head::Head;
use crate::desk::live;
use crate::desk::page::{Page, message};
use crate::desk::parts::{EventList, PlacesBar, StatusTag};
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::fault::Fault;
use crate::rules::frame_address::Shown;
use crate::rules::question::Question;
use crate::shapes::hit::HitStatus;
use crate::views::desk::hit::{self, HitView};
use crate::views::show;
use crate::web::form::Form;
use crate::web::origin::Origin;
use crate::web::page::{go, html, render};
use crate::web::question::{self, blank_form, posted_form};
use crate::web::strip;

/// So many parameters of a review policy are shown.
const PARAMETERS: usize = 100;

/// What was done before the browser came here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HitQuery {
    done: String,
}

#[derive(Template)]
#[template(path = "desk_hit.html")]
struct HitPage {
    head: Head,
    view: HitView,
    /// The question as HTML, or why there is none.
    question: Result<String, String>,
    notice: Notice,
    /// The number of the last event before the HIT was read.
    since: String,
}

impl HitPage {
    /// The stream that keeps the page up to date.
    fn stream(&self) -> String {
        let id = &self.view.hit.id;
        live::address(&[("hits", id), ("events", id), ("since", &self.since)])
    }

    fn is_deleted(&self) -> bool {
        self.view.hit.status == HitStatus::Disposed
    }
}

/// `GET /requester/hits/{id}`.
pub async fn show(
    desk: Desk,
    session: Session,
    origin: Origin,
    Path(hit_id): Path<String>,
    Query(query): Query<HitQuery>,
) -> Page {
    let notice = Notice::done(Change::parse(&query.done).map(Change::done));
    Ok(html(page(&desk, &session, &origin, hit_id, notice).await?).into_response())
}

async fn page(
    desk: &Desk,
    session: &Session,
    origin: &Origin,
    hit_id: String,
    notice: Notice,
) -> Result<String, Fault> {
    let since = live::since(desk).await?;
    let view = read(desk, session, hit_id).await?;
    let head = Head::read(desk, session).await?;
    let question = match shown(desk, origin, &view).await {
        Err(fault) => Err(fault.refusal().ok_or(fault.clone())?.text()),
        Ok(question) => Ok(question),
    };
    render(&HitPage { head, view, question, notice, since })
}

async fn read(desk: &Desk, session: &Session, hit_id: String) -> Result<HitView, Fault> {
    let requester = session.requester.clone();
    desk.engine.read(requester, hit_id, |turn, hit_id| Box::pin(hit::hit(turn, hit_id))).await
}

/// The question as a worker previews it, with the strip below.
async fn shown(desk: &Desk, origin: &Origin, view: &HitView) -> Result<String, Fault> {
    let (hit, question) = (&view.hit, question::read(&view.hit)?);
    let requester_id = hit.requester_id.clone();
    // Whoever owns the HIT sees it, whatever workers must have to preview it.
    let owned = Shown::Owned { hit_id: hit.id.clone(), requester_id };
    let frame = desk.frame(origin, &question, &hit.requester_id, owned).await?;
    let has_origin = frame.as_ref().is_some_and(|frame| frame.has_origin);
    let html = match (&question, frame) {
        (Question::Form(form), _) => posted_form(&blank_form(form, false), "")?,
        (_, Some(frame)) => frame.html()?,
        (_, None) => String::new(),
    };
    Ok(html + &strip::folded(question, hit.question.len(), has_origin).await?)
}

/// `POST /requester/hits/{id}/{change}`: what a form of the page asks for, done by an operation of
/// the API.
pub async fn change(
    desk: Desk,
    session: Session,
    origin: Origin,
    Path((hit_id, change)): Path<(String, String)>,
    form: Form,
) -> Page {
    let Some(change) = Change::parse(&change) else {
        return Ok(message(StatusCode::NOT_FOUND, "There is no such form."));
    };
    let view = read(&desk, &session, hit_id.clone()).await?;
    let done = match change.request(&view.hit, &form, view.now) {
        Ok((name, body)) => call(&desk, &session, name, body).await.map(drop),
        Err(fault) => Err(fault),
    };
    let fault = match done {
        Ok(()) => return Ok(go(&format!("/requester/hits/{hit_id}?done={}", change.as_str()))),
        Err(fault) => fault,
    };
    let (status, refused) = Refused::of(change, fault, form)?;
    let page = page(&desk, &session, &origin, hit_id, refused.into()).await?;
    Ok((status, html(page)).into_response())
}
