//! Requests to the control API, in process.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use serde::Deserialize;
use tower::ServiceExt as _;

use crate::console::command::Command;
use crate::console::refusal::Error;
use crate::console::state::Console;
use crate::fault::Fault;

/// Of an answer, so much is read.
const MAX_ANSWER: usize = 4 << 20;

#[derive(Deserialize)]
struct Failure {
    error: Error,
}

/// What the control API answers, or why it refuses.
pub async fn send(
    console: &Console,
    command: Command,
) -> Result<Result<Bytes, (StatusCode, Error)>, Fault> {
    let service = |error: String| Fault::Service(error);
    let request = Request::builder().method(command.method).uri(command.path);
    let request = match &console.token {
        Some(token) => request.header(AUTHORIZATION, format!("Bearer {}", token.secret())),
        None => request,
    };
    let Ok(request) = request.body(Body::from(command.body)) else {
        let message = "A value is too long to ask the control API for it.".to_owned();
        return Ok(Err((StatusCode::BAD_REQUEST, Error { message, problems: Vec::new() })));
    };
    let Ok(response) = console.control.clone().oneshot(request).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), MAX_ANSWER).await;
    let body = body.map_err(|e| service(e.to_string()))?;
    if status.is_success() {
        return Ok(Ok(body));
    }
    let failure: Failure = serde_json::from_slice(&body).map_err(|e| service(e.to_string()))?;
    Ok(Err((status, failure.error)))
}
