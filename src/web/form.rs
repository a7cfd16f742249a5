//! A posted form.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};

use crate::rules::posted::{Field, urlencoded};

/// The field of the button that confirms.
const CONFIRMED: &str = "confirmed";

/// The fields of a posted form.
#[derive(Debug, Default)]
pub struct Form(Vec<Field>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let body = Bytes::from_request(request, state).await;
        body.map(|body| Self(urlencoded(&body))).map_err(IntoResponse::into_response)
    }
}

impl Form {
    /// The field of that name; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// All fields of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// Whether it was confirmed.
    pub fn is_confirmed(&self) -> bool {
        !self.get(CONFIRMED).is_empty()
    }

    /// All fields but the one that confirms.
    pub fn unconfirmed(&self) -> impl Iterator<Item = &Field> {
        self.0.iter().filter(|(name, _)| name != CONFIRMED)
    }
}
