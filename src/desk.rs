//! The requester's desk: pages on which a requester sees HITs and what arrived for them, and does
//! by clicks what the API does by calls. What is changed here is changed by the API's operations.

mod call;
mod change;
mod head;
mod hit;
mod hits;
mod live;
mod page;
mod parts;
mod review;
mod session;
mod sign_in;
mod state;
pub mod streams;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::routing::{get, post};

use crate::web::policy::with_frames;

use crate::desk::review::jobs;

pub use state::{Access, Desk};

/// The pages, below `/requester/`.
pub fn router(desk: Desk) -> Router {
    let pages = Router::new()
        .route("/requester", get(hits::go_to_list))
        .route("/requester/", get(hits::go_to_list))
        .route("/requester/live", get(live::stream))
        .route("/requester/hits", get(hits::list))
        .route("/requester/hits/{id}/answers", get(review::of_hit).post(review::decide_of_hit))
        .route("/requester/types/{id}/answers", get(review::of_type).post(review::decide_of_type))
        .route("/requester/hits/{id}/measures", post(jobs::of_hit))
        .route("/requester/types/{id}/measures", post(jobs::of_type))
        .route("/requester/measures", get(jobs::show_page))
        .route("/requester/measures/cancel", post(jobs::cancel))
        .route("/requester/answers/{assignment}", get(review::document))
        .route("/requester/answers/{assignment}/file", get(review::file))
        .route("/requester/hits/{id}", get(hit::show))
        .route("/requester/hits/{id}/frame", get(hit::frame))
        .route("/requester/hits/{id}/{change}", post(hit::change))
        .route("/requester/sign-out", post(sign_in::sign_out))
        .route_layer(from_fn_with_state(desk.clone(), session::check));
    let doors = Router::new()
        .route("/requester/choose", get(sign_in::choices).post(sign_in::choose))
        .route("/requester/sign-in", get(sign_in::ask).post(sign_in::sign_in))
        .route_layer(from_fn_with_state(desk.clone(), session::check_form));
    pages
        .merge(doors)
        .layer(from_fn(session::check_characters))
        .layer(map_response(page::in_words))
        .layer(map_response(with_frames))
        .with_state(desk)
}
