//! The answers of pages that refuse.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use serde_json::json;

use crate::fault::{Code, Fault};
use crate::rules::text::{self, BadAddress};
use crate::site::address::is_external_submit;
use crate::site::explanation::{Explanation, explain};
use crate::site::frame;
use crate::site::page::{PageFault, html};
use crate::site::state::SiteState;
use crate::site::visit::Visit;
use crate::views::bar::Bar;
use crate::views::show;

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage {
    bar: Bar,
    explanation: Explanation,
}

/// Answers a visit: with the page, or with its refusal as a page or in JSON.
pub async fn answer(visit: Arc<Visit>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    if let Some(PageFault(fault)) = response.extensions_mut().remove() {
        response = refuse(&visit, fault).await;
    }
    visit.keep_choice(&mut response);
    response
}

/// The refusal of a page.
async fn refuse(visit: &Visit, fault: Fault) -> Response {
    // No page of the site is for the HTML of a HIT to read.
    if visit.site.frames.is_frame_host(visit.origin.host()) {
        return frame::refused("This page cannot be shown", fault);
    }
    let came_from = visit.came_from.as_deref();
    let (fault, mut bar) = with_bar(visit, fault).await;
    let code = fault.code();
    let mut explanation = explain(fault, came_from);
    if code == Some(Code::DoesNotMeetRequirements)
        && let Some(page) = hits_page(visit)
    {
        explanation.link = Some((page, "See its requirements"));
    }
    let (status, error) = (explanation.status, Extension(explanation.error()));
    if visit.json {
        return (status, error, Json(json!({"message": explanation.text()}))).into_response();
    }
    // Nobody comes back to where something was sent, but to the page from which it was.
    let here = came_from.filter(|_| !visit.method.is_safe()).unwrap_or(&visit.here);
    if let Some((to, _)) = explanation.link.as_mut().filter(|(to, _)| to == "/workers") {
        let choosing = here.starts_with("/workers");
        *to = if choosing { here.to_owned() } else { format!("{to}?next={}", show::path(here)) };
    }
    here.clone_into(&mut bar.here);
    (status, error, html(&RefusalPage { bar, explanation })).into_response()
}

/// What is refused, and the bar above it. A market that failed is not read again: it may take as
/// long to fail once more. If it fails now, that is what the page shows.
async fn with_bar(visit: &Visit, fault: Fault) -> (Fault, Bar) {
    if fault.refusal().is_none() || visit.json {
        return (fault, Bar::default());
    }
    match visit.bar().await {
        Ok(bar) => (fault, bar),
        Err(failed) => (failed, Bar::default()),
    }
}

/// The preview of the HIT, or of the group, that was requested.
fn hits_page(visit: &Visit) -> Option<String> {
    let path = visit.here.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    match *parts {
        ["", "projects", group, "tasks", hit_id, "accept"] => {
            Some(format!("/projects/{group}/tasks?hit_id={hit_id}"))
        }
        ["", "projects", group, "tasks", _] => Some(format!("/projects/{group}/tasks")),
        ["", "mturk", _] => Some(format!("/projects/{}/tasks", visit.group().ok()?)),
        _ => None,
    }
}

/// Refuses an address with characters that no text holds, before a page reads it. Work that comes
/// in the query is not refused for one of them.
pub async fn check_address(
    State(site): State<SiteState>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    let query = request.uri().query().filter(|_| !is_external_submit(path)).unwrap_or_default();
    let fault = match text::check_address(path, query) {
        Ok(()) => return next.run(request).await,
        Err(BadAddress::Path) => Fault::not_found("There is no such page."),
        Err(BadAddress::Query) => {
            Fault::unreadable("The address holds characters that no text holds.")
        }
    };
    if path.starts_with("/mturk/frame/") {
        return frame::refused("This page cannot be shown", fault);
    }
    let Ok(visit) = Arc::<Visit>::from_request_parts(&mut request.into_parts().0, &site).await;
    refuse(&visit, fault).await
}

/// The answer on a path that does not exist.
pub async fn no_such_page(visit: Arc<Visit>) -> Response {
    refuse(&visit, Fault::not_found("There is no such page.")).await
}
