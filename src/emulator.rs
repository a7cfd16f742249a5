//! The emulator: everything assembled. This is also the way to embed it in a program.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tokio::sync::watch;
use tower_http::cors::{AllowOrigin, Any, CorsLayer};
use tower_http::timeout::TimeoutLayer;

use crate::control;
use crate::engine::{ClockChange, Engine};
use crate::fault::Fault;
use crate::gate::Gate;
use crate::store::requesters::{Known, Requester};
use crate::store::{OpenError, Store};
use crate::time::Instant;
use crate::turn::Market;
use crate::wire::caller::{Auth, DEFAULT_ACCESS_KEY};
use crate::wire::{MAX_BODY, Wire};

/// A request that takes longer is given up.
const MAX_TIME: Duration = Duration::from_mins(1);

/// How an emulator is to be.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `sqlite:PATH`, `postgres://…`, or a temporary file.
    pub database: Option<String>,
    /// How strictly callers are looked at.
    pub auth: Auth,
    /// The market's fixed sides.
    pub market: Market,
    /// Start at this instant.
    pub clock: Option<Instant>,
    /// Stand still.
    pub freeze: bool,
    /// The same ids in each run.
    pub seed: Option<i64>,
    /// Requesters with secrets; besides `test`, whose secret is `test`.
    pub credentials: Vec<Credential>,
    /// Who is let in.
    pub gate: Gate,
}

/// A requester who can prove who it is.
#[derive(Clone)]
pub struct Credential {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret: String,
    /// What workers read; the access key if absent.
    pub name: Option<String>,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credential").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// Why an emulator does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The first turns failed.
    #[error("the market cannot begin: {0}")]
    Begin(#[from] Fault),
}

/// A running market without its sockets.
#[derive(Debug, Clone)]
pub struct Emulator {
    engine: Arc<Engine>,
    auth: Auth,
    gate: Arc<Gate>,
}

impl Emulator {
    /// Opens the store and sets the clock and the known requesters.
    ///
    /// # Errors
    /// The database cannot be used, or the clock would go back.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let store = Store::open(options.database.as_deref()).await?;
        let engine = Arc::new(Engine::new(store, options.market, options.seed).await?);
        let default = Credential {
            access_key: DEFAULT_ACCESS_KEY.into(),
            secret: DEFAULT_ACCESS_KEY.into(),
            name: None,
        };
        let given = |key: &str| options.credentials.iter().any(|c| c.access_key == key);
        // In strict mode the well-known key opens nothing unless it was asked for.
        if options.auth == Auth::Open && !given(DEFAULT_ACCESS_KEY) {
            engine.make_known(&known(default)).await?;
        }
        for credential in options.credentials {
            engine.make_known(&known(credential)).await?;
        }
        set_clock(&engine, options.clock, options.freeze).await?;
        Ok(Self { engine, auth: options.auth, gate: Arc::new(options.gate) })
    }

    /// The engine, for programs that take turns of their own.
    #[must_use]
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Everything that is served, behind the gate.
    pub fn router(&self) -> Router {
        let wire = Wire { engine: Arc::clone(&self.engine), auth: self.auth };
        Router::new()
            .route("/", any(call).with_state(wire))
            .nest("/_mturk", control::router(Arc::clone(&self.engine)))
            .layer(axum::extract::DefaultBodyLimit::max(MAX_BODY))
            .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, MAX_TIME))
            .layer(tower::util::option_layer(cors(&self.gate.cors_origins)))
            .layer(from_fn_with_state(Arc::clone(&self.gate), guard))
    }

    /// Lets timers fall due while nobody asks, until `stop` says otherwise.
    pub async fn keep_time(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let wait = match self.engine.due_in_ms().await {
                Ok(Some(ms)) if ms <= 0 => self.settle().await,
                Ok(Some(ms)) => Duration::from_millis(ms.unsigned_abs()).min(LONGEST_NAP),
                Ok(None) => LONGEST_NAP,
                Err(fault) => {
                    tracing::error!(%fault, "the timers cannot be read");
                    Duration::from_secs(1)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.engine.timer_set.notified() => {}
                _ = stop.changed() => return,
            }
        }
    }

    async fn settle(&self) -> Duration {
        match self.engine.settle().await {
            Ok(_) => Duration::ZERO,
            Err(fault) => {
                tracing::error!(%fault, "the timers cannot be settled");
                Duration::from_secs(1)
            }
        }
    }
}

/// Another process may set a timer on a shared store: look again after this long.
const LONGEST_NAP: Duration = Duration::from_secs(5);

fn known(credential: Credential) -> Known {
    let requester = Requester::of_key(&credential.access_key);
    let name = credential.name.unwrap_or_else(|| requester.name.clone());
    Known { requester: Requester { name, ..requester }, secret: Some(credential.secret) }
}

async fn set_clock(
    engine: &Arc<Engine>,
    clock: Option<Instant>,
    freeze: bool,
) -> Result<(), Fault> {
    // First whether it stands, then where: a frozen clock stands at that very instant.
    if freeze {
        engine.change_clock(ClockChange::Freeze).await?;
    } else if clock.is_some() {
        engine.change_clock(ClockChange::Resume).await?;
    }
    match clock {
        Some(at) => engine.start_clock(at).await,
        None => Ok(()),
    }
}

/// None unless an origin was named: then answers carry no such headers at all.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let known = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(known))
        .allow_methods(Any)
        .allow_headers(Any)
        .expose_headers(Any);
    (!origins.is_empty()).then_some(layer)
}

async fn guard(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    match gate.check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(why) => {
            tracing::warn!(why, "refused at the gate");
            (StatusCode::FORBIDDEN, why + "\n").into_response()
        }
    }
}

/// `POST /`, and everything else that is sent to the API's only path.
async fn call(State(wire): State<Wire>, request: Request) -> Response<Body> {
    let begun = std::time::Instant::now();
    let (parts, body) = request.into_parts();
    if parts.method != axum::http::Method::POST {
        let message = "The Requester API answers POST requests.".into();
        let exception = "UnknownOperationException";
        return wire.refuse(&Fault::Front { exception, status: 404, message }).await;
    }
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        let message = format!("The request has more than {MAX_BODY} bytes.");
        let exception = "RequestEntityTooLargeException";
        return wire.refuse(&Fault::Front { exception, status: 413, message }).await;
    };
    let answered = wire.answer(&parts, body).await;
    tracing::info!(
        operation = answered.operation,
        requester = answered.requester_id,
        status = answered.response.status().as_u16(),
        ms = begun.elapsed().as_millis(),
        "call"
    );
    answered.response
}
