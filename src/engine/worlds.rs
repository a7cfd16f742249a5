//! Turns over the whole market: load, dump, reset.

use std::sync::Arc;

use serde_json::Value;
use tokio::runtime::Handle;

use crate::engine::Engine;
use crate::engine::bring_in::bring_in;
use crate::fault::Fault;
use crate::store::requesters::{self, Requester};
use crate::turn::{Action, Turn, TurnError};
use crate::worlds::dump::{self, Secrets};
use crate::worlds::reset::{self, Beginning, Reset};
use crate::worlds::{Loaded, Refusal, Worlds};

/// What becomes of the market that a world is loaded into.
#[derive(Debug, Clone)]
pub enum LoadMode {
    /// It stays, and the world is added.
    Add,
    /// It goes, but for the clock and the requesters of the beginning.
    Replace(Arc<Beginning>),
}

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
        let loaded = self.write_long(load, |turn, load| Box::pin(self::load(turn, load))).await?;
        if replaces {
            self.faults_are_removed(None);
        }
        Ok(loaded)
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
        self.write_long((beginning, how), |turn, (beginning, how)| {
            Box::pin(reset::reset(turn, beginning, how))
        })
        .await?;
        if is_whole {
            self.faults_are_removed(None);
        }
        Ok(())
    }

    /// The market as a world, as of one instant.
    pub async fn dump(self: &Arc<Self>, secrets: Secrets) -> Result<Value, Fault> {
        // In a transaction: every table as of the same turn.
        self.write_long(secrets, |turn, secrets| Box::pin(dump::dump(turn, *secrets))).await
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
