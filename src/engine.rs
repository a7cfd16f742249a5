//! The engine takes turns: begin a transaction, settle the timers that are due, call the action,
//! commit; and again after a serialization conflict.

mod beginning;
mod bring_in;
mod callers;
mod clock;
mod complete_on_drop;
mod compute;
mod credentials;
mod events;
mod faults;
mod gauges;
mod health;
mod outside;
mod read;
mod settle;
mod settling;
mod snapshots;
mod timers;
mod watchers;
mod worlds;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use futures_util::FutureExt as _;

pub use crate::engine::complete_on_drop::CompleteOnDrop;
use crate::fault::Fault;
use crate::ids;
use crate::rules::page::PageKey;
use crate::store::requesters::Requester;
use crate::store::world::{self, MarketState};
use crate::store::{Store, requesters};
use crate::time::{Instant, RealTime, Source, UsedTime};
use crate::turn::{Action, BoxFuture, Market, Outside, TestEvents, Turn, TurnError};

pub use beginning::{Start, StartAt, Started};
pub use clock::{ClockChange, ClockReading};
pub use compute::compute;
pub use faults::RemovedFaults;
pub use gauges::Gauges;
pub use watchers::Changes;
pub use worlds::LoadMode;

/// A turn is taken so often before a serialization conflict becomes our failure.
const ATTEMPTS: u32 = 60;

/// An action with its input, whatever type that has: one state machine per answer is enough.
trait Run<T, E>: Sync {
    fn run<'t>(&'t self, turn: &'t mut Turn) -> BoxFuture<'t, Result<T, E>>;
}

struct Call<I, T, E> {
    input: I,
    action: Action<I, T, E>,
}

/// Whether other turns may run while a turn writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Concurrency {
    /// They may, also those of other processes.
    Shared,
    /// They may not: those under way end first, and later ones wait.
    Exclusive,
}

impl<I: Sync, T, E> Run<T, E> for Call<I, T, E> {
    fn run<'t>(&'t self, turn: &'t mut Turn) -> BoxFuture<'t, Result<T, E>> {
        (self.action)(turn, &self.input)
    }
}

/// What was known of the timers when a turn began. It holds until the turn settles some.
#[derive(Debug, Clone, Copy)]
struct NextTimer {
    next_due_at: Option<Instant>,
    settled_count: i64,
}

/// The one way to the store.
#[derive(Debug)]
pub struct Engine {
    store: Store,
    market: Arc<Market>,
    /// What the next turn must know, where no other process can change it, and the store's rollback
    /// epoch by then.
    state: Mutex<Option<(u64, MarketState)>>,
    /// What was last read of a store that others may change.
    last_read: Mutex<Option<MarketState>>,
    callers: callers::Callers,
    real_time: RealTime,
    /// Held by the task that gives events their numbers.
    numbering: tokio::sync::Mutex<()>,
    /// Held by the task that settles everything that is due.
    settling: tokio::sync::Mutex<()>,
    /// Whether the last write failed.
    writes_fail: AtomicBool,
    /// Rung when a timer may have become the next one.
    pub timer_set: tokio::sync::Notify,
    /// Rung when an event may await delivery.
    pub undelivered: tokio::sync::Notify,
    watchers: watchers::Watchers,
    removed_faults: tokio::sync::broadcast::Sender<Option<i64>>,
    test_events: OnceLock<TestEvents>,
    outside: Arc<Outside>,
}

impl Engine {
    /// Takes over a store, and gives it a market, if it has none.
    pub async fn new(store: Store, market: Market, seed: Option<i64>) -> Result<Self, Fault> {
        Self::with_clocks(store, market, seed, Source::default()).await
    }

    /// As [`Engine::new`], with other clocks than the machine's.
    pub async fn with_clocks(
        store: Store,
        market: Market,
        seed: Option<i64>,
        clocks: Source,
    ) -> Result<Self, Fault> {
        let mut attempt = 0;
        let state = loop {
            match begin_market(&store, seed).await {
                Err(Fault::SerializationConflict) if attempt < ATTEMPTS => back_off(attempt).await,
                begun => break begun?,
            }
            attempt += 1;
        };
        let real_time = RealTime::new(clocks);
        // Nobody knows how much of the noted time was used before.
        real_time.raise(state.used.until.max(state.used.floor));
        let state = (!store.is_shared()).then(|| (store.rollback_epoch(), state));
        Ok(Self {
            store,
            market: Arc::new(market),
            state: Mutex::new(state),
            last_read: Mutex::new(None),
            callers: callers::Callers::default(),
            real_time,
            numbering: tokio::sync::Mutex::default(),
            settling: tokio::sync::Mutex::default(),
            writes_fail: AtomicBool::new(false),
            timer_set: tokio::sync::Notify::new(),
            undelivered: tokio::sync::Notify::new(),
            watchers: watchers::Watchers::default(),
            removed_faults: tokio::sync::broadcast::Sender::new(faults::REMOVALS),
            test_events: OnceLock::new(),
            outside: Arc::default(),
        })
    }

    /// The database behind it.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The key that seals what leaves the market and comes back to it. It stays what it is once the
    /// market has begun, unless the snapshot of another market is restored.
    pub async fn page_key(&self) -> Result<PageKey, Fault> {
        match self.last_known() {
            Some(state) => Ok(state.page_key),
            None => Ok(self.current().await?.page_key),
        }
    }

    /// The market's fixed sides.
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// Takes a turn that only reads.
    ///
    /// # Errors
    /// What the action answers, or our own failure.
    pub async fn read<I, T, E>(
        self: &Arc<Self>,
        requester: impl Into<Arc<Requester>>,
        input: I,
        action: Action<I, T, E>,
    ) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: TurnError,
    {
        self.read_turn(requester.into(), &Call { input, action }).await
    }

    /// Takes a turn that may change something. It runs to its end even when nobody waits for it any
    /// more.
    ///
    /// # Errors
    /// What the action answers, or our own failure; in both cases nothing was changed.
    pub async fn write<I, T, E>(
        self: &Arc<Self>,
        requester: impl Into<Arc<Requester>>,
        input: I,
        action: Action<I, T, E>,
    ) -> Result<T, E>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        E: TurnError,
    {
        let (engine, requester) = (Arc::clone(self), requester.into());
        let call = Call { input, action };
        complete(async move { engine.write_turn(requester, Concurrency::Shared, &call).await })
            .await
    }

    async fn write_turn<T, E: TurnError>(
        &self,
        requester: Arc<Requester>,
        concurrency: Concurrency,
        action: &dyn Run<T, E>,
    ) -> Result<T, E> {
        for attempt in 0..ATTEMPTS {
            self.settle_batch_if_held().await?;
            match self.try_write(requester.clone(), concurrency, action).await {
                Err(error) if error.is_conflict() => back_off(attempt).await,
                answer => {
                    self.note(answer.as_ref().err().and_then(TurnError::fault));
                    return answer;
                }
            }
        }
        Err(Fault::Service(format!("{ATTEMPTS} serialization conflicts in a row")).into())
    }

    async fn try_write<T, E: TurnError>(
        &self,
        requester: Arc<Requester>,
        concurrency: Concurrency,
        action: &dyn Run<T, E>,
    ) -> Result<T, E> {
        let (mut turn, next_timer) = self.begin(requester, concurrency).await?;
        let new = self.callers.is_new(&turn.requester).then(|| turn.requester.clone());
        let prepared = prepare(&mut turn, next_timer, new.as_deref()).await;
        let answer = match prepared {
            Ok(()) => action.run(&mut turn).await,
            Err(fault) => Err(fault.into()),
        };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                turn.tx.rollback().await?;
                return Err(error);
            }
        };
        self.commit(turn, next_timer).await?;
        if let Some(requester) = new.filter(|_| !self.store.is_shared()) {
            self.callers.remember_stored(&requester);
        }
        Ok(answer)
    }

    /// A turn in a transaction, and what is known of the timers.
    async fn begin(
        &self,
        requester: Arc<Requester>,
        concurrency: Concurrency,
    ) -> Result<(Turn, NextTimer), Fault> {
        let mut tx = match concurrency {
            Concurrency::Shared => self.store.write().await?,
            Concurrency::Exclusive => self.store.write_exclusive().await?,
        };
        let state = self.state(&mut tx).await?;
        let MarketState { next_due_at, settled_count, .. } = state;
        let begun = (state, self.real_time.now());
        let mut turn = Turn::new(tx, begun, requester, Arc::clone(&self.market));
        turn.outside = Some(Arc::clone(&self.outside));
        Ok((turn, NextTimer { next_due_at, settled_count }))
    }

    /// Commits, and remembers what the next turn must know.
    async fn commit(&self, turn: Turn, next_timer: NextTimer) -> Result<(), Fault> {
        let (used, has_settled) = (self.used(&turn), turn.has_settled);
        let Turn {
            mut tx,
            ids,
            ids_before,
            page_key,
            earliest_set,
            clock,
            has_undelivered,
            reset_count,
            has_faults,
            has_robots,
            asks,
            touched,
            ..
        } = turn;
        if ids != ids_before {
            world::save_ids(&mut tx, &ids).await?;
        }
        if used != turn.used {
            world::set_used(&mut tx, used).await?;
        }
        if self.store.is_shared() {
            tx.commit().await?;
        } else {
            // The writer is held until the cache is right, so that turns follow one another.
            let kept = if has_settled {
                world::state(&mut tx).await?
            } else {
                let NextTimer { next_due_at, settled_count } = next_timer;
                let next_due_at = [next_due_at, earliest_set].into_iter().flatten().min();
                MarketState {
                    clock,
                    ids,
                    page_key,
                    next_due_at,
                    has_faults,
                    settled_count,
                    used,
                    reset_count,
                    has_robots,
                }
            };
            *self.cached() = Some((self.store.rollback_epoch(), kept));
            // If this fails, the rollback epoch changes, and the cache is void.
            tx.commit().await?;
        }
        let has_asked = !asks.is_empty();
        self.outside.want(asks);
        if has_asked || earliest_set.is_some() || clock.held_at().is_some() {
            self.timer_set.notify_one();
        }
        if has_undelivered {
            self.undelivered.notify_one();
        }
        self.watchers.wake(&touched);
        Ok(())
    }
}

impl Engine {
    /// What real time turns have used after this one.
    fn used(&self, turn: &Turn) -> UsedTime {
        let is_running = turn.clock.is_running();
        if is_running { turn.used.after(turn.real, self.store.is_shared()) } else { turn.used }
    }
}

/// What comes before the action: what is due, unless the clock is held until others have settled
/// it; and the requester, if the store may not know it.
async fn prepare(
    turn: &mut Turn,
    next_timer: NextTimer,
    new: Option<&Requester>,
) -> Result<(), Fault> {
    if turn.clock.held_at().is_none() && is_due_at(next_timer.next_due_at, turn.arrived_at) {
        let now = turn.arrived_at;
        settle::batch(turn, now, settle::Limits::USUAL).await?;
    }
    match new {
        Some(requester) => requesters::add(&mut turn.tx, requester).await,
        None => Ok(()),
    }
}

fn is_due_at(next_due_at: Option<Instant>, now: Instant) -> bool {
    next_due_at.is_some_and(|due| due <= now)
}

/// Makes the row of the market's state, if there is none, and reads it.
async fn begin_market(store: &Store, seed: Option<i64>) -> Result<MarketState, Fault> {
    let mut tx = store.write().await?;
    world::begin(&mut tx, seed).await?;
    let state = world::state(&mut tx).await?;
    tx.commit().await?;
    Ok(state)
}

/// Waits after a serialization conflict: for a random time, so that those who met do not meet
/// again, and up to a quarter of a second after many.
async fn back_off(attempt: u32) {
    let most_us = 2000_u64 << attempt.min(7);
    let chance = ids::random().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    tokio::time::sleep(Duration::from_micros(chance % most_us)).await;
}

/// Runs a turn to its end, whoever waits for it. A panic is our failure.
fn complete<T: Send + 'static, E: TurnError>(
    turn: impl Future<Output = Result<T, E>> + Send + 'static,
) -> CompleteOnDrop<Result<T, E>> {
    let done = AssertUnwindSafe(turn).catch_unwind();
    let failed = |_| Err(Fault::Service("a panic".into()).into());
    CompleteOnDrop::new(done.map(move |done| done.unwrap_or_else(failed)))
}

#[cfg(test)]
mod tests;
