//! The number of a batch in an address.

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::desk::page::message;
use crate::desk::state::Desk;

/// The parameter `id` of a route; what is no number names no batch.
#[derive(Debug, Clone, Copy)]
pub struct Key(pub i64);

impl FromRequestParts<Desk> for Key {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Response> {
        let found = Path::<Vec<(String, String)>>::from_request_parts(parts, desk).await;
        let Path(parameters) = found.map_err(IntoResponse::into_response)?;
        let id = parameters.iter().find(|(name, _)| name == "id");
        let key = id.and_then(|(_, id)| id.parse().ok());
        let none = || message(StatusCode::NOT_FOUND, "There is no such batch.").into_response();
        key.map(Self).ok_or_else(none)
    }
}
