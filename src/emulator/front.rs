//! What every request meets first: the host and origin check, then the router.

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use http_body_util::LengthLimitError;
use tokio::sync::RwLock;
use tower::ServiceExt as _;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer};

use crate::console;
use crate::control;
use crate::desk;
use crate::emulator::access_log::{Call, Entry, RefusedAtCheck};
use crate::engine::CompleteOnDrop;
use crate::fault::ErrorView;
use crate::host_check::{HostCheck, Writers};
use crate::journal;
use crate::metrics::{Metrics, OpenConnection, Outcome};
use crate::site::{self, SiteState};
use crate::time::real_now;
use crate::wire::fault::CallFault;
use crate::wire::{self, Answered, ConnectionDropped, MAX_BODY, REQUEST_ID, Wire};

/// Answers every request.
#[derive(Debug, Clone)]
pub struct Front {
    host_check: Arc<HostCheck>,
    /// Where calls of the API go without a detour. Pages of other origins take the detour, for the
    /// headers that they need.
    wire: Option<Wire>,
    routes: Router,
    metrics: Arc<Metrics>,
    /// Who writes is waited for: see [`Front::finished`].
    writing: Arc<RwLock<()>>,
}

impl Front {
    pub(super) fn new(
        host_check: Arc<HostCheck>,
        wire: Wire,
        control: Router,
        state: SiteState,
    ) -> Self {
        let site = site::router(state);
        let routes = Router::new()
            .route("/", any(root))
            .with_state((wire.clone(), site.clone()))
            .merge(control)
            .fallback_service(site);
        Self::with_calls(host_check, wire, routes, true)
    }

    /// The control API and the console alone.
    pub(super) fn of_control(host_check: Arc<HostCheck>, wire: Wire, control: Router) -> Self {
        Self::with_calls(host_check, wire, control.fallback(control::no_such_route), false)
    }

    /// Pages without a market behind them.
    pub fn of_pages(host_check: HostCheck, routes: Router, max_time: Duration) -> Self {
        Self::with(Arc::new(host_check), routes, max_time, Arc::default())
    }

    fn with_calls(
        host_check: Arc<HostCheck>,
        wire: Wire,
        routes: Router,
        answers_calls: bool,
    ) -> Self {
        // Pages of other origins take the detour.
        let is_direct = answers_calls && host_check.cors_origins.is_empty();
        let front = Self::with(host_check, routes, wire.max_time, Arc::clone(&wire.metrics));
        Self { wire: is_direct.then_some(wire), ..front }
    }

    /// The routes with the limits of every request.
    fn with(
        host_check: Arc<HostCheck>,
        routes: Router,
        max_time: Duration,
        metrics: Arc<Metrics>,
    ) -> Self {
        let cors = cors(&host_check.cors_origins);
        let routes = routes
            .layer(DefaultBodyLimit::max(MAX_BODY))
            .layer(from_fn_with_state(max_time, within))
            .layer(tower::util::option_layer(cors));
        Self { host_check, wire: None, routes, metrics, writing: Arc::default() }
    }

    /// Every route, without the host and origin check before it.
    pub const fn routes(&self) -> &Router {
        &self.routes
    }

    /// Counts a connection as open until the answer is dropped.
    pub fn open_connection(&self) -> OpenConnection {
        self.metrics.open_connection()
    }

    /// Answers one request, with the headers that every answer has.
    pub async fn answer(&self, request: Request) -> Response {
        self.answer_to(None, request).await
    }

    /// Answers one request of the client at an address, and logs it.
    pub async fn answer_to(&self, client: Option<SocketAddr>, request: Request) -> Response {
        let entry = Entry::new(client, &request, is_call(&request));
        let response = self.answered(request).await;
        entry.log(&response);
        secured(response)
    }

    async fn answered(&self, request: Request) -> Response {
        let request = straightened(request);
        let posts_work = site::is_external_submit(request.uri().path());
        let writers = if posts_work { Writers::Any } else { Writers::Ours };
        let head = (request.method(), request.uri(), request.headers());
        if let Err((status, why)) = self.host_check.check(head, writers) {
            let text = format!("{why}\n");
            let error = ErrorView { code: "Refused".to_owned(), message: why };
            return (status, Extension(error), Extension(RefusedAtCheck), text).into_response();
        }
        match &self.wire {
            Some(wire) if is_call(&request) => Box::pin(call(wire, request)).await,
            _ if request.method().is_safe() => {
                let Ok(response) = Box::pin(self.routes.clone().oneshot(request)).await;
                response
            }
            // What was sent whole is done, whether its client waits for the answer or not.
            _ => {
                let (writing, routes) = (Arc::clone(&self.writing), self.routes.clone());
                let answer = async move {
                    let _until_done = writing.read().await;
                    let Ok(response) = routes.oneshot(request).await;
                    response
                };
                CompleteOnDrop::new(answer).await
            }
        }
    }

    /// Waits until all is done that clients sent whole before they went away.
    pub async fn finished(&self) {
        drop(self.writing.write().await);
    }
}

/// Gives up what takes too long, with an answer in the form of what was asked for. A call of the
/// API does so itself.
async fn within(State(max_time): State<Duration>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    let may_be_long = control::may_be_long(method, path)
        || console::may_be_long(method, path)
        || desk::may_be_long(method, path);
    if may_be_long || is_call(&request) {
        return next.run(request).await;
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    if let Ok(answer) = tokio::time::timeout(max_time, next.run(request)).await {
        return answer;
    }
    let ms = max_time.as_millis();
    tracing::error!(%method, path, ms, "a request was given up");
    if control::is_control(&path) { control::given_up() } else { site::given_up(&path).await }
}

/// None unless an origin was named: then answers carry no such headers at all.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let known = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(known))
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(Any);
    (!origins.is_empty()).then_some(layer)
}

/// Whether the request is one to the API: its path is also that of the start page.
fn is_call(request: &Request) -> bool {
    let reads = request.method().is_safe() && !request.headers().contains_key("x-amz-target");
    request.uri().path() == "/" && !reads
}

/// Work is posted to one path, however its slashes are.
fn straightened(mut request: Request) -> Request {
    if site::is_external_submit(request.uri().path()) {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(uri) = format!("/mturk/externalSubmit{query}").parse() {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// `/` is the start page to who reads it, and the only path of the API.
async fn root(State((wire, site)): State<(Wire, Router)>, request: Request) -> Response {
    if is_call(&request) || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return call(&wire, request).await;
    }
    let Ok(response) = site.oneshot(request).await;
    response
}

/// `POST /`, and everything else that is sent to the API's only path.
async fn call(wire: &Wire, request: Request) -> Response {
    let begun = Instant::now();
    let (parts, body) = request.into_parts();
    let deadline = tokio::time::Instant::from_std(begun) + wire.max_time;
    let (body, answered) = match received(&parts.method, body, deadline).await {
        Ok(body) => (body.clone(), wire.answer(&parts, body, deadline).await),
        Err(fault) => (Bytes::new(), Box::pin(wire.refuse(&fault)).await),
    };
    let us = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let operation = answered.operation.or_else(|| wire::operation(&parts.headers));
    wire.metrics.count(operation, outcome(&answered.response), us);
    if let Some(journal) = &wire.journal {
        journal.add(entry(operation, &body, &answered, us));
    }
    let Answered { mut response, requester, .. } = answered;
    response.extensions_mut().insert(Call { requester });
    response
}

/// What the journal has of a call.
fn entry(
    operation: Option<&'static str>,
    body: &Bytes,
    answered: &Answered,
    us: u64,
) -> journal::Call {
    let Answered { response, requester, body: answer, is_cut, refused, .. } = answered;
    journal::Call {
        number: 0,
        answered_at: real_now(),
        request_id: response.headers().get(REQUEST_ID).cloned(),
        operation,
        requester: requester.clone(),
        status: if is_dropped(response) { 0 } else { response.status().as_u16() },
        us,
        // A copy: the body is a part of the buffer that the connection reads into.
        request: Bytes::copy_from_slice(body),
        answer: answer.clone(),
        is_cut: *is_cut,
        refused: refused.clone(),
    }
}

fn outcome(response: &Response) -> Outcome {
    match response.status().as_u16() {
        _ if is_dropped(response) => Outcome::Dropped,
        500.. => Outcome::Failed,
        400.. => Outcome::Refused,
        _ => Outcome::Done,
    }
}

/// Whether the client gets no response, but the end of its connection.
pub fn is_dropped(response: &Response) -> bool {
    response.extensions().get::<ConnectionDropped>().is_some()
}

/// The body of a request that is a call.
async fn received(
    method: &Method,
    body: Body,
    deadline: tokio::time::Instant,
) -> Result<Bytes, CallFault> {
    if method != Method::POST {
        let message = "The Requester API answers POST requests.";
        let exception = "UnknownOperationException";
        return Err(CallFault::with_status(StatusCode::NOT_FOUND, exception, message));
    }
    whole(body, deadline).await
}

/// The whole body, if it arrives in time.
///
/// Assumed: the name of the exception of a late one; it is that of other services.
async fn whole(body: Body, deadline: tokio::time::Instant) -> Result<Bytes, CallFault> {
    let read = tokio::time::timeout_at(deadline, to_bytes(body, MAX_BODY)).await;
    let read = read.map_err(|_| {
        let message = "The request's body did not arrive in time.";
        CallFault::with_status(StatusCode::REQUEST_TIMEOUT, "RequestTimeoutException", message)
    })?;
    read.map_err(|error| {
        if !error.source().is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
            let message = "The body of the request is damaged, or broke off.";
            return CallFault::front("SerializationException", message);
        }
        let message = format!("The request has more than {MAX_BODY} bytes.");
        let exception = "RequestEntityTooLargeException";
        CallFault::with_status(StatusCode::PAYLOAD_TOO_LARGE, exception, message)
    })
}

/// What a browser may make of an answer that says nothing about it: nothing.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The answer, which no browser takes for anything else than it is, and which no frame shows
/// unless it says itself what may be done with it.
fn secured(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let header::Entry::Vacant(policy) = headers.entry(header::CONTENT_SECURITY_POLICY) {
        policy.insert(HeaderValue::from_static(POLICY));
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    response
}

#[cfg(test)]
mod tests {
    use crate::emulator::{Backend, Options};

    use super::*;

    /// It is moved more than once, and most calls of SQLite never wait.
    #[tokio::test]
    async fn a_call_takes_little_room() {
        let front = Backend::start(Options::default()).await.unwrap().front();
        let call = call(front.wire.as_ref().unwrap(), Request::new(Body::empty()));
        assert!(size_of_val(&call) <= 4096, "{} bytes", size_of_val(&call));
    }
}
