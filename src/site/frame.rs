//! What a frame shows and comes from this server: HTML that came with a HIT, and answers to
//! what a page in a frame posted or requested.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::fault::Fault;
use crate::rules::frame_address::{FrameAddress, Shown};
use crate::rules::hit::Phase;
use crate::rules::question::Question;
use crate::site::explanation::{Explanation, explain};
use crate::site::page::html;
use crate::site::state::SiteState;
use crate::store::acceptances;
use crate::store::hits::{self, Hit};
use crate::store::requesters::Requester;
use crate::turn::Turn;
use crate::views::guard::{Action, standings};
use crate::views::task;
use crate::web::frames;
use crate::web::origin::Origin;
use crate::web::question::{Document, Lines, read};

/// `GET /mturk/frame/{address}`: the HTML of a HIT.
pub async fn show(
    Path(address): Path<String>,
    State(site): State<SiteState>,
    origin: Origin,
) -> Response {
    let page = page(&site, &address, &origin).await;
    page.unwrap_or_else(|fault| refused("This page cannot be shown", fault))
}

async fn page(site: &SiteState, address: &str, at: &Origin) -> Result<Response, Fault> {
    let key = site.engine.page_key().await?;
    let FrameAddress { shown, own } = frames::read(&key, &site.frames, address, at.host())?;
    // Its requester reads what goes wrong in it.
    let reports = site.is_open || matches!(shown, Shown::Owned { .. });
    let hit =
        site.engine.read(Requester::default(), shown, |turn, shown| Box::pin(visible(turn, shown)));
    let hit = hit.await?;
    let Question::Html(question) = read(&hit)? else {
        return Err(Fault::not_found("This HIT has no HTML of its own."));
    };
    let submit_to = match &own {
        Some(own) => &own.origin,
        None => site.options.public_url.as_deref().unwrap_or(at.as_str()),
    };
    let reports = reports.then_some(Lines::Known(0));
    Document { html: &question.content, submit_to, own: own.as_ref(), reports }.answer()
}

/// The HIT, if it may still be shown: its assignment is in hand, the worker may preview it, or it
/// is the requester's own. Assumed: a block keeps a worker from new HITs, not from those in hand.
async fn visible(turn: &mut Turn, shown: &Shown) -> Result<Hit, Fault> {
    match shown {
        Shown::Work { assignment_id } => {
            let work = task::work(turn, assignment_id).await?;
            let is_open = work.is_open();
            is_open.then_some(work.hit).ok_or_else(|| {
                Fault::not_found(format!("Assignment {assignment_id} is no longer in hand."))
            })
        }
        Shown::Preview { hit_id, worker_id } => {
            let none = || Fault::hit_does_not_exist(hit_id);
            let hit = hits::find(&mut turn.tx, hit_id).await?.ok_or_else(none)?;
            let may = may_preview(turn, &hit, worker_id.as_deref()).await?;
            may.then_some(hit).ok_or_else(none)
        }
        Shown::Owned { hit_id, requester_id } => {
            hits::owned(&mut turn.tx, requester_id, hit_id).await
        }
        Shown::Draft { .. } => Err(Fault::not_found("This is the address of an upload.")),
    }
}

/// Whether a worker, or somebody who is none, may see a HIT before it is accepted.
async fn may_preview(turn: &mut Turn, hit: &Hit, worker_id: Option<&str>) -> Result<bool, Fault> {
    if hit.standing.phase == Phase::Disposed {
        return Ok(false);
    }
    let who = worker_id.unwrap_or_default();
    if acceptances::before(&mut turn.tx, hit.key, who).await?.blocked {
        return Ok(false);
    }
    let requirements = hit.hit_type.values.requirements.as_slice();
    let standings = standings(turn, worker_id, &[requirements]).await?;
    Ok(!standings.iter().flatten().any(|standing| standing.prevents(Action::Preview)))
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
