//! JSON both ways, and faults in the control API's form.

use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::control::MAX_WORLD;
use crate::fault::{ErrorView, Fault, in_one};
use crate::ids::is_id;
use crate::rules::text::{self, BadAddress, json_holds_nul};
use crate::time::{Instant, When};
use crate::worlds::Problem;

/// What is said where the store failed, for example because its disk is full. Who has the control
/// API can look at the log, so there alone is it said why.
pub const FAILED: &str = "The market's store failed; the log of the server says why.";

/// A body has this long to arrive, also where the answer may take longer.
const ARRIVES_WITHIN: Duration = Duration::from_mins(1);

/// What every route answers with.
pub type Answer = Result<Json<Value>, Failure>;

/// A fault on its way out of the control API.
#[derive(Debug)]
pub struct Failure {
    fault: Fault,
    problems: Vec<Problem>,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { fault, problems: Vec::new() }
    }
}

impl Failure {
    /// A world that was not loaded.
    pub fn bad_world(message: String, problems: Vec<Problem>) -> Self {
        Self { fault: Fault::Control { status: 400, code: "BadWorld", message }, problems }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, code, message) = match self.fault {
            Fault::Control { status, code, message } => (status, code, message),
            Fault::Worker { code, message, reasons } => (422, code, in_one(&message, &reasons)),
            Fault::Request { code, message } if code.ends_with("DoesNotExist") => {
                (404, code, message)
            }
            Fault::Request { code, message } | Fault::Parameter { code, message, .. } => {
                (400, code, message)
            }
            Fault::Front { exception, status, message } => (status, exception, message),
            fault @ (Fault::LostRace | Fault::Unavailable(_) | Fault::Service(_)) => {
                tracing::error!(%fault, "the market failed");
                (500, "ServiceFault", FAILED.to_owned())
            }
        };
        let mut body = json!({"error": {"code": code, "message": message}});
        let error = ErrorView { code: code.to_owned(), message };
        if !self.problems.is_empty() {
            body["error"]["problems"] = json!(self.problems);
        }
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Extension(error), Json(body)).into_response()
    }
}

/// A request's body.
#[derive(Debug)]
pub struct Body(axum::body::Bytes);

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let limit = limit(request.uri().path());
        let read = timeout(ARRIVES_WITHIN, axum::body::Bytes::from_request(request, state)).await;
        let read = read.map_err(|_| Fault::Control {
            status: 408,
            code: "BadBody",
            message: "The body did not arrive in time.".to_owned(),
        })?;
        read.map(Self).map_err(|rejection| {
            let status = rejection.status().as_u16();
            let message = match status {
                413 => format!("The body has more than {limit} MiB."),
                _ => "The body is damaged, or broke off.".to_owned(),
            };
            Fault::Control { status, code: "BadBody", message }.into()
        })
    }
}

/// How many MiB a body of that route has at most.
fn limit(path: &str) -> usize {
    // Elsewhere it is that of the Requester API.
    if path.ends_with("/world") { MAX_WORLD >> 20 } else { 1 }
}

impl Body {
    /// Reads it; an empty one and `null` are an empty object.
    ///
    /// # Errors
    /// It is no JSON object, or not what the route takes; a text in it holds U+0000.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let text = match self.text()?.trim_ascii() {
            "" | "null" => "{}",
            text => text,
        };
        // serde would read an array as the members in their order.
        if text.starts_with('[') {
            return Err(Fault::unreadable("an object is wanted, not an array"));
        }
        if json_holds_nul(text) {
            return Err(Fault::unreadable("no text holds the character U+0000"));
        }
        serde_json::from_str(text).map_err(|e| Fault::unreadable(e.to_string()))
    }

    /// It as text.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub fn text(&self) -> Result<&str, Fault> {
        std::str::from_utf8(&self.0).map_err(|_| Fault::unreadable("the body is not UTF-8"))
    }
}

/// The id in a path. One that nothing can have leads to nothing.
#[derive(Debug)]
pub struct Id(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let id = Path::<String>::from_request_parts(parts, state).await;
        id.ok()
            .and_then(|Path(id)| checked(id))
            .map(Self)
            .ok_or_else(|| Fault::not_found("The id in the path is no id.").into())
    }
}

/// The two ids in a path: whose, and of what.
#[derive(Debug)]
pub struct Ids(pub String, pub String);

impl<S: Send + Sync> FromRequestParts<S> for Ids {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let ids = Path::<(String, String)>::from_request_parts(parts, state).await;
        ids.ok()
            .and_then(|Path((one, other))| Some(Self(checked(one)?, checked(other)?)))
            .ok_or_else(|| Fault::not_found("An id in the path is no id.").into())
    }
}

/// An id, if it is made of capital letters and digits, at most 64.
pub fn checked(id: String) -> Option<String> {
    is_id(&id).then_some(id)
}

/// What stands behind the `?` of a path.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(read)| Self(read))
            .map_err(|rejection| Fault::unreadable(rejection.body_text()).into())
    }
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
    when.second_at(now).map_err(Fault::unreadable)
}

/// Refuses an address with characters that no text holds, before a route reads it.
pub async fn check_address(request: Request, next: Next) -> Response {
    let uri = request.uri();
    let fault = match text::check_address(uri.path(), uri.query().unwrap_or_default()) {
        Ok(()) => return next.run(request).await,
        Err(BadAddress::Path) => Fault::not_found("No path holds control characters."),
        Err(BadAddress::Query) => Fault::unreadable("the query holds control characters"),
    };
    Failure::from(fault).into_response()
}

/// The answer on a path that does not exist.
pub async fn no_such_route() -> Failure {
    Fault::not_found("There is no such route.").into()
}

/// The answer to a method that a path does not have.
pub async fn no_such_method() -> Failure {
    let message = "This route does not have that method.".to_owned();
    Fault::Control { status: 405, code: "MethodNotAllowed", message }.into()
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn a_world_may_be_longer_than_other_bodies() {
        assert_eq!((limit("/_mturk/world"), limit("/world"), limit("/reset")), (512, 512, 1));
    }
}
