//! The control API: what a test or a script may do with the market beside the Requester API.

pub mod admin;
mod batches;
mod clock;
mod description;
mod events;
mod faults;
mod files;
mod health;
mod json;
mod metrics;
mod payments;
mod qualifications;
mod requests;
mod robots;
mod snapshots;
mod wait;
mod webhooks;
mod work;
mod workers;
mod worlds;

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::control::admin::AdminToken;
use crate::control::json::Failure;
use crate::engine::Engine;
use crate::journal::Journal;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::worlds::reset::Beginning;

pub use description::text as description;
pub use json::{MAX_TABLE, MAX_WORLD, no_such_route};

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
    /// Where the server speaks HTTPS, if it does.
    pub https_url: Option<String>,
    /// The latest calls of the Requester API, if they are written down.
    pub journal: Option<Arc<Journal>>,
    /// What sends requests to other hosts.
    pub outbound: Outbound,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

impl FromRequestParts<Control> for Control {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, control: &Self) -> Result<Self, Infallible> {
        Ok(control.clone())
    }
}

impl FromRequestParts<Control> for Arc<Engine> {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, control: &Control) -> Result<Self, Infallible> {
        Ok(Self::clone(&control.engine))
    }
}

/// All routes: `/metrics`, and those below `/_mturk`.
pub fn router(control: Control) -> Router {
    let metrics = guarded(Router::new().route("/metrics", get(metrics::show)), &control);
    let below = guarded(routes(), &control).merge(free(control));
    metrics.nest("/_mturk", below)
}

/// The routes that never ask for the admin token: whether the server is well, files that links of
/// the Requester API lead to, and the description.
pub fn open(control: Control) -> Router {
    Router::new().nest("/_mturk", free(control))
}

fn free(control: Control) -> Router {
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

/// Routes that ask for the admin token, if there is one.
fn guarded(routes: Router<Control>, control: &Control) -> Router {
    routes
        .method_not_allowed_fallback(json::no_such_method)
        .route_layer(from_fn_with_state(control.token.clone(), admin::check))
        .layer(from_fn(json::check_address))
        .with_state(control.clone())
}

fn routes() -> Router<Control> {
    let world = get(worlds::dump).post(worlds::load).put(worlds::replace);
    Router::new()
        .route("/world", world.layer(DefaultBodyLimit::max(MAX_WORLD)))
        .route("/reset", post(worlds::reset))
        .route("/snapshots", get(snapshots::list))
        .route("/snapshots/{name}", post(snapshots::keep).delete(snapshots::delete))
        .route("/snapshots/{name}/restore", post(snapshots::restore))
        .route("/clock", get(clock::show).post(clock::change))
        .route("/timers", get(clock::timers))
        .route("/timers/retry", post(clock::retry))
        .route("/workers", get(workers::list).post(workers::add))
        .route("/workers/{id}", get(workers::show).put(workers::put))
        .route("/workers/{id}/accept", post(work::accept))
        .route("/workers/{id}/qualifications/{typeId}/request", post(qualifications::request))
        .route("/workers/{id}/qualifications/{typeId}/test", post(qualifications::test))
        .route("/assignments/{id}/submit", post(work::submit))
        .route("/assignments/{id}/return", post(work::return_place))
        .route("/hits/{id}/submissions", post(work::submission))
        .route("/messages", get(workers::messages))
        .route("/payments", get(payments::list))
        .route("/events", get(events::list))
        .route("/faults", get(faults::list).post(faults::add).delete(faults::remove))
        .route("/webhooks", get(webhooks::list).post(webhooks::add).delete(webhooks::remove))
        .route("/webhooks/retry", post(webhooks::retry))
        .route("/robots", get(robots::list).post(robots::add).delete(robots::remove))
        .merge(of_batches())
        .route("/requests", get(requests::list).delete(requests::clear))
        .route("/wait", get(wait::wait))
}

fn of_batches() -> Router<Control> {
    Router::new()
        .route("/batches", get(batches::list).post(batches::add))
        .route("/batches/{id}", get(batches::show).delete(batches::cancel))
        .route("/batches/{id}/publish", post(batches::publish))
        .route("/batches/{id}/extend", post(batches::extend))
        .route("/batches/{id}/republish", post(batches::republish))
        .route("/batches/{id}/results.csv", get(batches::results))
        .route("/batches/{id}/review", post(batches::review))
        .layer(DefaultBodyLimit::max(MAX_TABLE))
}

/// Whether a path is the control API's.
#[must_use]
pub fn is_control(path: &str) -> bool {
    path == "/metrics" || path.starts_with("/_mturk")
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
        Some(path) if path.starts_with("/snapshots/") => true,
        Some(path) if path.starts_with("/batches") => true,
        _ => false,
    }
}

/// The answer to a request that took too long.
#[must_use]
pub fn given_up() -> Response {
    let message = "The market did not answer in time. Check whether what you asked for was done.";
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "Timeout", message).into_response()
}
