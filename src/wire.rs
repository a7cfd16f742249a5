//! The Requester API on the wire: awsJson1.1 over `POST /`.
//!
//! The wire knows no operation by name: it finds the [`Entry`](crate::ops::Entry) that the target
//! names, checks the body against the model, and lets the engine take the turn.

pub mod caller;
pub mod fault;
mod faults;
pub mod model;
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

use crate::advice::Advice;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::ids;
use crate::journal::{Journal, Refused};
use crate::metrics::Metrics;
use crate::ops::{self, Call, Content, Rest};
use crate::rules::url::own_origin;
use crate::sigv4::SigningKeys;
use crate::store::requesters::Requester;
use crate::time::real_now;
use crate::turn::{Access, Action};
use crate::wire::caller::Auth;
use crate::wire::fault::CallFault;
use crate::wire::model::OperationShape;

pub use faults::{ConnectionDropped, Delayed, Line};

/// Requests of more bytes are refused. Assumed: the service gave no limit.
pub const MAX_BODY: usize = 1 << 20;

/// The header that holds a request's id.
pub const REQUEST_ID: &str = "x-amzn-requestid";

const TARGET_PREFIX: &str = "MTurkRequesterServiceV20170117.";
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

/// Answers calls of the Requester API.
#[derive(Debug, Clone)]
pub struct Wire {
    /// Takes the turns.
    pub engine: Arc<Engine>,
    /// How strictly callers are authenticated.
    pub auth: Auth,
    /// What signatures are verified with.
    pub keys: Arc<SigningKeys>,
    /// A call that takes longer is given up.
    pub max_time: Duration,
    /// What this server's addresses begin with, where the caller's `Host` does not say it.
    pub public_origin: Option<String>,
    /// Where calls are written down, if they are.
    pub journal: Option<Arc<Journal>>,
    /// Where calls are counted.
    pub metrics: Arc<Metrics>,
    /// What the log says of the questions of new HITs.
    pub advice: Arc<Advice>,
}

/// An answer, and what the access log and the journal say of it.
#[derive(Debug, Default)]
pub struct Answered {
    /// The answer.
    pub response: Response<Body>,
    /// The operation, if the call names one.
    pub operation: Option<&'static str>,
    /// The caller, once authenticated.
    pub requester: Option<Arc<Requester>>,
    /// The answer's body, or its beginning.
    pub body: Bytes,
    /// Whether more follows `body`.
    pub is_cut: bool,
    /// Why the call is refused, if it is.
    pub refused: Option<Refused>,
}

/// What is known of a call before it is answered.
#[derive(Debug, Default)]
struct Known {
    operation: Option<&'static str>,
    requester: Option<Arc<Requester>>,
}

impl Wire {
    /// Answers one request, until `deadline` at the latest.
    pub async fn answer(&self, parts: &Parts, body: Bytes, deadline: Instant) -> Answered {
        let mut known = Known::default();
        let called = timeout_at(deadline, self.call(parts, &body, &mut known)).await;
        let done = called.unwrap_or_else(|_| Err(self.given_up(&parts.headers)));
        let Known { operation, requester } = known;
        let Content { beginning, rest, .. } = match done {
            Ok(content) => content,
            Err(fault) => {
                let refused = Box::pin(self.refuse(&fault)).await;
                return Answered { operation, requester, ..refused };
            }
        };
        let (body, is_cut) = (Bytes::from(beginning), rest.is_some());
        let sent = match rest {
            None => Body::from(body.clone()),
            Some(rest) => self.streamed(requester.clone().unwrap_or_default(), body.clone(), rest),
        };
        let response = respond(StatusCode::OK, sent);
        Answered { response, operation, requester, body, is_cut, refused: None }
    }

    fn given_up(&self, headers: &HeaderMap) -> CallFault {
        let operation = operation(headers).unwrap_or("a call");
        Fault::Service(format!("{operation} was given up after {:?}", self.max_time)).into()
    }

    /// The answer to a request that cannot be read at all.
    pub async fn refuse(&self, fault: &CallFault) -> Answered {
        // A market that failed is not read for its time: it may take as long to fail again.
        let now = match fault {
            CallFault::Market(Fault::Unavailable(_) | Fault::Service(_)) => real_now(),
            _ => self.engine.clock().await.map_or_else(|_| real_now(), |reading| reading.now),
        };
        let answer = fault::answer(fault, now, self.engine.market().profile);
        let body = Bytes::from(answer.body);
        let mut response = respond(answer.status, body.clone().into());
        response.extensions_mut().insert(answer.refused.error.clone());
        if matches!(fault, CallFault::Dropped { .. }) {
            response.extensions_mut().insert(ConnectionDropped);
        }
        Answered { response, body, refused: Some(answer.refused), ..Answered::default() }
    }

    /// A body whose rest is read piece by piece, each in a turn of its own, so that a client that
    /// takes its time holds nothing. Where that fails, the connection is closed.
    fn streamed(&self, requester: Arc<Requester>, beginning: Bytes, rest: Rest) -> Body {
        let (engine, count, rest) = (Arc::clone(&self.engine), rest.count(), Arc::new(rest));
        let rest = stream::iter(0..count).then(move |number| {
            let (engine, requester) = (Arc::clone(&engine), Arc::clone(&requester));
            let input = (Arc::clone(&rest), number);
            async move {
                let read = engine.read(requester, input, |turn, (rest, number)| {
                    Box::pin(rest.piece(turn, *number))
                });
                let piece = read.await.map(Bytes::from);
                piece.inspect_err(|fault| tracing::error!(%fault, "a long answer broke off"))
            }
        });
        Body::from_stream(stream::iter([Ok(beginning)]).chain(rest))
    }

    async fn call(
        &self,
        parts: &Parts,
        body: &Bytes,
        known: &mut Known,
    ) -> Result<Content, CallFault> {
        let shape = target(&parts.headers)?;
        known.operation = Some(shape.name);
        check_content_type(&parts.headers)?;
        let requester = caller::identify(&self.engine, self.auth, &self.keys, parts, body).await?;
        known.requester = Some(Arc::clone(&requester));
        let call = self.read_call(shape, parts, body)?;
        let entry = ops::entry(shape.name)?;
        let done = self.turn(entry.access, &requester, (call, entry), |turn, (call, entry)| {
            Box::pin(async move {
                // Where there are rules, nothing is done before they are asked.
                if turn.has_faults { Ok(None) } else { (entry.run)(turn, call).await.map(Some) }
            })
        });
        let mut content = match done.await? {
            Some(content) => content,
            None => Box::pin(self.call_by_rules(shape, &requester, parts, body)).await?,
        };
        if let Some(question) = content.new_question.take() {
            self.advice.check(&requester.id, question);
        }
        Ok(content)
    }

    /// What a request asks for.
    fn read_call(
        &self,
        shape: &'static OperationShape,
        parts: &Parts,
        body: &[u8],
    ) -> Result<Call, CallFault> {
        let body = read(body)?;
        validate::check(shape, &body)?;
        Ok(Call { body, origin: self.origin(parts), wants_question: self.advice.has_time() })
    }

    async fn turn<I: Send + Sync + 'static, T: Send + 'static>(
        &self,
        access: Access,
        requester: &Arc<Requester>,
        input: I,
        action: Action<I, T>,
    ) -> Result<T, Fault> {
        let requester = Arc::clone(requester);
        match access {
            Access::Read => self.engine.read(requester, input, action).await,
            Access::Write => self.engine.write(requester, input, action).await,
        }
    }

    /// What the caller knows this server's addresses to begin with.
    fn origin(&self, parts: &Parts) -> String {
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        own_origin(self.public_origin.as_deref(), parts.extensions.get(), host)
    }
}

/// The name of the operation that a request asks for, if there is such an operation.
pub fn operation(headers: &HeaderMap) -> Option<&'static str> {
    target(headers).ok().map(|shape| shape.name)
}

/// The operation that the request names.
fn target(headers: &HeaderMap) -> Result<&'static OperationShape, CallFault> {
    let unknown = |status| {
        let message = "The operation that X-Amz-Target names does not exist.";
        CallFault::with_status(status, "UnknownOperationException", message)
    };
    let target = headers.get("x-amz-target").ok_or_else(|| unknown(StatusCode::NOT_FOUND))?;
    let name = target.to_str().ok().and_then(|target| target.strip_prefix(TARGET_PREFIX));
    name.and_then(model::operation).ok_or_else(|| unknown(StatusCode::BAD_REQUEST))
}

/// Hand-written clients leave the content type out, or call it plain JSON.
fn check_content_type(headers: &HeaderMap) -> Result<(), CallFault> {
    let Some(given) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let essence = given.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let known = ["application/x-amz-json-1.1", "application/x-amz-json-1.0", "application/json"];
    if known.iter().any(|known| essence.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    Err(CallFault::front(
        "SerializationException",
        "The content type is not application/x-amz-json-1.1.",
    ))
}

fn read(body: &[u8]) -> Result<Value, CallFault> {
    serde_json::from_slice(body).map_err(|e| {
        let message =
            format!("The body is not JSON in UTF-8 (line {}, column {}).", e.line(), e.column());
        CallFault::front("SerializationException", message)
    })
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
