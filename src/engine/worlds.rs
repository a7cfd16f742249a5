//! Turns over the whole market: load, dump, reset.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::engine::bring_in::bring_in;
use crate::engine::{Concurrency, Engine};
use crate::fault::Fault;
use crate::spool::Spool;
use crate::store::requesters::{self, Requester};
use crate::turn::{Action, Turn, TurnError};
use crate::worlds::dump::{self, Secrets};
use crate::worlds::reset::{self, Beginning, Reset};
use crate::worlds::{Loaded, Problem, Refusal, Worlds};

/// What becomes of the market that a world is loaded into.
#[derive(Debug, Clone)]
pub enum LoadMode {
    /// It stays, and the world is added.
    Add,
    /// It goes, but for the clock and the requesters of the beginning.
    Replace(Arc<Beginning>),
}

#[derive(Clone)]
struct Load {
    worlds: Arc<Worlds>,
    mode: LoadMode,
    owner: Option<String>,
}

impl Engine {
    /// Loads worlds in one turn, at the time that they say if it is later than the market's.
    /// `owner` (an access key or an id) owns the entries that name no requester.
    ///
    /// # Errors
    /// Every problem of the worlds, or the database failed; nothing is loaded then.
    pub async fn load(
        self: &Arc<Self>,
        worlds: Arc<Worlds>,
        mode: LoadMode,
        owner: Option<String>,
    ) -> Result<Loaded, Refusal> {
        // A webhook begins behind the events that have happened.
        self.number_events().await?;
        if matches!(mode, LoadMode::Add) {
            // Within the turn nobody can be asked for answers of robots.
            self.settle_apart().await?;
        }
        let replaces = matches!(mode, LoadMode::Replace(_));
        let load = Load { worlds, mode, owner };
        let loaded = match self.load_in_turn(load.clone()).await {
            Err(Refusal::Problems(some)) => self.load_whole(load, some).await?,
            loaded => loaded?,
        };
        if replaces {
            self.faults_are_removed(None);
        }
        Ok(loaded)
    }

    async fn load_in_turn(self: &Arc<Self>, load: Load) -> Result<Loaded, Refusal> {
        self.write_long(load, |turn, load| Box::pin(self::load(turn, load))).await
    }

    /// Loads worlds again that were read in portions, which have some problems: all are told then.
    async fn load_whole(
        self: &Arc<Self>,
        load: Load,
        some: Vec<Problem>,
    ) -> Result<Loaded, Refusal> {
        let worlds = Arc::clone(&load.worlds);
        match self.apart(|_| async move { worlds.whole() }).await? {
            Some(worlds) => self.load_in_turn(Load { worlds, ..load }).await,
            None => Err(Refusal::Problems(some)),
        }
    }

    /// A beginning whose worlds have some problems, with all of them in memory: then all problems
    /// are told.
    ///
    /// # Errors
    /// These problems, if they are all.
    pub(super) async fn whole(
        self: &Arc<Self>,
        beginning: Arc<Beginning>,
        some: Vec<Problem>,
    ) -> Result<Arc<Beginning>, Refusal> {
        let whole = self.apart(|_| async move { beginning.whole() }).await?;
        whole.map(Arc::new).ok_or(Refusal::Problems(some))
    }

    /// Goes back.
    ///
    /// # Errors
    /// No such requester; the database failed.
    pub async fn reset(
        self: &Arc<Self>,
        beginning: Arc<Beginning>,
        how: Reset,
    ) -> Result<(), Refusal> {
        let is_whole = !matches!(how, Reset::Requester(_));
        let take = |beginning: Arc<Beginning>| {
            self.write_long((beginning, how.clone()), |turn, (beginning, how)| {
                Box::pin(reset::reset(turn, beginning, how))
            })
        };
        match take(Arc::clone(&beginning)).await {
            Err(Refusal::Problems(some)) => take(self.whole(beginning, some).await?).await?,
            done => done?,
        }
        if is_whole {
            self.faults_are_removed(None);
        }
        Ok(())
    }

    /// The market as a world, as of one instant. It ends when nobody waits for it any more.
    pub async fn dump(self: &Arc<Self>, secrets: Secrets) -> Result<Spool, Fault> {
        let waiting = Arc::new(());
        let input = (secrets, Arc::downgrade(&waiting));
        self.view_whole(Concurrency::Shared, input, |turn, (secrets, waiting)| {
            Box::pin(dump::dump(turn, *secrets, waiting))
        })
        .await
    }

    /// A turn that may take seconds, on a thread that nobody else waits for: SQLite is called where
    /// the turn is. It may change requesters.
    ///
    /// # Errors
    /// As of [`Engine::write`].
    pub async fn write_long<I, T, E>(
        self: &Arc<Self>,
        input: I,
        action: Action<I, T, E>,
    ) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: TurnError,
    {
        let turn = move |engine: Arc<Self>| async move {
            engine.write(Requester::default(), input, action).await
        };
        let done = self.apart(turn).await;
        self.forget_callers();
        done
    }

    /// Runs `work` on a thread that nobody else waits for.
    pub(super) async fn apart<T, E, F>(
        self: &Arc<Self>,
        work: impl FnOnce(Arc<Self>) -> F + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: TurnError,
        F: Future<Output = Result<T, E>>,
    {
        let (engine, runtime) = (Arc::clone(self), Handle::current());
        let done = tokio::task::spawn_blocking(move || runtime.block_on(work(engine))).await;
        done.unwrap_or_else(|e| Err(Fault::Service(e.to_string()).into()))
    }
}

async fn load(turn: &mut Turn, load: &Load) -> Result<Loaded, Refusal> {
    let (worlds, owner) = (&load.worlds, load.owner.as_deref());
    let LoadMode::Replace(beginning) = &load.mode else {
        return bring_in(turn, worlds, owner).await;
    };
    let secrets = requesters::secrets(&mut turn.tx).await?;
    reset::clear(turn, beginning).await?;
    let loaded = bring_in(turn, worlds, owner).await?;
    requesters::add_secrets(&mut turn.tx, &secrets).await?;
    Ok(loaded)
}
