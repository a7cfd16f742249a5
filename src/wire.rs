//! The Requester API on the wire: awsJson1.1 over `POST /`.
//!
//! The wire knows no operation by name: it finds the [`Entry`] that the target names, checks the
//! body against the model, and lets the engine take the turn.

pub mod caller;
mod fault;
pub mod model;
pub mod sigv4;
pub mod validate;

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HOST, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response, StatusCode};
use futures_util::{StreamExt as _, stream};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use crate::engine::Engine;
use crate::fault::Fault;
use crate::ids;
use crate::ops::{Content, Entry, OPERATIONS, Rest};
use crate::rules::url::own_origin;
use crate::store::requesters::Requester;
use crate::time::real_now;
use crate::turn::Access;
use crate::wire::caller::Auth;
use crate::wire::model::OperationShape;
use crate::wire::sigv4::SigningKeys;
use crate::wire::validate::Refusal;

/// Requests of more bytes are refused.
pub const MAX_BODY: usize = 1 << 20;

/// The header that tells a request's id.
pub const REQUEST_ID: &str = "x-amzn-requestid";

const TARGET_PREFIX: &str = "MTurkRequesterServiceV20170117.";
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// What answers requests.
#[derive(Debug, Clone)]
pub struct Wire {
    /// Takes the turns.
    pub engine: Arc<Engine>,
    /// How strictly callers are looked at.
    pub auth: Auth,
    /// What signatures are verified with.
    pub keys: Arc<SigningKeys>,
    /// A call that takes longer is given up.
    pub max_time: Duration,
    /// What this server's addresses begin with, where the caller's `Host` does not say it.
    pub public_origin: Option<String>,
}

/// An answer, and what the access log says of it.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub response: Response<Body>,
    /// The operation that was asked for, if it is one.
    pub operation: Option<&'static str>,
    /// Who asked, once that was clear.
    pub requester: Option<Arc<Requester>>,
}

impl Wire {
    /// Answers one request, until `deadline` at the latest.
    pub async fn answer(&self, parts: &Parts, body: Bytes, deadline: Instant) -> Answered {
        let mut answered =
            Answered { response: Response::default(), operation: None, requester: None };
        let called = timeout_at(deadline, self.call(parts, &body, &mut answered)).await;
        let done = called.unwrap_or_else(|_| Err(self.given_up(&answered)));
        answered.response = match done {
            Ok(Content { beginning, rest: None }) => respond(StatusCode::OK, beginning.into()),
            Ok(Content { beginning, rest: Some(rest) }) => {
                let requester = answered.requester.clone().unwrap_or_default();
                respond(StatusCode::OK, self.streamed(requester, beginning, rest))
            }
            Err(fault) => Box::pin(self.refuse(&fault)).await,
        };
        answered
    }

    fn given_up(&self, answered: &Answered) -> Fault {
        let operation = answered.operation.unwrap_or("a call");
        Fault::Service(format!("{operation} was given up after {:?}", self.max_time))
    }

    /// The answer to a request that cannot be read at all.
    pub async fn refuse(&self, fault: &Fault) -> Response<Body> {
        // A market that failed is not asked what time it is: it may take as long to fail again.
        let now = match fault {
            Fault::Unavailable(_) | Fault::Service(_) => real_now(),
            _ => self.engine.clock().await.map_or_else(|_| real_now(), |told| told.now),
        };
        let answer = fault::answer(fault, now, self.engine.market().profile);
        let mut response = respond(answer.status, answer.body.into());
        response.extensions_mut().insert(answer.error);
        response
    }

    /// A body whose rest is read piece by piece, each in a turn of its own, so that a client that
    /// takes its time holds nothing. Where that fails, the connection is closed.
    fn streamed(&self, requester: Arc<Requester>, beginning: Vec<u8>, rest: Rest) -> Body {
        let (engine, count, rest) = (Arc::clone(&self.engine), rest.count(), Arc::new(rest));
        let rest = stream::iter(0..count).then(move |number| {
            let (engine, rest) = (Arc::clone(&engine), Arc::clone(&rest));
            let requester = Arc::clone(&requester);
            async move {
                let read = engine.turn(Access::Read, requester, move |turn| {
                    let rest = Arc::clone(&rest);
                    Box::pin(async move { rest.piece(turn, number).await })
                });
                let piece = read.await.map(Bytes::from);
                piece.inspect_err(|fault| tracing::error!(%fault, "a long answer broke off"))
            }
        });
        Body::from_stream(stream::iter([Ok(Bytes::from(beginning))]).chain(rest))
    }

    async fn call(
        &self,
        parts: &Parts,
        body: &Bytes,
        answered: &mut Answered,
    ) -> Result<Content, Fault> {
        let shape = target(&parts.headers)?;
        answered.operation = Some(shape.name);
        check_content_type(&parts.headers)?;
        let requester = caller::identify(&self.engine, self.auth, &self.keys, parts, body).await?;
        answered.requester = Some(Arc::clone(&requester));
        let input = Arc::new(read(body)?);
        check(shape, &input)?;
        let entry = entry(shape.name)?;
        let origin = self.origin(&parts.headers);
        self.engine
            .turn(entry.access, requester, move |turn| {
                let input = Arc::clone(&input);
                turn.origin.clone_from(&origin);
                Box::pin(async move { (entry.run)(turn, &input).await })
            })
            .await
    }
}

impl Wire {
    /// What the caller knows this server's addresses to begin with.
    fn origin(&self, headers: &HeaderMap) -> String {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        own_origin(self.public_origin.as_deref(), host)
    }
}

/// The operation that the request names.
fn target(headers: &HeaderMap) -> Result<&'static OperationShape, Fault> {
    let unknown = |status| Fault::Front {
        exception: "UnknownOperationException",
        status,
        message: "The operation that X-Amz-Target names does not exist.".into(),
    };
    let target = headers.get("x-amz-target").ok_or_else(|| unknown(404))?;
    let name = target.to_str().ok().and_then(|target| target.strip_prefix(TARGET_PREFIX));
    name.and_then(model::operation).ok_or_else(|| unknown(400))
}

/// Hand-written clients leave the content type out, or call it plain JSON.
fn check_content_type(headers: &HeaderMap) -> Result<(), Fault> {
    let Some(given) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let essence = given.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let known = ["application/x-amz-json-1.1", "application/x-amz-json-1.0", "application/json"];
    if known.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(Fault::front(
        "SerializationException",
        "The content type is not application/x-amz-json-1.1.",
    ))
}

fn read(body: &[u8]) -> Result<Value, Fault> {
    serde_json::from_slice(body).map_err(|e| {
        let message =
            format!("The body is not JSON in UTF-8 (line {}, column {}).", e.line(), e.column());
        Fault::front("SerializationException", message)
    })
}

fn check(shape: &OperationShape, input: &Value) -> Result<(), Fault> {
    validate::check(shape, input).map_err(|refusal| match refusal {
        Refusal::Serialization(message) => Fault::front("SerializationException", message),
        Refusal::Validation(message) => Fault::front("ValidationException", message),
        Refusal::InvalidParameter { name, value } => Fault::invalid_value(&name, &value),
    })
}

/// What does the operation: a test holds that there is one for each of the API.
fn entry(name: &str) -> Result<&'static Entry, Fault> {
    let found = OPERATIONS.iter().find(|entry| entry.name == name);
    found.ok_or_else(|| Fault::Service(format!("nothing does {name}")))
}

fn respond(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, JSON);
    if let Ok(id) = HeaderValue::from_str(&ids::request_id()) {
        headers.insert(REQUEST_ID, id);
    }
    response
}
