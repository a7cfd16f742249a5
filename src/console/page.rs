//! Pages as answers, and what is shown instead of one that failed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::console::state::Console;
use crate::fault::{Fault, Kind};
use crate::time::Instant;

pub use crate::web::page::{answer, clock_mark, duration, go, html, render, size};

/// What a page's handler answers.
pub type Page = Result<Response, Failed>;

/// What stands above every page.
#[derive(Debug)]
pub struct Head {
    /// The market's time.
    pub now: Instant,
    /// `real`, `offset` or `frozen`.
    pub clock: &'static str,
    /// Whether there is something to sign out of.
    pub has_token: bool,
    /// Whether the worker's site is at the same address.
    pub has_site: bool,
    /// What each form carries, in a field named `csrf`.
    pub form_token: String,
}

impl Head {
    /// Reads it.
    pub async fn read(console: &Console, form_token: String) -> Result<Self, Fault> {
        let reading = console.engine.clock().await?;
        let has_token = console.token.is_some();
        let (now, clock) = (reading.now, reading.clock.mode());
        Ok(Self { now, clock, has_token, has_site: console.has_site, form_token })
    }
}

/// Why there is no page.
#[derive(Debug)]
pub struct Failed(Fault);

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

#[derive(Template)]
#[template(path = "console_failure.html")]
struct FailurePage<'a> {
    title: &'static str,
    message: &'a str,
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        if let Some(refusal) = self.0.refusal() {
            let status = match refusal.code.kind() {
                Kind::Missing | Kind::NotFound => StatusCode::NOT_FOUND,
                Kind::Unreadable => StatusCode::BAD_REQUEST,
                _ => StatusCode::CONFLICT,
            };
            return message(status, &refusal.text());
        }
        tracing::error!(fault = %self.0, "a page of the console failed");
        let why = "The market's store failed; the log of the server says why.";
        message(StatusCode::INTERNAL_SERVER_ERROR, why)
    }
}

/// A page with one sentence.
pub fn message(status: StatusCode, message: &str) -> Response {
    let title = match status {
        StatusCode::NOT_FOUND => "The console has no such page",
        _ => "The console cannot show this page",
    };
    match render(&FailurePage { title, message }) {
        Ok(page) => (status, html(page)).into_response(),
        Err(_) => (status, message.to_owned()).into_response(),
    }
}
