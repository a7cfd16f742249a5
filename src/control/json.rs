//! JSON both ways, and faults in the control API's form.

use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::time::{Instant, When};

/// What every route answers with.
pub type Answer = Result<Json<Value>, Failure>;

/// A fault on its way out of the control API.
#[derive(Debug)]
pub struct Failure(pub Fault);

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code, message) = match self.0 {
            Fault::Control { status, code, message } => (status, code, message),
            Fault::Worker { code, message } => (422, code, message),
            Fault::Request { code, message } if code.ends_with("DoesNotExist") => {
                (404, code, message)
            }
            Fault::Request { code, message } | Fault::Parameter { code, message } => {
                (400, code, message)
            }
            Fault::Front { exception, status, message } => (status, exception, message),
            fault @ (Fault::LostRace | Fault::Service(_)) => {
                tracing::error!(%fault, "the market failed");
                (500, "ServiceFault", "There was an error with this request.".to_owned())
            }
        };
        let body = Json(json!({"error": {"code": code, "message": message}}));
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, body).into_response()
    }
}

/// Reads a body; an empty one is an empty object.
///
/// # Errors
/// It is not JSON, or not what the route takes.
pub fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, Fault> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    let read = serde_json::from_slice(text).map_err(|e| Fault::unreadable(e.to_string()))?;
    if text.windows(ZERO.len()).any(|part| part == ZERO) && has_zero(&serde_json::from_slice(text))
    {
        return Err(Fault::unreadable("no text can have the character U+0000"));
    }
    Ok(read)
}

/// How JSON spells the one character that PostgreSQL's text cannot hold.
const ZERO: &[u8] = b"\\u0000";

fn has_zero(read: &serde_json::Result<Value>) -> bool {
    fn within(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(within),
            Value::Object(fields) => {
                fields.iter().any(|(name, value)| name.contains('\0') || within(value))
            }
            _ => false,
        }
    }
    read.as_ref().is_ok_and(within)
}

/// Refuses addresses that no text can be, and gives what the framework refuses our form.
pub async fn guard(request: Request, next: Next) -> Response {
    if request.uri().to_string().contains("%00") {
        let fault = Fault::unreadable("no text can have the character U+0000");
        return Failure(fault).into_response();
    }
    let response = next.run(request).await;
    let (status, headers) = (response.status(), response.headers());
    let ours = headers.get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if ours || !status.is_client_error() {
        return response;
    }
    let said = to_bytes(response.into_body(), 1000).await.unwrap_or_default();
    let message = String::from_utf8_lossy(&said).into_owned();
    Failure(Fault::Control { status: status.as_u16(), code: "BadRequest", message }).into_response()
}

/// Writes an answer.
///
/// # Errors
/// It cannot be written as JSON.
pub fn write<T: serde::Serialize>(value: &T) -> Result<Value, Fault> {
    serde_json::to_value(value).map_err(|e| Fault::Service(e.to_string()))
}

/// The instant that is meant at `now`.
///
/// # Errors
/// It is none of the forms that a time can have.
pub fn instant(when: &When, now: Instant) -> Result<Instant, Fault> {
    when.at(now).map_err(Fault::unreadable)
}

/// The answer on a path that does not exist.
pub async fn no_such_route() -> Failure {
    Failure(Fault::not_found("There is no such route."))
}

/// The answer to a method that a path does not have.
pub async fn no_such_method() -> Failure {
    let message = "This route does not have that method.".to_owned();
    Failure(Fault::Control { status: 405, code: "MethodNotAllowed", message })
}
