//! Turns that only look, and what every turn must know before it begins.

use std::sync::{Arc, MutexGuard, PoisonError};

use crate::engine::{Deed, Engine, is_due_at};
use crate::fault::Fault;
use crate::store::Tx;
use crate::store::requesters::Requester;
use crate::store::world::{self, Granted, Opening};
use crate::turn::Turn;

impl Engine {
    pub(super) async fn read<T>(
        self: &Arc<Self>,
        requester: Arc<Requester>,
        deed: Deed<'_, T>,
    ) -> Result<T, Fault> {
        if self.is_held() && self.settling.try_lock().is_ok() {
            // If it fails, the turn reads as of the held instant.
            let _ = Box::pin(self.settle_some()).await;
        }
        if self.store.is_shared() {
            match Box::pin(self.read_at_once(&requester, deed)).await {
                Err(Fault::LostRace) => {}
                answer => return answer,
            }
        }
        let mut tx = self.store.read().await?;
        let mut opening = self.opening(&mut tx).await?;
        if self.is_due(&opening) {
            drop(tx);
            Box::pin(self.settle_some()).await?;
            tx = self.store.read().await?;
            opening = self.opening(&mut tx).await?;
        }
        deed(&mut self.looking(tx, opening, requester)).await
    }

    /// Takes for granted what was last read, which saves asking for it: the turn's first statement
    /// sees whether it still is so.
    async fn read_at_once<T>(
        &self,
        requester: &Arc<Requester>,
        deed: Deed<'_, T>,
    ) -> Result<T, Fault> {
        let opening = guard(&self.last_read).clone().ok_or(Fault::LostRace)?;
        if self.is_due(&opening) {
            return Err(Fault::LostRace);
        }
        let mut tx = self.store.read().await?;
        tx.grant(Granted::new(opening.clock, self.told(opening.clock).now));
        let mut turn = self.looking(tx, opening, Arc::clone(requester));
        let answer = deed(&mut turn).await;
        // A turn without a statement has told the time at the most.
        if let Some(sure) = turn.tx.make_sure() {
            sure.await?;
        }
        answer
    }

    fn looking(&self, tx: Tx, opening: Opening, requester: Arc<Requester>) -> Turn {
        let begun = (opening, self.real_time.now());
        let mut turn = Turn::new(tx, begun, requester, Arc::clone(&self.market));
        turn.post = self.post.get().cloned();
        turn
    }

    /// What a turn that began now would know.
    pub(super) async fn current(&self) -> Result<Opening, Fault> {
        match self.known_opening() {
            Some(opening) => Ok(opening),
            None => self.opening(&mut self.store.read().await?).await,
        }
    }

    /// Whether the clock is held, as far as is known.
    pub(super) fn is_held(&self) -> bool {
        let known = if self.store.is_shared() {
            guard(&self.last_read).clone()
        } else {
            self.known_opening()
        };
        known.is_some_and(|opening| opening.clock.held_at().is_some())
    }

    pub(super) async fn opening(&self, tx: &mut Tx) -> Result<Opening, Fault> {
        if self.store.is_shared() {
            let opening = world::opening(tx).await?;
            self.real_time.follow(opening.used);
            // Another process may have held the clock at an instant that this one comes to later.
            if let Some(reached) = opening.clock.reached() {
                self.real_time.raise(reached);
            }
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

    /// Whether a turn settles something before it begins. While the clock is held, others do.
    fn is_due(&self, opening: &Opening) -> bool {
        let is_held = opening.clock.held_at().is_some();
        !is_held && is_due_at(opening.next_due_at, self.told(opening.clock).now)
    }

    pub(super) fn cached(&self) -> MutexGuard<'_, Option<(u64, Opening)>> {
        guard(&self.opening)
    }
}

fn guard<T>(of: &std::sync::Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
