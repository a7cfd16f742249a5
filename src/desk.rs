//! The requester's desk: pages on which a requester sees HITs and what arrived for them, and does
//! by clicks what the API does by calls. What is changed here is changed by the API's operations.

mod batches;
mod bonus;
mod call;
mod change;
mod fields;
mod forms;
mod head;
mod hit;
mod hits;
mod live;
mod money;
mod page;
mod parts;
mod qualifications;
mod review;
mod session;
mod sign_in;
mod state;
pub mod streams;
mod workers;

use axum::Router;
use axum::http::Method;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{any, get, post};

use crate::desk::review::jobs;
use crate::web::policy::with_frames;

pub use state::{Access, Desk};

/// Whether a request takes as long as it takes: an upload, a batch to be made, results, decisions
/// about all that was submitted.
#[must_use]
pub fn may_be_long(method: &Method, path: &str) -> bool {
    let is_of_batch = path.starts_with("/requester/batches/");
    let is_change = method == Method::POST && (is_of_batch || path.ends_with("/answers"));
    path.starts_with("/requester/") && (is_change || is_of_batch && path.ends_with("/results.csv"))
}

/// The pages, below `/requester/`.
pub fn router(desk: Desk) -> Router {
    let pages = Router::new()
        .route("/requester", get(hits::go_to_list))
        .route("/requester/", get(hits::go_to_list))
        .route("/requester/live", get(live::stream))
        .route("/requester/hits", get(hits::list))
        .merge(of_answers())
        .route("/requester/measures", get(jobs::show_page))
        .route("/requester/measures/cancel", post(jobs::cancel))
        .route("/requester/answers/{assignment}", get(review::document))
        .route("/requester/answers/{assignment}/file", get(review::file))
        .route("/requester/hits/{id}", get(hit::show))
        .route("/requester/hits/{id}/{change}", post(hit::change))
        .merge(of_batches())
        .merge(of_workers())
        .route("/requester/sign-out", post(sign_in::sign_out))
        .route_layer(from_fn_with_state(desk.clone(), session::check));
    let doors = Router::new()
        .route("/requester/choose", get(sign_in::choices).post(sign_in::choose))
        .route("/requester/sign-in", get(sign_in::ask).post(sign_in::sign_in))
        .route_layer(from_fn_with_state(desk.clone(), session::check_form));
    pages
        .merge(doors)
        .route("/requester/{*path}", any(page::no_such_page))
        .layer(from_fn(session::check_characters))
        .layer(map_response(page::in_words))
        .layer(map_response(with_frames))
        .route("/mturk/frame/draft/{address}", get(batches::page_of_draft))
        .with_state(desk)
}

/// What was submitted for a HIT, or for the HITs of a type or of a batch.
fn of_answers() -> Router<Desk> {
    ["hits", "types", "batches"].into_iter().fold(Router::new(), |router, kind| {
        let of = format!("/requester/{kind}/{{id}}");
        router
            .route(&format!("{of}/answers"), get(review::show).post(review::decide))
            .route(&format!("{of}/measures"), post(jobs::begin))
    })
}

fn of_batches() -> Router<Desk> {
    Router::new()
        .route("/requester/batches", get(batches::list))
        .route("/requester/batches/new", get(batches::ask).post(batches::enter))
        .route("/requester/batches/drafts/{draft}", get(batches::preview).post(batches::publish))
        .route("/requester/batches/{id}", get(batches::show))
        .route("/requester/batches/{id}/results.csv", get(batches::results))
        .route("/requester/batches/{id}/review", post(batches::upload))
        .route("/requester/batches/{id}/review/{draft}", get(batches::confirm).post(batches::apply))
        .route("/requester/batches/{id}/{change}", post(batches::change))
}

/// Workers, their qualifications and their money.
fn of_workers() -> Router<Desk> {
    Router::new()
        .route("/requester/workers", get(workers::list))
        .route("/requester/workers.csv", get(workers::download))
        .route("/requester/workers/upload", get(workers::ask_upload).post(workers::upload))
        .route("/requester/workers/{id}", get(workers::show))
        .route("/requester/workers/{id}/{change}", post(workers::change))
        .route("/requester/qualifications", get(qualifications::list))
        .route("/requester/qualifications/new", get(qualifications::ask).post(qualifications::make))
        .route("/requester/qualifications/{id}", get(qualifications::show))
        .route("/requester/qualifications/{id}/{change}", post(qualifications::change))
        .route("/requester/money", get(money::show))
        .route("/requester/money/holds", get(money::holds))
        .route("/requester/money/payments.csv", get(money::file))
}
