//! Turns that only read, and the market's state, which every turn knows when it begins.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::{Engine, Run, is_due_at};
use crate::fault::Fault;
use crate::store::Tx;
use crate::store::db::clock_check::AssumedClock;
use crate::store::requesters::Requester;
use crate::store::world::{self, MarketState};
use crate::time::RealNow;
use crate::turn::{Turn, TurnError};

impl Engine {
    pub(super) async fn read_turn<T, E: TurnError>(
        self: &Arc<Self>,
        requester: Arc<Requester>,
        action: &dyn Run<T, E>,
    ) -> Result<T, E> {
        if self.is_held() && self.settling.try_lock().is_ok() {
            // If it fails, the turn reads as of the held instant.
            let _ = Box::pin(self.settle_batch_apart()).await;
        }
        if self.store.is_shared() {
            match Box::pin(self.read_with_last_state(&requester, action)).await {
                Err(error) if error.is_conflict() => {}
                answer => return answer,
            }
        }
        let mut tx = self.store.read().await?;
        let mut state = self.state(&mut tx).await?;
        if self.is_due(&state) {
            drop(tx);
            Box::pin(self.settle_batch_apart()).await?;
            tx = self.store.read().await?;
            state = self.state(&mut tx).await?;
        }
        action.run(&mut self.begin_read(tx, (state, self.real_time.now()), requester)).await
    }

    /// Reads on SQLite by one snapshot, the state included: the cached one may be newer, since a
    /// turn that wrote sets it before others see what it wrote.
    pub(super) async fn read_snapshot<T, E: TurnError>(
        self: &Arc<Self>,
        action: &dyn Run<T, E>,
    ) -> Result<T, E> {
        loop {
            let mut tx = self.store.read().await?;
            let (state, real) = (world::state(&mut tx).await?, self.real_time.now());
            let is_held = state.clock.held_at().is_some();
            if is_held || !is_due_at(state.next_due_at, state.clock.at(real.at)) {
                let requester = Arc::default();
                return action.run(&mut self.begin_read(tx, (state, real), requester)).await;
            }
            drop(tx);
            Box::pin(self.settle_batch_apart()).await?;
        }
    }

    /// Assumes the state that was last read, which saves asking for it: the turn's first statement
    /// verifies the assumption.
    async fn read_with_last_state<T, E: TurnError>(
        &self,
        requester: &Arc<Requester>,
        action: &dyn Run<T, E>,
    ) -> Result<T, E> {
        let state = guard(&self.last_read).clone().ok_or(Fault::SerializationConflict)?;
        if self.is_due(&state) {
            return Err(Fault::SerializationConflict.into());
        }
        let mut tx = self.store.read().await?;
        let now = self.reading(state.clock).now;
        tx.assume_clock(AssumedClock::new(state.clock, now, state.has_faults));
        let begun = (state, self.real_time.now());
        let mut turn = self.begin_read(tx, begun, Arc::clone(requester));
        let answer = action.run(&mut turn).await;
        // A turn without a statement has read the time at the most.
        if let Some(verified) = turn.tx.verify_clock() {
            verified.await?;
        }
        answer
    }

    fn begin_read(&self, tx: Tx, begun: (MarketState, RealNow), requester: Arc<Requester>) -> Turn {
        let mut turn = Turn::new(tx, begun, requester, Arc::clone(&self.market));
        turn.test_events = self.test_events.get().cloned();
        turn.outside = Some(Arc::clone(&self.outside));
        turn
    }

    /// What a turn that began now would know.
    pub(super) async fn current(&self) -> Result<MarketState, Fault> {
        match self.cached_state() {
            Some(state) => Ok(state),
            None => self.state(&mut self.store.read().await?).await,
        }
    }

    /// Whether the clock is held, as far as is known.
    pub(super) fn is_held(&self) -> bool {
        self.last_known().is_some_and(|state| state.clock.held_at().is_some())
    }

    /// The state as far as is known without asking the store.
    pub(super) fn last_known(&self) -> Option<MarketState> {
        if self.store.is_shared() { guard(&self.last_read).clone() } else { self.cached_state() }
    }

    pub(super) async fn state(&self, tx: &mut Tx) -> Result<MarketState, Fault> {
        if self.store.is_shared() {
            let state = world::state(tx).await?;
            self.real_time.follow(state.used);
            // Another process may have held the clock at an instant that this one comes to later.
            if let Some(reached) = state.clock.reached() {
                self.real_time.raise(reached);
            }
            *guard(&self.last_read) = Some(state.clone());
            return Ok(state);
        }
        let epoch = self.store.rollback_epoch();
        if let Some(state) = self.cached_state() {
            return Ok(state);
        }
        let state = world::state(tx).await?;
        let mut cached = self.cached();
        // A turn that committed meanwhile knows better.
        if self.store.rollback_epoch() == epoch
            && cached.as_ref().is_none_or(|(at, _)| *at != epoch)
        {
            *cached = Some((epoch, state.clone()));
        }
        Ok(state)
    }

    /// The cached state, if the store has rolled nothing back since.
    pub(super) fn cached_state(&self) -> Option<MarketState> {
        let epoch = self.store.rollback_epoch();
        self.cached().as_ref().filter(|(at, _)| *at == epoch).map(|(_, state)| state.clone())
    }

    /// Whether a turn settles something before it begins. While the clock is held, others do.
    fn is_due(&self, state: &MarketState) -> bool {
        let is_held = state.clock.held_at().is_some();
        !is_held && is_due_at(state.next_due_at, self.reading(state.clock).now)
    }

    pub(super) fn cached(&self) -> MutexGuard<'_, Option<(u64, MarketState)>> {
        guard(&self.state)
    }
}

fn guard<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
