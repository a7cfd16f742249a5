//! The admin token: who may use the control API.

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::control::json::Failure;

pub use crate::rules::admin_token::AdminToken;

/// Lets a request through that carries the token, if one is asked for.
pub async fn check(
    State(token): State<Option<AdminToken>>,
    request: Request,
    next: Next,
) -> Response {
    match token {
        Some(token) if !is_in(&token, request.headers()) => refusal(),
        _ => next.run(request).await,
    }
}

fn is_in(token: &AdminToken, headers: &HeaderMap) -> bool {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    sent.is_some_and(|sent| token.is_in(sent))
}

fn refusal() -> Response {
    let message = "The control API asks for the admin token: send it as Authorization: Bearer, or \
                   give it to commands as --admin-token (MTURK_LOCAL_ADMIN_TOKEN).";
    let failure = Failure::new(StatusCode::UNAUTHORIZED, "Unauthorized", message);
    let mut response = failure.into_response();
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}
