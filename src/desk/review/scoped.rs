//! What an address is about.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::desk::batches::Key;
use crate::desk::state::Desk;
use crate::views::desk::review::Scope;

/// The HIT, the HIT type or the batch of an address `/requester/{kind}/{id}/…`.
#[derive(Debug)]
pub struct Scoped(pub Scope);

impl FromRequestParts<Desk> for Scoped {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Response> {
        let kind = parts.uri.path().split('/').nth(2).unwrap_or_default().to_owned();
        if kind == "batches" {
            let Key(key) = Key::from_request_parts(parts, desk).await?;
            return Ok(Self(Scope::Batch(key)));
        }
        let found = Path::<String>::from_request_parts(parts, desk).await;
        let Path(id) = found.map_err(IntoResponse::into_response)?;
        Ok(Self(if kind == "types" { Scope::Type(id) } else { Scope::Hit(id) }))
    }
}
