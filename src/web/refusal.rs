//! Refusals: what happened, and what can be done about it.

use std::mem;

use askama::Template;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::json;

use crate::fault::{ErrorView, Fault, in_one};
use crate::rules::text::{self, BadAddress};
use crate::views::bar::Bar;
use crate::web::Web;
use crate::web::external_submit::is_external_submit;
use crate::web::frame::{Framed, framed};
use crate::web::page::html;
use crate::web::preview::group_of;
use crate::web::show;
use crate::web::visit::Visit;

#[derive(Template)]
#[template(path = "refusal.html")]
struct Refused<'a> {
    bar: Bar,
    here: &'a str,
    said: Said,
}

/// A refusal in words.
#[derive(Debug, Clone)]
pub struct Said {
    /// The HTTP status.
    pub status: u16,
    /// What happened.
    pub message: String,
    /// Why, where that is several things.
    pub reasons: Vec<String>,
    /// What to do.
    pub advice: &'static str,
    /// Where: a page, and what its link says.
    pub link: Option<(String, &'static str)>,
    code: &'static str,
}

const HITS: Option<(&str, &str)> = Some(("/projects", "Find other HITs"));
const QUEUE: Option<(&str, &str)> = Some(("/tasks", "Go to your queue"));

/// What to tell a worker, who came from that page.
pub fn said(mut fault: Fault, came_from: Option<&str>) -> Said {
    let reasons = match &mut fault {
        Fault::Worker { reasons, .. } => mem::take(reasons),
        _ => Vec::new(),
    };
    let (status, code, message) = match fault {
        Fault::Worker { code, message, .. } => (422, code, message),
        Fault::Control { status, code, message } => (status, code, message),
        Fault::Request { code, message } if code.ends_with("DoesNotExist") => (404, code, message),
        Fault::Request { code, message } | Fault::Parameter { code, message, .. } => {
            (422, code, message)
        }
        Fault::Front { status, exception, message } => (status, exception, message),
        fault @ Fault::Unavailable(_) => {
            tracing::error!(%fault, "a page failed");
            let message = "The market's database cannot be used now.".to_owned();
            (503, "Unavailable", message)
        }
        fault @ (Fault::LostRace | Fault::Service(_)) => {
            tracing::error!(%fault, "a page failed");
            let message = "Something went wrong on this server; its log says what.".to_owned();
            (500, "ServiceFault", message)
        }
    };
    let (advice, link) = advice(code);
    let link = link.or_else(|| Some((came_from?, "Go back"))).or(HITS);
    let link = link.map(|(to, words)| (to.to_owned(), words));
    Said { status, message, reasons, advice, link, code }
}

/// What to do, and where; if nowhere in particular, then where the worker came from.
type Advice = (&'static str, Option<(&'static str, &'static str)>);

/// What to do about work that was not handed in, or about any other refusal.
fn advice(code: &str) -> Advice {
    match code {
        "NoMoreHITs" => (
            "Others have taken every place. One comes back when somebody returns the HIT or runs \
             out of time.",
            HITS,
        ),
        "HITExpired" => {
            ("Its requester set this end. Work accepted before can be handed in.", HITS)
        }
        "AssignmentAlreadyExists" => (
            "If you are still at it, it is in your queue; if you handed it in, your dashboard \
             tells what became of it.",
            QUEUE,
        ),
        "QueueFull" => ("Submit or return a HIT from your queue, then accept this one.", QUEUE),
        "NoWorker" => ("One click chooses or makes one.", Some(("/workers", "Choose a worker"))),
        "WorkerBlocked" => ("HITs of other requesters are not affected.", HITS),
        "DoesNotMeetRequirements" => (
            "The HIT's page lists each requirement, and how to get what is missing.",
            Some(("/qualifications", "See your qualifications")),
        ),
        "NotYours" => ("Switch to the worker who accepted it.", Some(("/workers", "Switch"))),
        "UnknownWorker" => (
            "This market was started with --workers known: choose one of those whom it knows.",
            Some(("/workers", "Choose a worker")),
        ),
        "NoQuestion" => ("It came with a world file so, and cannot be done on a page.", HITS),
        "Unavailable" => (
            "Try again when it is back, and look whether what you wanted was done before you do it \
             again.",
            None,
        ),
        "ServiceFault" => ("Look whether what you wanted was done before you try again.", None),
        code if code == "NotFound" || code.ends_with("DoesNotExist") => {
            ("An address or an id may be mistyped, or what it names is gone.", None)
        }
        code if code.contains("Qualification") => {
            ("The qualification's page says how you stand, and when it can be asked for.", None)
        }
        code => not_handed_in(code)
            .unwrap_or(("Nothing was changed. Put it right, and send it again.", None)),
    }
}

fn not_handed_in(code: &str) -> Option<Advice> {
    Some(match code {
        "AssignmentAbandoned" => (
            "The HIT went back to the market when its time was over. Nothing was handed in. If it \
             is still there you may accept it again.",
            HITS,
        ),
        "AssignmentReturned" => (
            "You gave this HIT back, so nothing was handed in. If it is still there you may \
             accept it again.",
            HITS,
        ),
        "AssignmentSubmitted" => (
            "The first submission counts; this one changed nothing.",
            Some(("/dashboard", "See what became of it")),
        ),
        "PreviewOnly" => ("Accept the HIT, then submit it.", HITS),
        "NoAssignmentId" => (
            "The page of the HIT posts no assignmentId. Its form must have a field of exactly that \
             name, with the value that the page finds in its own address. Nothing was handed in; \
             the HIT is still in your queue.",
            QUEUE,
        ),
        "TooLong" => (
            "Nothing was handed in. If this was your work, the HIT is still in your queue. A page \
             that collects more keeps it on a server of its own, and posts where it is.",
            QUEUE,
        ),
        "NoForm" => (
            "Nothing was handed in. If this was your work, the HIT is still in your queue. Its \
             page posts it in a way that the closed service did not read either.",
            QUEUE,
        ),
        _ => return None,
    })
}

impl Said {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What the log says of it.
    fn error(&self) -> ErrorView {
        ErrorView { code: self.code.to_owned(), message: self.in_one() }
    }

    /// What happened and why, in one text.
    pub fn in_one(&self) -> String {
        in_one(&self.message, &self.reasons)
    }
}

/// The refusal of a page.
pub async fn show(visit: &Visit, fault: Fault) -> Response {
    let came_from = visit.came_from.as_deref();
    let (fault, bar) = with_bar(visit, fault).await;
    let mut said = said(fault, came_from);
    let status = said.status();
    if let ("DoesNotMeetRequirements", Some(page)) = (said.code, hits_page(visit)) {
        said.link = Some((page, "See its requirements"));
    }
    let error = Extension(said.error());
    if visit.json {
        return (status, error, Json(json!({"message": said.in_one()}))).into_response();
    }
    // Nobody comes back to where something was sent, but to the page from which it was.
    let here = came_from.filter(|_| !visit.method.is_safe()).unwrap_or(&visit.here);
    if let Some((to, _)) = said.link.as_mut().filter(|(to, _)| to == "/workers") {
        let choosing = here.starts_with("/workers");
        *to = if choosing { here.to_owned() } else { format!("{to}?next={}", show::path(here)) };
    }
    let page = html(&Refused { bar, here, said });
    page.map_or_else(
        |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |page| (status, error, page).into_response(),
    )
}

/// What is refused, and the bar above it. A market that failed is not asked again: it may take as
/// long to fail once more. If it fails now, that is what the page says.
async fn with_bar(visit: &Visit, fault: Fault) -> (Fault, Bar) {
    let has_failed = matches!(fault, Fault::LostRace | Fault::Unavailable(_) | Fault::Service(_));
    if has_failed || visit.json {
        return (fault, Bar::default());
    }
    match visit.bar().await {
        Ok(bar) => (fault, bar),
        Err(failed) => (failed, Bar::default()),
    }
}

/// The preview of the HIT, or of the group, that was asked for.
fn hits_page(visit: &Visit) -> Option<String> {
    let path = visit.here.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    match *parts {
        ["", "projects", group, "tasks", hit_id, "accept"] => {
            Some(format!("/projects/{group}/tasks?hit_id={hit_id}"))
        }
        ["", "projects", group, "tasks", _] => Some(format!("/projects/{group}/tasks")),
        ["", "mturk", _] => Some(format!("/projects/{}/tasks", group_of(visit).ok()?)),
        _ => None,
    }
}

/// The refusal of what a page in a frame asked for or posted; it stands in that frame.
pub fn in_frame(title: &'static str, fault: Fault) -> Response {
    let said = said(fault, None);
    let (status, error) = (said.status(), Extension(said.error()));
    let page = html(&Framed { title, said: Some(said), ..Framed::default() });
    page.map_or_else(
        |_| StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        |page| (status, error, framed(page)).into_response(),
    )
}

/// Refuses an address with characters that no text holds, before a page reads it. Work that comes
/// in the query is not refused for one of them.
pub async fn check_address(State(web): State<Web>, request: Request, next: Next) -> Response {
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
        return in_frame("This page cannot be shown", fault);
    }
    let Ok(visit) = Visit::from_request_parts(&mut request.into_parts().0, &web).await;
    show(&visit, fault).await
}

/// The answer on a path that does not exist.
pub async fn no_such_page(visit: Visit) -> Response {
    show(&visit, Fault::not_found("There is no such page.")).await
}
