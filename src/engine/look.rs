//! Turns that only look, and what every turn must know before it begins.

use std::sync::{Arc, MutexGuard, PoisonError};

use crate::engine::{Engine, is_due_at};
use crate::fault::Fault;
use crate::store::Tx;
use crate::store::requesters::Requester;
use crate::store::world::{self, Granted, Opening};
use crate::turn::{BoxFuture, Turn};

impl Engine {
    pub(super) async fn read<T, F>(
        self: &Arc<Self>,
        requester: Requester,
        deed: F,
    ) -> Result<T, Fault>
    where
        F: for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync,
    {
        if self.store.is_shared() {
            match Box::pin(self.read_at_once(&requester, &deed)).await {
                Err(Fault::LostRace) => {}
                answer => return answer,
            }
        }
        let mut tx = self.store.read().await?;
        let mut opening = self.opening(&mut tx).await?;
        if is_due(&opening) {
            drop(tx);
            Box::pin(self.settle_apart()).await?;
            tx = self.store.read().await?;
            opening = self.opening(&mut tx).await?;
        }
        self.look(tx, opening, requester, deed).await
    }

    /// Takes for granted what was last read, which saves asking for it: the turn's first statement
    /// sees whether it still is so.
    async fn read_at_once<T, F>(&self, requester: &Requester, deed: F) -> Result<T, Fault>
    where
        F: for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync,
    {
        let opening = guard(&self.last_read).clone().filter(|opening| !is_due(opening));
        let opening = opening.ok_or(Fault::LostRace)?;
        let mut tx = self.store.read().await?;
        tx.grant(Granted::new(opening.clock));
        self.look(tx, opening, requester.clone(), deed).await
    }

    async fn look<T, F>(
        &self,
        tx: Tx,
        opening: Opening,
        requester: Requester,
        deed: F,
    ) -> Result<T, Fault>
    where
        F: for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync,
    {
        let mut turn = Turn::new(tx, opening, requester, Arc::clone(&self.market));
        turn.post = self.post.get().cloned();
        deed(&mut turn).await
    }

    pub(super) async fn opening(&self, tx: &mut Tx) -> Result<Opening, Fault> {
        if self.store.is_shared() {
            let opening = world::opening(tx).await?;
            *guard(&self.last_read) = Some(opening.clone());
            return Ok(opening);
        }
        let lost = self.store.lost();
        if let Some(opening) = self.known_opening() {
            return Ok(opening);
        }
        let opening = world::opening(tx).await?;
        let mut cached = self.cached();
        // A turn that committed meanwhile knows better.
        if self.store.lost() == lost && cached.as_ref().is_none_or(|(at, _)| *at != lost) {
            *cached = Some((lost, opening.clone()));
        }
        Ok(opening)
    }

    /// What is remembered, if the store has lost nothing since.
    pub(super) fn known_opening(&self) -> Option<Opening> {
        let lost = self.store.lost();
        self.cached().as_ref().filter(|(at, _)| *at == lost).map(|(_, opening)| opening.clone())
    }

    pub(super) fn cached(&self) -> MutexGuard<'_, Option<(u64, Opening)>> {
        guard(&self.opening)
    }
}

fn guard<T>(of: &std::sync::Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn is_due(opening: &Opening) -> bool {
    is_due_at(opening.next_due_at, opening.clock.now())
}
