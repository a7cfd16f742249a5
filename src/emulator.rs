//! The emulator: everything assembled. This is also the way to embed it in a program.

mod front;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::control::Control;
use crate::engine::{Engine, Start, StartAt};
use crate::fault::Fault;
use crate::gate::Gate;
use crate::notify::{self, Courier, Endpoints};
use crate::store::requesters::{Known, Requester};
use crate::store::{OpenError, Store};
use crate::turn::Market;
use crate::web::{Site, Web};
use crate::wire::Wire;
use crate::wire::caller::Auth;
use crate::worlds::reset::Beginning;
use crate::worlds::{Refusal, Worlds};

pub use front::Front;

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
    /// The worker's site.
    pub site: Site,
    /// Where notifications can be delivered.
    pub endpoints: Endpoints,
    /// A request that takes longer is given up; a minute if absent. Moves of the clock, loads and
    /// dumps of worlds, and resets take as long as they take.
    pub max_time: Option<Duration>,
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
    /// The first turn failed.
    #[error("the market cannot begin: {0}")]
    Begin(#[from] Fault),
}

/// A running market without its sockets.
#[derive(Debug, Clone)]
pub struct Emulator {
    engine: Arc<Engine>,
    auth: Auth,
    gate: Arc<Gate>,
    site: Arc<Site>,
    beginning: Arc<Beginning>,
    courier: Courier,
    max_time: Duration,
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
        if options.auth == Auth::Strict && known.is_empty() && options.worlds.is_none() {
            tracing::warn!("--auth strict without --credential: only known requesters may call");
        }
        let start_at = match options.start.at {
            Some(StartAt::Instant(at)) => Some(at),
            _ => None,
        };
        let (worlds, freeze) = (options.worlds, options.start.freeze);
        let beginning = Arc::new(Beginning { known, worlds, start_at, freeze });
        begin(&engine, &beginning, options.start).await?;
        let gate = Arc::new(options.gate);
        let site = Arc::new(options.site);

        let courier = Courier::new(&options.endpoints);
        let max_time = options.max_time.unwrap_or(MAX_TIME);
        Ok(Self { engine, auth: options.auth, gate, site, beginning, courier, max_time })
    }

    /// The engine, for programs that take turns of their own.
    #[must_use]
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// What answers requests.
    #[must_use]
    pub fn front(&self) -> Front {
        let public_origin = self.gate.public_origin.clone();
        let (engine, keys) = (Arc::clone(&self.engine), Arc::default());
        let max_time = self.max_time;
        let wire = Wire { engine, auth: self.auth, keys, max_time, public_origin };
        let control =
            Control { engine: Arc::clone(&self.engine), beginning: Arc::clone(&self.beginning) };
        let web = Web { engine: Arc::clone(&self.engine), site: Arc::clone(&self.site) };
        Front::new(Arc::clone(&self.gate), wire, control, web)
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

    /// Delivers notifications until `stop` says otherwise; then everyone who waits for something to
    /// happen is let go.
    pub async fn deliver(&self, stop: watch::Receiver<bool>) {
        notify::keep_delivering(Arc::clone(&self.engine), self.courier.clone(), stop).await;
    }

    async fn settle(&self) -> Duration {
        match self.engine.settle().await {
            Ok(()) => Duration::ZERO,
            Err(fault) => {
                tracing::error!(%fault, "the timers cannot be settled");
                Duration::from_secs(1)
            }
        }
    }
}

/// A request that takes longer is given up.
const MAX_TIME: Duration = Duration::from_mins(1);

/// Another process may set a timer on a shared store: look again after this long.
const LONGEST_NAP: Duration = Duration::from_secs(5);

fn known(credential: Credential) -> Known {
    let requester = Requester::of_key(&credential.access_key);
    let name = credential.name.unwrap_or_else(|| requester.name.clone());
    Known { requester: Arc::new(Requester { name, ..requester }), secret: Some(credential.secret) }
}

/// Begins the market, or goes on with it.
async fn begin(
    engine: &Arc<Engine>,
    beginning: &Arc<Beginning>,
    start: Start,
) -> Result<(), StartError> {
    let begun = engine.begin_market(beginning, start).await.map_err(|refusal| match refusal {
        Refusal::Fault(Fault::Control { message, .. }) => StartError::Clock(message),
        Refusal::Fault(fault) => StartError::Begin(fault),
        problems @ Refusal::Problems(_) => StartError::World(problems),
    })?;
    if let Some(loaded) = begun.loaded {
        tracing::info!("loaded {loaded}");
    } else if beginning.worlds.is_some() {
        tracing::info!("the database has a market: --fixture is for a new one");
    }
    if let (Some(StartAt::Instant(_)), false) = (start.at, begun.is_new) {
        let now = begun.clock.now();
        tracing::info!("the market goes on at {now}: --clock is for a new one");
    }
    Ok(())
}
