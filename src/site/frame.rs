//! What a frame shows and comes from this server: HTML that came with a HIT, and answers to
//! what a page in a frame posted or requested.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::fault::Fault;
use crate::rules::frame::NOT_AVAILABLE;
use crate::rules::question::Question;
use crate::site::explanation::{Explanation, explain};
use crate::site::page::html;
use crate::site::visit::Visit;
use crate::store::hits::{self, Hit};
use crate::turn::Turn;
use crate::views::guard::{Action, standings};
use crate::views::task;
use crate::web::question::{self, read};

/// `GET /mturk/frame/{hit}`: the HTML of a HIT, without an origin.
pub async fn show(Path(hit_id): Path<String>, visit: Arc<Visit>) -> Response {
    let page = page(&visit, hit_id).await;
    page.unwrap_or_else(|fault| refused("This page cannot be shown", fault))
}

async fn page(visit: &Visit, hit_id: String) -> Result<Response, Fault> {
    let assignment_id = visit.param("assignmentId").unwrap_or(NOT_AVAILABLE).to_owned();
    let input = (hit_id, assignment_id, visit.worker_id.clone());
    let hit = visit.read(input, |turn, (hit_id, assignment_id, worker_id)| {
        Box::pin(visible(turn, hit_id, assignment_id, worker_id.as_deref()))
    });
    let hit = hit.await?;
    let Question::Html(question) = read(&hit)? else {
        return Err(Fault::not_found("This HIT has no HTML of its own."));
    };
    if visit.site.is_open {
        return question::reporting_document(&question, &visit.submit_to, Some(0));
    }
    question::document(&question, &visit.submit_to)
}

/// The HIT, if the worker has the assignment in hand, or may preview it.
async fn visible(
    turn: &mut Turn,
    hit_id: &str,
    assignment_id: &str,
    worker_id: Option<&str>,
) -> Result<Hit, Fault> {
    let none = || Fault::hit_does_not_exist(hit_id);
    if assignment_id != NOT_AVAILABLE {
        let work = task::work(turn, assignment_id).await?;
        return if work.hit.id == hit_id && work.is_open() { Ok(work.hit) } else { Err(none()) };
    }
    let hit = hits::find(&mut turn.tx, hit_id).await?.ok_or_else(none)?;
    let requirements = hit.hit_type.values.requirements.as_slice();
    let standings = standings(turn, worker_id, &[requirements]).await?;
    let kept_away = standings.iter().flatten().any(|standing| standing.prevents(Action::Preview));
    if kept_away { Err(none()) } else { Ok(hit) }
}

/// What a frame shows after a post.
#[derive(Debug, Default, Template)]
#[template(path = "framed.html")]
pub struct Framed {
    /// Heads a refusal.
    pub title: &'static str,
    /// Why nothing was submitted, or nothing is shown.
    pub explanation: Option<Explanation>,
    /// What was submitted.
    pub assignment_id: String,
    /// The fields, as JSON, when the page around the frame is to submit them.
    pub fields: Option<String>,
}

impl Framed {
    /// The answer, which may be shown in any frame, and does nothing but notify the page around it.
    pub fn answer(&self) -> Response {
        in_any_frame(html(self).into_response())
    }
}

/// A page that may be shown in any frame, and loads nothing from elsewhere.
pub fn in_any_frame(mut page: Response) -> Response {
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; \
        base-uri 'none'; form-action 'none'";
    let headers = page.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    page
}

/// The refusal of what a page in a frame requested or posted.
pub fn refused(title: &'static str, fault: Fault) -> Response {
    explained(title, explain(fault, None))
}

/// The same with an explanation of its own.
pub fn explained(title: &'static str, explanation: Explanation) -> Response {
    let (status, error) = (explanation.status, Extension(explanation.error()));
    let page = Framed { title, explanation: Some(explanation), ..Framed::default() };
    (status, error, page.answer()).into_response()
}
