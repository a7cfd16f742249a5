//! Turns over the whole market: load, dump, reset.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::runtime::Handle;

use crate::engine::{Engine, settle};
use crate::fault::Fault;
use crate::store::requesters::{self, Requester};
use crate::turn::{Access, BoxFuture, Turn};
use crate::worlds::dump::{self, Secrets};
use crate::worlds::reset::{self, Beginning, Reset};
use crate::worlds::{Loaded, Refusal, Worlds};

/// What a world is loaded onto.
#[derive(Debug, Clone)]
pub enum Onto {
    /// What is there stays.
    WhatIsThere,
    /// What is there goes, but the clock, and the requesters of the beginning.
    Nothing(Arc<Beginning>),
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
        onto: Onto,
        owner: Option<String>,
    ) -> Result<Loaded, Refusal> {
        self.whole(move |turn| {
            let (worlds, onto, owner) = (Arc::clone(&worlds), onto.clone(), owner.clone());
            Box::pin(async move {
                let Onto::Nothing(beginning) = &onto else {
                    return bring_in(turn, &worlds, owner.as_deref()).await;
                };
                let secrets = requesters::secrets(&mut turn.tx).await?;
                reset::clear(turn, beginning).await?;
                let loaded = bring_in(turn, &worlds, owner.as_deref()).await?;
                requesters::add_secrets(&mut turn.tx, &secrets).await?;
                Ok(loaded)
            })
        })
        .await
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
        self.whole(move |turn| {
            let (beginning, how) = (Arc::clone(&beginning), how.clone());
            Box::pin(async move { reset::reset(turn, &beginning, &how).await })
        })
        .await
    }

    /// The market as a world, as of one instant.
    ///
    /// # Errors
    /// The database failed.
    pub async fn dump(self: &Arc<Self>, secrets: Secrets) -> Result<Value, Fault> {
        // In a transaction: every table as of the same turn.
        self.long(move |turn| Box::pin(dump::dump(turn, secrets))).await
    }

    /// A turn that may take seconds, on a thread that nobody else waits for: SQLite is called where
    /// the turn is.
    async fn long<T, F>(self: &Arc<Self>, deed: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync + 'static,
    {
        let (engine, runtime) = (Arc::clone(self), Handle::current());
        let turn = move || runtime.block_on(engine.turn(Access::Write, Requester::default(), deed));
        let done = tokio::task::spawn_blocking(turn).await;
        done.unwrap_or_else(|e| Err(Fault::Service(e.to_string())))
    }

    /// A turn that may be refused for many reasons at once, after which nothing is as it was.
    pub(super) async fn whole<T, F>(self: &Arc<Self>, deed: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Refusal>> + Send + Sync + 'static,
    {
        let deed = Arc::new(deed);
        let told: Arc<Mutex<Option<Refusal>>> = Arc::default();
        let tell = Arc::clone(&told);
        let done = self.long(move |turn| {
            let (deed, tell) = (Arc::clone(&deed), Arc::clone(&tell));
            Box::pin(async move {
                deed(turn).await.map_err(|refusal| match refusal {
                    Refusal::Fault(fault) => fault,
                    problems @ Refusal::Problems(_) => {
                        *tell.lock().unwrap_or_else(PoisonError::into_inner) = Some(problems);
                        Fault::unreadable("the world has problems")
                    }
                })
            })
        });
        let done = done.await;
        self.forget_callers();
        let refusal = told.lock().unwrap_or_else(PoisonError::into_inner).take();
        done.map_err(|fault| refusal.unwrap_or(Refusal::Fault(fault)))
    }
}

/// Loads worlds at the time that they say if it is later than the market's: what falls due by that
/// happens first, in this very turn. So does what is still due while the clock is held.
pub(super) async fn bring_in(
    turn: &mut Turn,
    worlds: &Worlds,
    owner: Option<&str>,
) -> Result<Loaded, Refusal> {
    if turn.clock.held_at().is_some() {
        turn.move_to(turn.clock.target(turn.real.at));
    }
    worlds.move_clock(turn).await?;
    settle::all(turn).await?;
    worlds.load(turn, owner).await
}
