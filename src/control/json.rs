//! JSON both ways, and faults in the control API's form.

use axum::Json;
use axum::body::Bytes;
use axum::http::StatusCode;
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
    serde_json::from_slice(text).map_err(|e| Fault::unreadable(e.to_string()))
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
