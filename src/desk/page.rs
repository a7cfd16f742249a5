//! What is shown instead of a page that failed.

use askama::Template;
use axum::http::StatusCode;
use axum::http::header::{ALLOW, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::fault::{Fault, Kind};
use crate::web::page::{html, render};

/// What a page's handler answers.
pub type Page = Result<Response, Failed>;

/// Why there is no page.
#[derive(Debug)]
pub struct Failed(Fault);

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        if let Some(refusal) = self.0.refusal() {
            return message(status(refusal.code.kind()), &refusal.text());
        }
        tracing::error!(fault = %self.0, "a page of the desk failed");
        let why = "The market's store failed; the log of the server says why.";
        message(StatusCode::INTERNAL_SERVER_ERROR, why)
    }
}

/// The status of the page that tells of a refusal.
pub const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Missing | Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Value | Kind::Unreadable | Kind::NoForm | Kind::TooLong => StatusCode::BAD_REQUEST,
        Kind::State | Kind::Worker | Kind::Qualification | Kind::Conflict | Kind::Stopping => {
            StatusCode::CONFLICT
        }
    }
}

/// A page in place of a bare refusal of what an address or a form holds, before any page read it.
pub async fn in_words(response: Response) -> Response {
    let kind = response.headers().get(CONTENT_TYPE);
    let is_bare = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    let why = match response.status() {
        StatusCode::BAD_REQUEST => "The address or the form holds a value that no page can read.",
        StatusCode::METHOD_NOT_ALLOWED => "This is the address of a form, not of a page.",
        StatusCode::PAYLOAD_TOO_LARGE => "The form is too long.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "What was sent is no form.",
        _ => return response,
    };
    if !is_bare {
        return response;
    }
    let mut page = message(response.status(), why);
    if let Some(allowed) = response.headers().get(ALLOW) {
        page.headers_mut().insert(ALLOW, allowed.clone());
    }
    page
}

#[derive(Template)]
#[template(path = "desk_failure.html")]
struct FailurePage<'a> {
    title: &'static str,
    message: &'a str,
}

/// Any other address of the desk.
pub async fn no_such_page() -> Response {
    message(StatusCode::NOT_FOUND, "There is no such page.")
}

/// A page with one sentence.
pub fn message(status: StatusCode, message: &str) -> Response {
    let title = match status {
        StatusCode::NOT_FOUND => "You have no such thing",
        StatusCode::FORBIDDEN => "That was not done",
        _ => "This page cannot be shown",
    };
    match render(&FailurePage { title, message }) {
        Ok(page) => (status, html(page)).into_response(),
        Err(_) => (status, message.to_owned()).into_response(),
    }
}
