//! The emulator: everything assembled. This is also the way to embed it in a program.

mod access_log;
mod front;

use std::sync::Arc;
use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::sync::watch;

use crate::control::admin::AdminToken;
use crate::control::{self, Control};
use crate::engine::{Engine, Start, StartAt};
use crate::fault::Fault;
use crate::gate::Gate;
use crate::ids;
use crate::notify::{self, Courier, Endpoints};
use crate::store::requesters::{Known, Requester};
use crate::store::{OpenError, Store, world};
use crate::time::Source;
use crate::turn::{Access, Market};
use crate::web::{Site, Web};
use crate::wire::Wire;
use crate::wire::caller::Auth;
use crate::worlds::reset::Beginning;
use crate::worlds::{Refusal, Worlds};

pub use access_log::REFUSED_AT_CHECK;
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
    /// The clocks of the machine, or others in their place.
    pub clocks: Source,
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
    /// Who may use the control API.
    pub control: ControlAccess,
    /// A request that takes longer is given up; a minute if absent. Moves of the clock, loads and
    /// dumps of worlds, and resets take as long as they take.
    pub max_time: Option<Duration>,
}

/// Who may use the control API, and where it answers.
#[derive(Debug, Clone, Default)]
pub struct ControlAccess {
    /// The admin token that was given.
    pub token: Option<AdminToken>,
    /// Whether it asks for a token although none was given: the store's, which is made if there is
    /// none. [`Auth::Strict`] always does.
    pub asks_for_token: bool,
    /// Whether it answers at [`Emulator::control_front`] alone.
    pub is_apart: bool,
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
    token: Option<AdminToken>,
    has_new_token: bool,
    control_is_apart: bool,
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
        let engine = Engine::with_clocks(store, options.market, options.seed, options.clocks);
        let engine = Arc::new(engine.await?);
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
        let asks = options.control.asks_for_token || options.auth == Auth::Strict;
        let (token, has_new_token) = match options.control.token {
            None if asks => admin_token(&engine).await?,
            given => (given, false),
        };
        let control_is_apart = options.control.is_apart;
        let auth = options.auth;
        Ok(Self {
            engine,
            auth,
            gate,
            site,
            beginning,
            courier,
            token,
            has_new_token,
            control_is_apart,
            max_time: options.max_time.unwrap_or(MAX_TIME),
        })
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
        let routes = if self.control_is_apart { control::open } else { control::router };
        let control = routes(self.control());
        let web = Web { engine: Arc::clone(&self.engine), site: Arc::clone(&self.site) };
        Front::new(Arc::clone(&self.gate), wire, control, web)
    }

    /// What answers requests to the control API, and nothing else.
    #[must_use]
    pub fn control_front(&self) -> Front {
        let control = control::router(self.control());
        Front::of_control(Arc::clone(&self.gate), control, self.max_time)
    }

    fn control(&self) -> Control {
        Control {
            engine: Arc::clone(&self.engine),
            beginning: Arc::clone(&self.beginning),
            public_origin: self.gate.public_origin.clone(),
            token: self.token.clone(),
        }
    }

    /// The admin token, if the control API asks for one.
    #[must_use]
    pub const fn admin_token(&self) -> Option<&AdminToken> {
        self.token.as_ref()
    }

    /// Whether this start made the token, so that nobody knows it yet.
    #[must_use]
    pub const fn has_new_admin_token(&self) -> bool {
        self.has_new_token
    }

    /// Waits until the files of a SQLite database were moved, replaced, deleted or written by
    /// another program: why nothing is written any more. Every request is answered with a fault
    /// then, and the program should stop. On PostgreSQL it never ends.
    pub async fn lost_files(&self) -> String {
        self.engine.store().lost_files().await
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

/// The store's admin token, and whether it was made now.
async fn admin_token(engine: &Arc<Engine>) -> Result<(Option<AdminToken>, bool), Fault> {
    let new = URL_SAFE_NO_PAD.encode(ids::random());
    let kept = engine.turn(Access::Write, Requester::default(), {
        let new = new.clone();
        move |turn| {
            let new = new.clone();
            Box::pin(async move { world::admin_token(&mut turn.tx, &new).await })
        }
    });
    let kept = kept.await?;
    let damaged = || Fault::Service("the admin token in the store is damaged".into());
    Ok((Some(AdminToken::new(&kept).ok_or_else(damaged)?), kept == new))
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
        let owner = loaded.owner().map(|owner| owner.access_key.as_str());
        tracing::info!(owner, "loaded {loaded}");
    } else if beginning.worlds.is_some() {
        tracing::info!("the database has a market: --fixture is for a new one");
    }
    if let (Some(StartAt::Instant(_)), false) = (start.at, begun.is_new) {
        let now = begun.now;
        tracing::info!("the market goes on at {now}: --clock is for a new one");
    }
    Ok(())
}
