//! The console: a page on which people see the latest calls, and move the clock, add faults and
//! keep snapshots. What it changes it asks of the control API, so both refuse with the same words.

mod api;
mod attempts;
mod calls;
mod command;
mod form;
mod forms;
mod live;
mod overview;
mod page;
mod session;
mod snippet;
mod state;

use axum::Router;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post};

use crate::console::state::ROOT;

pub use state::{Console, MAX_STREAMS};

/// The pages, below `/requester/console`.
pub fn router(console: Console) -> Router {
    Router::new()
        .route("/requester/console", get(overview::show))
        .route("/requester/console/", get(overview::show))
        .route("/requester/console/calls", get(live::show))
        .route("/requester/console/calls/{number}", get(calls::show))
        .route("/requester/console/do/{action}", post(forms::act))
        .route("/requester/console/sign-out", post(session::sign_out))
        .route_layer(from_fn_with_state(console.clone(), session::check))
        .route("/requester/console/sign-in", get(session::ask).post(session::sign_in))
        .layer(map_response(secured))
        .with_state(console)
}

/// Pages load nothing from elsewhere, run no script of others, and stand in no frame.
async fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Whether a request takes as long as it takes: it works on the whole market.
#[must_use]
pub fn may_be_long(method: &Method, path: &str) -> bool {
    method == Method::POST && path.strip_prefix(ROOT).is_some_and(|path| path.starts_with("/do/"))
}
