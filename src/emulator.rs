//! The emulator: everything assembled. This is also the way to embed it in a program.

mod access_log;
mod front;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::sync::watch;

use crate::answerers::Asker;
use crate::console::{self, Console};
use crate::control::admin::AdminToken;
use crate::control::{self, Control};
use crate::desk::{self, Desk};
use crate::engine::{Engine, Start, StartAt};
use crate::fault::{Code, Fault};
use crate::host_check::HostCheck;
use crate::ids;
use crate::journal::{Journal, USUAL_BYTES};
use crate::metrics::Metrics;
use crate::notify::{self, Endpoints, Publisher};
use crate::outbound::{Outbound, Policy};
use crate::rules::url::own_origin;
use crate::site::{self, SiteOptions, SiteState};
use crate::store::requesters::{Credentials, Requester};
use crate::store::{OpenError, Store, world};
use crate::time::Source;
use crate::turn::Market;
use crate::wire::Wire;
use crate::wire::caller::Auth;
use crate::worlds::reset::Beginning;
use crate::worlds::{Refusal, Worlds};

pub use access_log::REFUSED_AT_CHECK;
pub use front::{Front, is_dropped};

/// The options of an emulator.
#[derive(Debug)]
pub struct Options {
    /// `sqlite:PATH`, `postgres://…`, or a temporary file.
    pub database: Option<String>,
    /// How strictly callers are authenticated.
    pub auth: Auth,
    /// What does not change while the market runs.
    pub market: Market,
    /// The clock.
    pub start: Start,
    /// The machine's clocks, or others in their place.
    pub clocks: Source,
    /// The same ids in each run.
    pub seed: Option<i64>,
    /// Requesters with secrets; in open mode `test` has the secret `test` besides.
    pub credentials: Vec<Credential>,
    /// What a new market begins with.
    pub worlds: Option<Arc<Worlds>>,
    /// Who is let in.
    pub host_check: HostCheck,
    /// The worker's site.
    pub site: SiteOptions,
    /// Where notifications can be delivered.
    pub endpoints: Endpoints,
    /// What other hosts may be sent, by webhooks and robots.
    pub outbound: Policy,
    /// Who may use the control API.
    pub control: ControlAccess,
    /// Where the server speaks HTTPS, for whoever asks for its health.
    pub https_url: Option<String>,
    /// A request that takes longer is given up; a minute if absent. Moves of the clock, loads and
    /// dumps of worlds, resets, and snapshots take as long as they take.
    pub max_time: Option<Duration>,
    /// How many bytes of calls the journal keeps; 0 for no journal.
    pub journal_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            database: None,
            auth: Auth::default(),
            market: Market::default(),
            start: Start::default(),
            clocks: Source::default(),
            seed: None,
            credentials: Vec::new(),
            worlds: None,
            host_check: HostCheck::default(),
            site: SiteOptions::default(),
            endpoints: Endpoints::default(),
            outbound: Policy::default(),
            control: ControlAccess::default(),
            https_url: None,
            max_time: None,
            journal_bytes: USUAL_BYTES,
        }
    }
}

/// Who may use the control API, and where it answers.
#[derive(Debug, Clone, Default)]
pub struct ControlAccess {
    /// The admin token that was given.
    pub token: Option<AdminToken>,
    /// Whether it asks for a token although none was given: the store's, which is made if there is
    /// none. [`Auth::Strict`] always does.
    pub asks_for_token: bool,
    /// Whether it answers at [`Backend::control_front`] alone.
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
pub struct Backend {
    host_check: Arc<HostCheck>,
    wire: Wire,
    control: Control,
    site: SiteState,
    publisher: Publisher,
    has_new_token: bool,
    control_is_apart: bool,
}

impl Backend {
    /// Opens the store, adds requesters, starts the clock, and loads the worlds into a new market.
    ///
    /// # Errors
    /// The database cannot be used, the clock would go back, or a world does not load.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let store = Store::open(options.database.as_deref()).await?;
        let engine = Engine::with_clocks(store, options.market, options.seed, options.clocks);
        let engine = Arc::new(engine.await?);
        let public_origin = options.host_check.public_origin.clone();
        let outbound = Outbound::new(options.outbound);
        let submit_to = own_origin(public_origin.as_deref(), None, None);
        engine.outside().set(Box::new(Asker::new(outbound.clone(), &submit_to)));
        let known: Vec<Credentials> = options.credentials.into_iter().map(known).collect();
        if options.auth == Auth::Strict && known.is_empty() && options.worlds.is_none() {
            tracing::warn!("--auth strict without --credential: only known requesters may call");
        }
        let start_at = options.start.at.and_then(StartAt::instant);
        let (worlds, freeze) = (options.worlds, options.start.freeze);
        let beginning = Arc::new(Beginning { known, worlds, start_at, freeze });
        begin(&engine, &beginning, options.start).await?;
        engine.wake_asking_crowds().await?;
        let asks = options.control.asks_for_token || options.auth == Auth::Strict;
        let (token, has_new_token) = match options.control.token {
            None if asks => admin_token(&engine).await?,
            given => (given, false),
        };
        let journal = Journal::new(options.journal_bytes);
        let metrics = Arc::<Metrics>::default();
        Ok(Self {
            wire: Wire {
                engine: Arc::clone(&engine),
                auth: options.auth,
                keys: Arc::default(),
                max_time: options.max_time.unwrap_or(MAX_TIME),
                public_origin: public_origin.clone(),
                journal: journal.clone(),
                metrics: Arc::clone(&metrics),
                advice: Arc::default(),
            },
            site: SiteState {
                engine: Arc::clone(&engine),
                options: Arc::new(options.site),
                frames: options.host_check.frames.clone(),
                has_desk: !options.control.is_apart,
                is_open: options.auth == Auth::Open,
            },
            control: Control {
                engine,
                beginning,
                public_origin,
                token,
                https_url: options.https_url,
                outbound,
                journal,
                metrics,
            },
            host_check: Arc::new(options.host_check),
            publisher: Publisher::new(options.endpoints),
            has_new_token,
            control_is_apart: options.control.is_apart,
        })
    }

    /// The engine, for programs that take turns of their own.
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.control.engine
    }

    /// What sends requests to other hosts.
    pub const fn outbound(&self) -> &Outbound {
        &self.control.outbound
    }

    /// What answers requests.
    pub fn front(&self) -> Front {
        let control = if self.control_is_apart {
            control::open(self.control.clone())
        } else {
            self.control_routes()
        };
        Front::new(Arc::clone(&self.host_check), self.wire.clone(), control, self.site.clone())
    }

    /// What answers requests to the control API and the console, and nothing else.
    pub fn control_front(&self) -> Front {
        let frames = site::frames().with_state(self.site.clone());
        let control = self.control_routes().merge(site::assets()).merge(frames);
        Front::of_control(Arc::clone(&self.host_check), self.wire.clone(), control)
    }

    /// The control API; the console, which does by it what people ask for; the requester's desk.
    fn control_routes(&self) -> Router {
        let (control, own) = (control::router(self.control.clone()), &self.control);
        let access = (own.token.clone(), own.public_origin.clone());
        let (engine, journal) = (Arc::clone(&own.engine), own.journal.clone());
        let console =
            Console::new(engine, journal, access, (control.clone(), !self.control_is_apart));
        control.merge(console::router(console)).merge(desk::router(self.desk()))
    }

    fn desk(&self) -> Desk {
        let own = &self.control;
        let access = desk::Access {
            token: own.token.clone(),
            is_strict: self.wire.auth == Auth::Strict,
            public_origin: own.public_origin.clone(),
            frames: self.host_check.frames.clone(),
        };
        Desk::new(Arc::clone(&own.engine), access, !self.control_is_apart)
    }

    /// The admin token, if the control API asks for one.
    pub const fn admin_token(&self) -> Option<&AdminToken> {
        self.control.token.as_ref()
    }

    /// Whether this start made the token, so that nobody knows it yet.
    pub const fn has_new_admin_token(&self) -> bool {
        self.has_new_token
    }

    /// Waits until the files of a SQLite database were moved, replaced, deleted or written by
    /// another program: why nothing is written any more. Every request is answered with a fault
    /// then, and the program should stop. On PostgreSQL it never ends.
    pub async fn files_changed(&self) -> String {
        self.engine().store().files_changed().await
    }

    /// Settles timers as they fall due, until `stop` is set.
    pub async fn keep_time(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            self.engine().ask_outside().await;
            let wait = self.settle().await.unwrap_or_else(|fault| {
                tracing::error!(%fault, "the timers cannot be settled");
                Duration::from_secs(1)
            });
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.engine().timer_set.notified() => {}
                _ = stop.changed() => return,
            }
        }
    }

    /// Settles what is due; returns the time until there may be more.
    async fn settle(&self) -> Result<Duration, Fault> {
        match self.engine().due_in_ms().await? {
            Some(ms) if ms <= 0 => self.engine().settle().await.map(|()| Duration::ZERO),
            Some(ms) => Ok(Duration::from_millis(ms.unsigned_abs()).min(POLL_EVERY)),
            None => Ok(POLL_EVERY),
        }
    }

    /// Delivers notifications, and events to webhooks, until `stop` is set; then ends every wait
    /// for an event.
    pub async fn deliver(&self, stop: watch::Receiver<bool>) {
        let (publisher, outbound) = (self.publisher.clone(), self.outbound().clone());
        notify::deliver(Arc::clone(self.engine()), publisher, outbound, stop).await;
    }
}

/// A request that takes longer is given up.
const MAX_TIME: Duration = Duration::from_mins(1);

/// Another process may set a timer on a shared store: it is read again after this long.
const POLL_EVERY: Duration = Duration::from_secs(5);

fn known(credential: Credential) -> Credentials {
    let requester = Requester::of_key(&credential.access_key);
    let name = credential.name.unwrap_or_else(|| requester.name.clone());
    Credentials {
        requester: Arc::new(Requester { name, ..requester }),
        secret: Some(credential.secret),
    }
}

/// The store's admin token, and whether it was made now.
async fn admin_token(engine: &Arc<Engine>) -> Result<(Option<AdminToken>, bool), Fault> {
    let new = URL_SAFE_NO_PAD.encode(ids::random());
    let stored = engine.write(Requester::default(), new.clone(), |turn, new| {
        Box::pin(world::admin_token(&mut turn.tx, new))
    });
    let stored = stored.await?;
    let damaged = || Fault::Service("the admin token in the store is damaged".into());
    Ok((Some(AdminToken::new(&stored).ok_or_else(damaged)?), stored == new))
}

/// Begins the market, or goes on with it.
async fn begin(
    engine: &Arc<Engine>,
    beginning: &Arc<Beginning>,
    start: Start,
) -> Result<(), StartError> {
    let begun = engine.begin_market(beginning, start).await.map_err(|refusal| match refusal {
        Refusal::Fault(Fault::Refused(refused))
            if matches!(refused.code, Code::BadRequest | Code::Conflict) =>
        {
            StartError::Clock(refused.message)
        }
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
