//! The console: a page on which people see the latest calls, and move the clock, add faults and
//! keep snapshots. What it changes it asks of the control API, so both refuse with the same words.

mod calls;
mod command;
mod forms;
mod live;
mod overview;
mod page;
mod session;
mod snippet;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use crate::console::session::Attempts;
use crate::engine::Engine;
use crate::journal::Journal;
use crate::rules::admin_token::AdminToken;

/// Where the console is.
const ROOT: &str = "/requester/console";
/// So many pages are kept up to date at a time.
pub const MAX_STREAMS: usize = 16;

/// What the pages share.
#[derive(Debug, Clone)]
pub struct Console {
    /// Takes the turns that read.
    pub engine: Arc<Engine>,
    /// The latest calls, if they are written down.
    pub journal: Option<Arc<Journal>>,
    /// What a browser must show to be let in; none if everybody may.
    pub token: Option<AdminToken>,
    /// What the server's addresses begin with, if not with the caller's `Host`.
    pub public_origin: Option<String>,
    /// The control API, which does what the forms ask for.
    pub control: Router,
    streams: Arc<Semaphore>,
    attempts: Arc<Attempts>,
}

impl Console {
    /// The console of a market; `control` has the routes of the control API.
    #[must_use]
    pub fn new(
        engine: Arc<Engine>,
        journal: Option<Arc<Journal>>,
        (token, public_origin): (Option<AdminToken>, Option<String>),
        control: Router,
    ) -> Self {
        let streams = Arc::new(Semaphore::new(MAX_STREAMS));
        let attempts = Arc::default();
        Self { engine, journal, token, public_origin, control, streams, attempts }
    }
}

impl FromRequestParts<Console> for Console {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, console: &Self) -> Result<Self, Infallible> {
        Ok(console.clone())
    }
}

/// The pages, below `/requester/console`.
pub fn router(console: Console) -> Router {
    Router::new()
        .route("/requester/console", get(overview::show))
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
