//! The log of requests: a line for each, without secrets.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::http::{Method, Uri};
use axum::response::Response;

use crate::control::is_control;
use crate::fault::ErrorView;
use crate::store::requesters::Requester;
use crate::wire::{self, REQUEST_ID};

/// The target of the lines.
const REQUESTS: &str = "mturk_local::requests";

/// What a refusal at the host and origin check has for a target: no level hides it.
pub const REFUSED_AT_CHECK: &str = "mturk_local::host_check";

/// Of an error's message, so many characters are logged: it may hold a whole question.
const MESSAGE_CHARS: usize = 500;

/// A call of the Requester API, in the extensions of its response.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// The caller, once authenticated.
    pub requester: Option<Arc<Requester>>,
}

/// A refusal at the host and origin check, in the extensions of its response.
#[derive(Debug, Clone)]
pub struct RefusedAtCheck;

/// What the log says of a request.
pub struct Entry {
    client: Option<SocketAddr>,
    method: Method,
    uri: Uri,
    is_call: bool,
    operation: Option<&'static str>,
    begun: Instant,
}

/// The line of a request that is no call of the Requester API.
macro_rules! line {
    ($level:ident, $target:expr, $kind:expr, $entry:expr, $answer:expr) => {
        tracing::$level!(
            target: $target,
            method = $entry.method.as_str(),
            path = &*$entry.path(),
            status = $answer.status,
            error_code = $answer.code,
            error_message = $answer.message,
            client = $entry.client.map(display),
            us = $answer.us,
            "{}",
            $kind
        )
    };
}

/// What the log says of an answer.
struct Answered<'a> {
    status: u16,
    code: Option<&'a str>,
    message: Option<&'a str>,
    us: u64,
}

impl Entry {
    /// A request that comes in now.
    pub fn new(client: Option<SocketAddr>, request: &Request, is_call: bool) -> Self {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let operation = wire::operation(request.headers());
        Self { client, method, uri, is_call, operation, begun: Instant::now() }
    }

    /// Writes the line.
    pub fn log(&self, response: &Response) {
        let error = response.extensions().get::<ErrorView>();
        let answered = Answered {
            status: response.status().as_u16(),
            code: error.map(|error| error.code.as_str()),
            message: error.map(|error| shortened(&error.message)),
            us: u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        };
        let path = self.uri.path();
        if response.extensions().get::<RefusedAtCheck>().is_some() {
            line!(warn, REFUSED_AT_CHECK, "refused", self, answered);
        } else if self.is_call {
            self.log_call(response, &answered);
        } else if is_frequent(path) && answered.status < 400 {
            line!(debug, REQUESTS, kind(path), self, answered);
        } else {
            line!(info, REQUESTS, kind(path), self, answered);
        }
    }

    fn log_call(&self, response: &Response, answered: &Answered<'_>) {
        let call = response.extensions().get::<Call>();
        let requester = call.and_then(|call| call.requester.as_deref());
        let request_id = response.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
        tracing::info!(
            target: REQUESTS,
            operation = self.operation,
            requester = requester.map(|requester| requester.id.as_str()),
            status = answered.status,
            error_code = answered.code,
            error_message = answered.message,
            request_id,
            client = self.client.map(display),
            us = answered.us,
            "call"
        );
    }

    /// The path, without the token that a link to a file is.
    fn path(&self) -> Cow<'_, str> {
        match self.uri.path() {
            path if path.starts_with(FILES) => Cow::Owned(format!("{FILES}…")),
            path => Cow::Borrowed(path),
        }
    }
}

const FILES: &str = "/_mturk/files/";

fn kind(path: &str) -> &'static str {
    if is_control(path) { "control" } else { "site" }
}

/// What probes and open pages ask for again and again: it is logged with `-v`, or if it fails.
fn is_frequent(path: &str) -> bool {
    path.starts_with("/assets/")
        || [
            "/favicon.ico",
            "/mturk/clock",
            "/metrics",
            "/_mturk/health",
            "/_mturk/livez",
            "/_mturk/readyz",
        ]
        .contains(&path)
}

fn shortened(message: &str) -> &str {
    message.char_indices().nth(MESSAGE_CHARS).map_or(message, |(end, _)| &message[..end])
}
