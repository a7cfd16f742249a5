//! The control API: what a test or a script may do with the market beside the Requester API.

mod clock;
mod health;
mod json;
mod work;
mod workers;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, post};

use crate::engine::Engine;

/// The routes below `/_mturk`.
pub fn router(engine: Arc<Engine>) -> Router {
    Router::new()
        .route("/health", get(health::show))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::show))
        .route("/clock", get(clock::show).post(clock::change))
        .route("/workers", get(workers::list).post(workers::add))
        .route("/workers/{id}", get(workers::show).put(workers::put))
        .route("/workers/{id}/accept", post(work::accept))
        .route("/assignments/{id}/submit", post(work::submit))
        .route("/assignments/{id}/return", post(work::give_back))
        .route("/hits/{id}/submissions", post(work::submission))
        .fallback(json::no_such_route)
        .method_not_allowed_fallback(json::no_such_method)
        .layer(from_fn(json::guard))
        .with_state(engine)
}
