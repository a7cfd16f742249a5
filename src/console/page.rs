//! Pages as answers, and what is shown instead of one that failed.

#![expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::console::state::Console;
use crate::fault::{Fault, Kind};
use crate::time::Instant;
use crate::views::show;

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
}

impl Head {
    /// Reads it.
    pub async fn read(console: &Console) -> Result<Self, Fault> {
        let reading = console.engine.clock().await?;
        let has_token = console.token.is_some();
        let (now, clock) = (reading.now, reading.clock.mode());
        Ok(Self { now, clock, has_token, has_site: console.has_site })
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

/// A template as text.
pub fn render(template: &impl Template) -> Result<String, Fault> {
    template.render().map_err(|error| Fault::Service(error.to_string()))
}

/// Text as a page.
pub fn html(text: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text)
}

/// A template as an answer.
pub fn answer(template: &impl Template) -> Page {
    Ok(html(render(template)?).into_response())
}

/// Sends the browser on; what was posted is not posted again.
pub fn go(to: &str) -> Response {
    let to = to.replace(|c: char| c.is_control() || !c.is_ascii(), "");
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// How long something took: `850 µs`, `1.2 ms`, `3.4 s`.
pub fn duration(us: &u64) -> String {
    match us / 1000 {
        0 => format!("{us} µs"),
        ms @ 1..10 => format!("{ms}.{} ms", us / 100 % 10),
        ms @ 10..1000 => format!("{ms} ms"),
        ms => format!("{}.{} s", ms / 1000, ms / 100 % 10),
    }
}

/// A number of bytes: `512 bytes`, `1.5 KiB`, `16 MiB`.
pub fn size(bytes: &i64) -> String {
    match bytes / 1024 {
        0 => format!("{bytes} bytes"),
        kib @ 1..10 => format!("{kib}.{} KiB", bytes % 1024 * 10 / 1024),
        kib @ 10..1024 => format!("{kib} KiB"),
        kib => format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024),
    }
}

/// The mark of a clock that is not real, behind its time.
pub fn clock_mark(mode: &str) -> String {
    match show::clock(mode) {
        "" => String::new(),
        mark => format!(" · {mark}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, size};

    #[test]
    fn sizes_have_the_unit_that_fits() {
        for (bytes, shown) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1536, "1.5 KiB"),
            (10_240, "10 KiB"),
            (1_048_575, "1023 KiB"),
            (1_572_864, "1.5 MiB"),
        ] {
            assert_eq!(size(&bytes), shown);
        }
    }

    #[test]
    fn durations_have_the_unit_that_fits() {
        for (us, shown) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (1000, "1.0 ms"),
            (9999, "9.9 ms"),
            (10_000, "10 ms"),
            (999_999, "999 ms"),
            (3_450_000, "3.4 s"),
        ] {
            assert_eq!(duration(&us), shown);
        }
    }
}
