//! Settling: doing what has fallen due, in order, each at its own instant.

use std::sync::Arc;

use crate::engine::stay::Stay;
use crate::engine::{Engine, Timers, back_off};
use crate::fault::Fault;
use crate::store::timers;
use crate::time::Instant;
use crate::turn::Turn;

/// So many timers are settled in one transaction.
const BATCH: i64 = 256;

impl Engine {
    /// Settles everything that is due, and tells how many timers that were.
    ///
    /// # Errors
    /// The database failed.
    pub async fn settle(&self) -> Result<u64, Fault> {
        let (mut total, mut lost) = (0, 0);
        loop {
            match self.settle_batch().await {
                Ok(0) => return Ok(total),
                Ok(count) => {
                    total += count;
                    lost = 0;
                    // A batch on SQLite takes its thread for itself: others come between two.
                    tokio::task::yield_now().await;
                }
                Err(Fault::LostRace) if lost < super::ATTEMPTS => {
                    back_off(lost).await;
                    lost += 1;
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    /// Settles to the end, even when nobody waits for it any more.
    pub(super) async fn settle_apart(self: &Arc<Self>) -> Result<u64, Fault> {
        let engine = Arc::clone(self);
        Stay::new(async move { engine.settle().await }).await
    }

    /// When the next timer falls due, in milliseconds from now; none while the clock stands.
    ///
    /// # Errors
    /// The database failed.
    pub async fn due_in_ms(&self) -> Result<Option<i64>, Fault> {
        let opening = match self.known_opening() {
            Some(opening) => opening,
            None => self.opening(&mut self.store.read().await?).await?,
        };
        let now = self.time_by(opening.clock);
        let running = opening.clock.mode() != "frozen";
        let due = opening.next_due_at.filter(|due| running || *due <= now);
        Ok(due.map(|due| (due.0 - now.0).max(0)))
    }

    /// Before a turn: more than one batch is settled in transactions of their own.
    pub(super) async fn settle_backlog(&self) -> Result<(), Fault> {
        let known = self.known_opening();
        let due = known.is_some_and(|opening| self.is_due(&opening));
        if due || self.store.is_shared() && self.backlog().await? {
            self.settle().await?;
        }
        Ok(())
    }

    async fn backlog(&self) -> Result<bool, Fault> {
        let mut tx = self.store.read().await?;
        let opening = self.opening(&mut tx).await?;
        Ok(self.is_due(&opening))
    }

    async fn settle_batch(&self) -> Result<u64, Fault> {
        let (mut turn, _) = self.begin(Arc::default()).await?;
        match batch(&mut turn).await {
            Ok(count) => self.commit(turn, Timers::Settled).await.map(|()| count),
            Err(fault) => turn.tx.undo().await.and(Err(fault)),
        }
    }
}

/// Settles everything that is due within the turn.
pub(super) async fn all(turn: &mut Turn) -> Result<(), Fault> {
    while batch(turn).await? > 0 {}
    Ok(())
}

/// Settles up to a batch of timers within the turn; the turn's instant is the same afterwards.
pub(super) async fn batch(turn: &mut Turn) -> Result<u64, Fault> {
    let now = turn.arrived_at;
    let done = in_order(turn, now).await;
    turn.move_to(now);
    done
}

async fn in_order(turn: &mut Turn, now: Instant) -> Result<u64, Fault> {
    let mut count = 0;
    for timer in timers::due(&mut turn.tx, now, BATCH).await? {
        turn.move_to(timer.due_at);
        turn.earliest_set = None;
        crate::timers::fire(turn, &timer).await?;
        count += 1;
        // A deed may bring forth what is due before the next in this list.
        if turn.earliest_set.is_some_and(|at| at <= now) {
            break;
        }
    }
    Ok(count)
}
