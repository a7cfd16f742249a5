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
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, Any, CorsLayer};
use tower_http::timeout::TimeoutLayer;

use crate::control::{self, Control};
use crate::engine::{Engine, Onto, Start, StartAt};
use crate::fault::Fault;
use crate::gate::Gate;
use crate::store::requesters::{Known, Requester};
use crate::store::{OpenError, Store};
use crate::turn::Market;
use crate::wire::caller::Auth;
use crate::wire::{MAX_BODY, Wire};
use crate::worlds::reset::Beginning;
use crate::worlds::{Loaded, Refusal, Worlds};

/// A request that takes longer is given up.
const MAX_TIME: Duration = Duration::from_mins(1);

/// How an emulator is to be.
#[derive(Debug, Default)]
pub struct Options {
    /// `sqlite:PATH`, `postgres://…`, or a temporary file.
    pub database: Option<String>,
    /// How strictly callers are looked at.
    pub auth: Auth,
    /// The market's fixed sides.
    pub market: Market,
    /// The clock.
    pub start: Start,
    /// The same ids in each run.
    pub seed: Option<i64>,
    /// Requesters with secrets; in open mode `test` has the secret `test` besides.
    pub credentials: Vec<Credential>,
    /// What a new market begins with.
    pub worlds: Option<Arc<Worlds>>,
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
    /// The clock cannot start so.
    #[error("{0}")]
    Clock(String),
    /// The worlds do not load.
    #[error("{}", .0.message(&[]))]
    World(Refusal),
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
    beginning: Arc<Beginning>,
}

impl Emulator {
    /// Opens the store, makes requesters known, starts the clock, and loads the worlds into a new
    /// market.
    ///
    /// # Errors
    /// The database cannot be used, the clock would go back, or a world does not load.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let store = Store::open(options.database.as_deref()).await?;
        let engine = Arc::new(Engine::new(store, options.market, options.seed).await?);
        let known: Vec<Known> = options.credentials.into_iter().map(known).collect();
        for known in &known {
            engine.make_known(known.clone()).await?;
        }
        if options.auth == Auth::Strict && known.is_empty() && options.worlds.is_none() {
            tracing::warn!("--auth strict without --credential: only known requesters may call");
        }
        start_clock(&engine, options.start).await?;
        let start_at = match options.start.at {
            Some(StartAt::Instant(at)) => Some(at),
            _ => None,
        };
        let (worlds, freeze) = (options.worlds, options.start.freeze);
        let beginning = Arc::new(Beginning { known, worlds, start_at, freeze });
        begin(&engine, &beginning).await.map_err(StartError::World)?;
        let gate = Arc::new(options.gate);
        Ok(Self { engine, auth: options.auth, gate, beginning })
    }

    /// The engine, for programs that take turns of their own.
    #[must_use]
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Everything that is served, behind the gate.
    pub fn router(&self) -> Router {
        let wire = Wire { engine: Arc::clone(&self.engine), auth: self.auth };
        let control =
            Control { engine: Arc::clone(&self.engine), beginning: Arc::clone(&self.beginning) };
        Router::new()
            .route("/", any(call).with_state(wire))
            .nest("/_mturk", control::router(control))
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

async fn start_clock(engine: &Arc<Engine>, start: Start) -> Result<(), StartError> {
    let clock = engine.start_clock(start).await.map_err(|fault| match fault {
        Fault::Control { message, .. } => StartError::Clock(message),
        fault => StartError::Begin(fault),
    })?;
    if let (Some(StartAt::Instant(_)), false) = (start.at, engine.is_new()) {
        tracing::info!("the market goes on at {}: --clock is for a new one", clock.now());
    }
    Ok(())
}

/// Loads the worlds of the beginning, if nothing has happened in the market yet.
async fn begin(engine: &Arc<Engine>, beginning: &Beginning) -> Result<(), Refusal> {
    match &beginning.worlds {
        Some(worlds) if engine.is_new() => {
            let loaded = engine.load(Arc::clone(worlds), Onto::WhatIsThere).await?;
            let Loaded { hits, assignments, workers } = loaded;
            tracing::info!("loaded {hits} HITs, {assignments} assignments, {workers} workers");
            Ok(())
        }
        Some(_) => {
            tracing::info!("the database has a market: --fixture is for a new one");
            Ok(())
        }
        None => Ok(()),
    }
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

async fn guard(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    match gate.check(request.method(), request.headers()) {
        Ok(()) => logged(request, next).await,
        Err(why) => {
            tracing::warn!(why, "refused at the gate");
            (StatusCode::FORBIDDEN, why + "\n").into_response()
        }
    }
}

/// Runs the request, and logs it unless the API's own log does.
async fn logged(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path == "/" {
        return next.run(request).await;
    }
    let (method, path) = (request.method().clone(), path.to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    if method.is_safe() {
        tracing::debug!(%method, path, status, "control");
    } else {
        tracing::info!(%method, path, status, "control");
    }
    response
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
