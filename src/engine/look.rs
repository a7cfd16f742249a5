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
            Box::pin(self.settle_apart()).await?;
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
        tx.grant(Granted::new(opening.clock, self.time_by(opening.clock)));
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

    pub(super) async fn opening(&self, tx: &mut Tx) -> Result<Opening, Fault> {
        if self.store.is_shared() {
            let opening = world::opening(tx).await?;
            self.real_time.follow(opening.used);
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

    pub(super) fn is_due(&self, opening: &Opening) -> bool {
        is_due_at(opening.next_due_at, self.time_by(opening.clock))
    }

    pub(super) fn cached(&self) -> MutexGuard<'_, Option<(u64, Opening)>> {
        guard(&self.opening)
    }
}

fn guard<T>(of: &std::sync::Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
