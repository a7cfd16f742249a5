//! The description of the control API, as OpenAPI 3.1.
//!
//! Each route says what it takes and answers where it stands. What every route of a kind can
//! refuse is added here, in one place. All of it is put together by a test, into
//! `description/openapi.json`: the program carries that text, and none of the code that makes it.

pub mod events;
pub mod failures;
pub mod people;
pub mod qualifications;
pub mod words;
pub mod work;
pub mod world;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

/// The description as a JSON text.
pub fn text() -> &'static str {
    include_str!("description/openapi.json")
}

/// This description.
#[utoipa::path(
    get,
    path = "/_mturk/openapi.json",
    operation_id = "describe",
    tag = "server",
    responses((status = 200, description = "OpenAPI 3.1.", body = words::Anything))
)]
pub async fn show() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text())
}

#[cfg(test)]
mod tests;
