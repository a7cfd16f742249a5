//! The control API: what a test or a script may do with the market beside the Requester API.

pub mod admin;
mod clock;
mod description;
mod events;
mod files;
mod health;
mod json;
mod messages;
mod qualifications;
mod timers;
mod wait;
mod work;
mod workers;
mod worlds;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::control::admin::AdminToken;
use crate::control::json::Failure;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::worlds::reset::Beginning;

pub use json::no_such_route;

/// A world of more bytes is refused.
pub const MAX_WORLD: usize = 512 << 20;

/// What the routes share.
#[derive(Debug, Clone)]
pub struct Control {
    /// Takes the turns.
    pub engine: Arc<Engine>,
    /// Where a reset goes back to.
    pub beginning: Arc<Beginning>,
    /// What the links begin with that this server gives, if not with the caller's `Host`.
    pub public_origin: Option<String>,
    /// What requests must carry; none if everybody may use the control API.
    pub token: Option<AdminToken>,
}

impl FromRef<Control> for Arc<Engine> {
    fn from_ref(control: &Control) -> Self {
        Self::clone(&control.engine)
    }
}

/// The routes below `/_mturk`.
pub fn router(control: Control) -> Router {
    guarded(control.clone()).merge(open(control))
}

/// The routes that never ask for the admin token: whether the server is well, files that links of
/// the Requester API lead to, and the description.
pub fn open(control: Control) -> Router {
    Router::new()
        .route("/health", get(health::show))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/files/{token}", get(files::show))
        .route("/openapi.json", get(description::show))
        .fallback(json::no_such_route)
        .method_not_allowed_fallback(json::no_such_method)
        .layer(from_fn(json::check_address))
        .with_state(control)
}

fn guarded(control: Control) -> Router {
    let world = get(worlds::dump).post(worlds::load).put(worlds::replace);
    Router::new()
        .route("/world", world.layer(DefaultBodyLimit::max(MAX_WORLD)))
        .route("/reset", post(worlds::reset))
        .route("/clock", get(clock::show).post(clock::change))
        .route("/timers", get(timers::list))
        .route("/timers/retry", post(timers::retry))
        .route("/workers", get(workers::list).post(workers::add))
        .route("/workers/{id}", get(workers::show).put(workers::put))
        .route("/workers/{id}/accept", post(work::accept))
        .route("/workers/{id}/qualifications/{typeId}/request", post(qualifications::request))
        .route("/workers/{id}/qualifications/{typeId}/test", post(qualifications::test))
        .route("/assignments/{id}/submit", post(work::submit))
        .route("/assignments/{id}/return", post(work::give_back))
        .route("/hits/{id}/submissions", post(work::submission))
        .route("/messages", get(messages::list))
        .route("/events", get(events::list))
        .route("/wait", get(wait::wait))
        .method_not_allowed_fallback(json::no_such_method)
        .route_layer(from_fn_with_state(control.token.clone(), admin::check))
        .layer(from_fn(json::check_address))
        .with_state(control)
}

/// Whether a request to this path is answered when something happens in the market.
#[must_use]
pub fn is_wait(path: &str) -> bool {
    path == "/_mturk/wait"
}

/// Whether a request takes as long as it takes: it works on the whole market.
#[must_use]
pub fn may_be_long(method: &Method, path: &str) -> bool {
    match path.strip_prefix("/_mturk") {
        Some("/clock" | "/reset" | "/timers/retry") => method == Method::POST,
        Some("/world") => true,
        _ => false,
    }
}

/// The answer to a request that took too long.
#[must_use]
pub fn given_up() -> Response {
    let message =
        "The market did not answer in time. Look whether what you wanted was done.".into();
    Failure::from(Fault::Control { status: 503, code: "Timeout", message }).into_response()
}

/// The description of these routes, as OpenAPI 3.1.
#[must_use]
pub fn description() -> String {
    description::text().to_owned()
}
