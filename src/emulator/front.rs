//! What stands before everything: the gate, then the Requester API at `/`, then all other routes.

use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header;
use axum::http::{HeaderValue, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use http_body_util::LengthLimitError;
use tower::ServiceExt as _;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer};

use crate::control;
use crate::emulator::access_log::{Call, Entry, RefusedAtCheck};
use crate::fault::{ErrorView, Fault};
use crate::gate::{Gate, Writers};
use crate::web::{self, Web};
use crate::wire::{Answered, MAX_BODY, Wire};

/// Answers every request.
#[derive(Debug, Clone)]
pub struct Front {
    gate: Arc<Gate>,
    /// Where calls of the API go without a detour. Pages of other origins take the detour, for the
    /// headers that they need.
    wire: Option<Wire>,
    routes: Router,
}

impl Front {
    pub(super) fn new(gate: Arc<Gate>, wire: Wire, control: Router, web: Web) -> Self {
        let site = web::router(web);
        let cors = cors(&gate.cors_origins);
        let direct = cors.is_none().then(|| wire.clone());
        let max_time = wire.max_time;
        let routes = Router::new()
            .route("/", any(api).get(start))
            .with_state((wire, site.clone()))
            .nest("/_mturk", control)
            .fallback_service(site);
        Self { gate, wire: direct, routes: limited(routes, max_time, cors) }
    }

    /// The control API alone.
    pub(super) fn of_control(gate: Arc<Gate>, control: Router, max_time: Duration) -> Self {
        let cors = cors(&gate.cors_origins);
        let routes = Router::new().nest("/_mturk", control).fallback(control::no_such_route);
        Self { gate, wire: None, routes: limited(routes, max_time, cors) }
    }

    /// Every route, without the gate before it.
    pub const fn routes(&self) -> &Router {
        &self.routes
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
        let posts_work = web::is_external_submit(request.uri().path());
        let writers = if posts_work { Writers::Any } else { Writers::Ours };
        let head = (request.method(), request.uri(), request.headers());
        if let Err((status, why)) = self.gate.check(head, writers) {
            let text = format!("{why}\n");
            let error = ErrorView { code: "Refused".to_owned(), message: why };
            return (status, Extension(error), Extension(RefusedAtCheck), text).into_response();
        }
        match &self.wire {
            Some(wire) if is_call(&request) => Box::pin(call(wire, request)).await,
            _ => {
                let Ok(response) = Box::pin(self.routes.clone().oneshot(request)).await;
                response
            }
        }
    }
}

/// The routes with the limits of every request.
fn limited(routes: Router, max_time: Duration, cors: Option<CorsLayer>) -> Router {
    routes
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(max_time, within))
        .layer(tower::util::option_layer(cors))
}

/// Gives up what takes too long, with an answer in the form of what was asked for. A call of the
/// API does so itself.
async fn within(State(max_time): State<Duration>, request: Request, next: Next) -> Response {
    if is_call(&request) || control::may_be_long(request.method(), request.uri().path()) {
        return next.run(request).await;
    }
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    if let Ok(answer) = tokio::time::timeout(max_time, next.run(request)).await {
        return answer;
    }
    let ms = max_time.as_millis();
    tracing::error!(%method, path, ms, "a request was given up");
    if path.starts_with("/_mturk") { control::given_up() } else { web::given_up(&path).await }
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
    let looks = request.method().is_safe() && !request.headers().contains_key("x-amz-target");
    request.uri().path() == "/" && !looks
}

/// Work is posted to one path, however its slashes are.
fn straightened(mut request: Request) -> Request {
    if web::is_external_submit(request.uri().path()) {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(uri) = format!("/mturk/externalSubmit{query}").parse() {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// `GET /`, the start page.
async fn start(State((wire, site)): State<(Wire, Router)>, request: Request) -> Response {
    if is_call(&request) {
        return call(&wire, request).await;
    }
    let Ok(response) = site.oneshot(request).await;
    response
}

async fn api(State((wire, _)): State<(Wire, Router)>, request: Request) -> Response {
    call(&wire, request).await
}

/// `POST /`, and everything else that is sent to the API's only path.
async fn call(wire: &Wire, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method != Method::POST {
        let message = "The Requester API answers POST requests.".into();
        let exception = "UnknownOperationException";
        return Box::pin(wire.refuse(&Fault::Front { exception, status: 404, message })).await;
    }
    let deadline = tokio::time::Instant::now() + wire.max_time;
    let body = match whole(body, deadline).await {
        Ok(body) => body,
        Err(fault) => return Box::pin(wire.refuse(&fault)).await,
    };
    let Answered { mut response, operation, requester } = wire.answer(&parts, body, deadline).await;
    response.extensions_mut().insert(Call { operation, requester });
    response
}

/// The whole body, if it arrives in time.
///
/// Assumed: the name of the exception of a late one; it is that of other services.
async fn whole(body: Body, deadline: tokio::time::Instant) -> Result<axum::body::Bytes, Fault> {
    let refused = |exception, status, message| Fault::Front { exception, status, message };
    let read = tokio::time::timeout_at(deadline, to_bytes(body, MAX_BODY)).await;
    let read = read.map_err(|_| {
        let message = "The request's body did not arrive in time.".into();
        refused("RequestTimeoutException", 408, message)
    })?;
    read.map_err(|error| {
        if !error.source().is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
            let said = "The body of the request is damaged, or broke off.";
            return Fault::front("SerializationException", said);
        }
        let message = format!("The request has more than {MAX_BODY} bytes.");
        refused("RequestEntityTooLargeException", 413, message)
    })
}

/// What a browser may make of an answer that says nothing about it: nothing.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// The answer, which no browser takes for anything else than it is, and which stands in no frame
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
    use crate::emulator::{Emulator, Options};

    use super::*;

    /// It is moved more than once, and most calls of SQLite never wait.
    #[tokio::test]
    async fn a_call_takes_little_room() {
        let front = Emulator::start(Options::default()).await.unwrap().front();
        let call = call(front.wire.as_ref().unwrap(), Request::new(Body::empty()));
        assert!(size_of_val(&call) <= 4096, "{} bytes", size_of_val(&call));
    }
}
