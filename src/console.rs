//! The console: a page on which people see the latest calls, and move the clock, add faults and
//! keep snapshots. What it changes it asks of the control API, so both refuse with the same words.

mod api;
mod calls;
mod command;
mod forms;
mod live;
mod overview;
mod page;
mod refusal;
mod session;
mod snippet;
mod state;

use axum::Router;
use axum::http::Method;
use axum::middleware::{from_fn_with_state, map_response};
use axum::routing::{get, post};

use crate::console::state::ROOT;
use crate::web::policy::without_frames;

pub use state::{Console, MAX_STREAMS};

/// The pages, below `/requester/console`.
pub fn router(console: Console) -> Router {
    let door = Router::new()
        .route("/requester/console/sign-in", get(session::ask).post(session::sign_in))
        .route_layer(from_fn_with_state(console.clone(), session::check_form));
    Router::new()
        .route("/requester/console", get(overview::show))
        .route("/requester/console/", get(overview::show))
        .route("/requester/console/calls", get(live::show))
        .route("/requester/console/calls/{number}", get(calls::show))
        .route("/requester/console/do/{action}", post(forms::act))
        .route("/requester/console/sign-out", post(session::sign_out))
        .route_layer(from_fn_with_state(console.clone(), session::check))
        .merge(door)
        .layer(map_response(without_frames))
        .with_state(console)
}

/// Whether a request takes as long as it takes: it works on the whole market.
#[must_use]
pub fn may_be_long(method: &Method, path: &str) -> bool {
    method == Method::POST && path.strip_prefix(ROOT).is_some_and(|path| path.starts_with("/do/"))
}
