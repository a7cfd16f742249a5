//! JSON both ways, and faults in the control API's form.

use std::io::Write as _;
use std::time::Duration;

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, RequestExt as _};
use futures_util::StreamExt as _;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::time::timeout;
use utoipa::{IntoParams, ToSchema};

use crate::fault::{ErrorView, Fault, Kind};
use crate::rules::batch::Refused;
use crate::rules::text::{self, BadAddress, json_holds_nul};
use crate::spool::Spool;
use crate::worlds::{Problem, Refusal};

/// So many bytes of a body, or a few more, are put into its spool together.
const WRITTEN_TOGETHER: usize = 1 << 20;
/// A world of more bytes is refused.
pub const MAX_WORLD: usize = 512 << 20;

/// A batch, or a reviewed file, of more bytes is refused.
pub const MAX_TABLE: usize = 64 << 20;

/// The message where the store failed, for example because its disk is full. Who has the control
/// API can look at the log, which says why.
pub const FAILED: &str = "The market's store failed; the log of the server says why.";

/// A body has this long to arrive, also where the answer may take longer.
const ARRIVES_WITHIN: Duration = Duration::from_mins(1);

/// What a route answers with.
pub type Answer<T> = Result<Json<T>, Failure>;

/// An object without members.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Every refusal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Failed)]
pub struct Failure {
    #[serde(skip)]
    status: StatusCode,
    error: Error,
}

/// Why a request is refused.
#[derive(Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Error {
    /// A word for programs.
    #[schema(pattern = "^[A-Za-z]+$", example = "NotFound")]
    code: &'static str,
    /// A sentence for people; it may change.
    message: String,
    /// What is wrong with a world or a table, place by place.
    #[schema(required = false)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Problem>,
}

impl Failure {
    /// A failure of this API's own.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, error: Error { code, message: message.into(), problems: Vec::new() } }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(refusal) => {
                Self::new(status(refusal.code.kind()), refusal.code.as_str(), refusal.text())
            }
            fault @ (Fault::SerializationConflict | Fault::Unavailable(_) | Fault::Service(_)) => {
                tracing::error!(%fault, "the market failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "ServiceFault", FAILED)
            }
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let notes = match refused {
            Refused::Fault(fault) => return fault.into(),
            Refused::Table(notes) => notes,
        };
        let problems: Vec<Problem> = notes.into_iter().map(Problem::from).collect();
        let message = Refusal::Problems(problems.clone()).message(&[]);
        Self {
            status: StatusCode::BAD_REQUEST,
            error: Error { code: "BadTable", message, problems },
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.message(&[]);
        match refusal {
            Refusal::Fault(fault) => fault.into(),
            Refusal::Problems(problems) => Self {
                status: StatusCode::BAD_REQUEST,
                error: Error { code: "BadWorld", message, problems },
            },
        }
    }
}

const fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Missing | Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::State | Kind::Value | Kind::Unreadable => StatusCode::BAD_REQUEST,
        Kind::Worker | Kind::Qualification => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::NoForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Stopping => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Error { code, message, .. } = &self.error;
        let view = ErrorView { code: (*code).to_owned(), message: message.clone() };
        (self.status, Extension(view), Json(self)).into_response()
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
        let read = read.map_err(|_| late())?;
        read.map(Self)
            .map_err(|rejection| unread(rejection.status() == StatusCode::PAYLOAD_TOO_LARGE, limit))
    }
}

/// A request's body that may be long: few of its bytes are in memory.
#[derive(Debug)]
pub struct Spooled(pub Spool);

impl<S: Send + Sync> FromRequest<S> for Spooled {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let limit = limit(request.uri().path());
        let mut pieces = request.into_limited_body().into_data_stream();
        let read = async {
            let (mut spool, mut some) = (Spool::default(), Vec::new());
            while let Some(piece) = pieces.next().await {
                some.extend(piece.map_err(|error| unread(is_too_long(&error), limit))?);
                if some.len() >= WRITTEN_TOGETHER {
                    spool = written(spool, std::mem::take(&mut some)).await?;
                }
            }
            Ok(Self(written(spool, some).await?))
        };
        timeout(ARRIVES_WITHIN, read).await.map_err(|_| late())?
    }
}

/// The spool with more bytes, which are written where nobody waits.
async fn written(mut spool: Spool, bytes: Vec<u8>) -> Result<Spool, Fault> {
    let write = move || spool.write_all(&bytes).map(|()| spool);
    let written = tokio::task::spawn_blocking(write).await;
    let written = written.map_err(std::io::Error::other).flatten();
    written.map_err(|error| Fault::Service(format!("a body cannot be kept: {error}")))
}

fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut all = std::iter::successors(Some(error), |error| error.source());
    all.any(<dyn std::error::Error>::is::<LengthLimitError>)
}

fn late() -> Failure {
    let message = "The body did not arrive in time.";
    Failure::new(StatusCode::REQUEST_TIMEOUT, "BadBody", message)
}

fn unread(is_too_long: bool, limit: usize) -> Failure {
    if is_too_long {
        let message = format!("The body has more than {limit} MiB.");
        return Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "BadBody", message);
    }
    let message = "The body is damaged, or broke off.";
    Failure::new(StatusCode::BAD_REQUEST, "BadBody", message)
}

/// How many MiB a body of that route has at most.
fn limit(path: &str) -> usize {
    if path.ends_with("/world") {
        MAX_WORLD >> 20
    } else if path.contains("/batches") {
        MAX_TABLE >> 20
    } else {
        // Elsewhere it is that of the Requester API.
        1
    }
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

    /// It as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// It as text.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub fn text(&self) -> Result<&str, Fault> {
        std::str::from_utf8(&self.0).map_err(|_| Fault::unreadable("the body is not UTF-8"))
    }
}

/// The id in a path, or the ids. One that nothing can have leads to nothing.
#[derive(Debug)]
pub struct InPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let ids = Path::<T>::from_request_parts(parts, state).await;
        ids.map(|Path(ids)| Self(ids))
            .map_err(|_| Fault::not_found("The id in the path is no id.").into())
    }
}

/// What follows the `?` of a path.
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

/// Where a list goes on that has numbers, and how long a page is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The number of the last entry that was seen.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64, nullable = false)]
    after: Option<i64>,
    /// How many at most; 100 if absent.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<i64>,
}

impl PageQuery {
    /// The number in `after`, which counts `what`, and how many entries follow.
    pub fn checked(&self, what: &str) -> Result<(i64, i64), Fault> {
        Ok((after(self.after, what)?, page_size(self.limit)?))
    }
}

/// How many entries a page has: 100 unless `limit` says otherwise.
pub fn page_size(limit: Option<i64>) -> Result<i64, Fault> {
    let limit = limit.unwrap_or(100);
    if (1..=1000).contains(&limit) {
        return Ok(limit);
    }
    Err(Fault::unreadable("limit is between 1 and 1000"))
}

/// The number in `after`, or 0; it counts `what`.
pub fn after(number: Option<i64>, what: &str) -> Result<i64, Fault> {
    let number = number.unwrap_or(0);
    if number >= 0 {
        return Ok(number);
    }
    Err(Fault::unreadable(format!("after is the number of {what}, or 0")))
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
    let message = "This route does not have that method.";
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn a_world_may_be_longer_than_other_bodies() {
        assert_eq!((limit("/_mturk/world"), limit("/world"), limit("/reset")), (512, 512, 1));
        assert_eq!((limit("/batches"), limit("/_mturk/batches/1/review")), (64, 64));
    }
}
