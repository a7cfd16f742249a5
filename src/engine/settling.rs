//! Who settles, and when.
//!
//! Timers are settled in batches, each in a transaction of its own, and other turns come between
//! two of them. Until the last one is settled the market's clock is held at the instant of the last
//! settled batch.

use std::sync::Arc;

use crate::engine::complete_on_drop::CompleteOnDrop;
use crate::engine::settle::{BATCH, LARGE_BATCH, Limits, batch};
use crate::engine::{ATTEMPTS, Concurrency, Engine, back_off, is_due_at};
use crate::fault::Fault;
use crate::store::world;

/// A timer is set aside after so many serialization conflicts in a row: it is at fault itself.
const FAILED_AFTER: u32 = ATTEMPTS / 2;

impl Engine {
    /// Settles everything that is due; if the market closes before, only a part. One task of the
    /// process does it at a time, and the others wait for it.
    pub async fn settle(self: &Arc<Self>) -> Result<(), Fault> {
        let _alone = self.settling.lock().await;
        let (mut conflicts, mut most) = (0, BATCH);
        let largest = if self.store.is_shared() { BATCH } else { LARGE_BATCH };
        while !self.is_closed() {
            let limits =
                Limits { most, conflicts_fail: conflicts >= FAILED_AFTER, ..Limits::USUAL };
            match self.settle_batch(limits).await {
                Ok(true) => {
                    self.ask_outside().await;
                    return Ok(());
                }
                Ok(false) => {
                    self.ask_outside().await;
                    (conflicts, most) = (0, (most * 2).min(largest));
                    // A batch on SQLite takes its thread for itself: others come between two.
                    tokio::task::yield_now().await;
                }
                Err(Fault::SerializationConflict) if conflicts < ATTEMPTS => {
                    back_off(conflicts).await;
                    // A shorter batch meets fewer other turns.
                    (conflicts, most) = (conflicts + 1, (most / 2).max(1));
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }

    /// Settles to the end, even when nobody waits for it any more.
    pub(super) async fn settle_apart(self: &Arc<Self>) -> Result<(), Fault> {
        let engine = Arc::clone(self);
        CompleteOnDrop::new(async move { engine.settle().await }).await
    }

    /// When the next timer falls due, in milliseconds from now; none while the clock is frozen.
    pub async fn due_in_ms(&self) -> Result<Option<i64>, Fault> {
        let state = self.current().await?;
        if state.clock.held_at().is_some() {
            return Ok(Some(0));
        }
        let now = self.reading(state.clock).now;
        let running = state.clock.is_running();
        let due = state.next_due_at.filter(|due| running || *due <= now);
        Ok(due.map(|due| (due.0 - now.0).max(0)))
    }

    /// Before a turn while the clock is held: if no task of this process settles what is due, the
    /// turn settles one batch.
    pub(super) async fn settle_batch_if_held(&self) -> Result<(), Fault> {
        if !self.is_held() {
            return Ok(());
        }
        let Ok(_alone) = self.settling.try_lock() else { return Ok(()) };
        match self.settle_batch(Limits::USUAL).await {
            // Another process was quicker.
            Ok(_) | Err(Fault::SerializationConflict) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// Settles one batch, even when nobody waits for it any more.
    pub(super) async fn settle_batch_apart(self: &Arc<Self>) -> Result<(), Fault> {
        let engine = Arc::clone(self);
        let settled = CompleteOnDrop::new(async move {
            for attempt in 0..ATTEMPTS {
                match engine.settle_batch(Limits::USUAL).await {
                    Err(Fault::SerializationConflict) => back_off(attempt).await,
                    settled => return settled.map(drop),
                }
            }
            Ok(())
        });
        settled.await
    }

    /// Settles a batch; whether nothing more is due.
    async fn settle_batch(&self, limits: Limits) -> Result<bool, Fault> {
        let (mut turn, next_timer) = self.begin(Arc::default(), Concurrency::Shared).await?;
        let (until, is_held) = (turn.clock.target(turn.real.at), turn.clock.held_at().is_some());
        if !is_held && !is_due_at(next_timer.next_due_at, until) {
            return turn.tx.rollback().await.map(|()| true);
        }
        // Of several processes one settles, and the others learn of it before they have begun.
        let claims = is_held && self.store.is_shared();
        let settled = async {
            if claims {
                world::claim(&mut turn.tx).await?;
            }
            batch(&mut turn, until, limits).await
        };
        let settled = settled.await;
        let done = match settled {
            Ok(()) => {
                let is_done = turn.clock.held_at().is_none();
                self.commit(turn, next_timer).await.map(|()| is_done)
            }
            Err(fault) => turn.tx.rollback().await.and(Err(fault)),
        };
        self.note(done.as_ref().err());
        done
    }
}
