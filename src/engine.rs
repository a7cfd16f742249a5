//! The engine takes turns: begin, settle what is due, call, commit; again if the race is lost.

mod beginning;
mod callers;
mod clock;
mod compute;
mod events;
mod health;
mod look;
mod settle;
mod stay;
mod timers;
mod worlds;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::engine::stay::Stay;
use crate::fault::Fault;
use crate::ids;
use crate::rules::page::PageKey;
use crate::store::requesters::Requester;
use crate::store::world::{self, Opening};
use crate::store::{Store, requesters};
use crate::time::{Instant, RealTime, Source, UsedTime};
use crate::turn::{Access, BoxFuture, Market, Post, Turn};

pub use beginning::{Begun, Start, StartAt};
pub use clock::{ClockChange, Told};
pub use compute::compute;
pub use timers::{SetAside, TimersShown};
pub use worlds::Onto;

/// How often a turn is taken before a lost race becomes our failure.
const ATTEMPTS: u32 = 60;

/// What a turn does; it is called again when a race is lost. It is a reference to whatever it is:
/// with a machine for each the program would be larger.
type Deed<'d, T> =
    &'d (dyn for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync);

/// What was known of the timers when a turn began. It holds until the turn settles some.
#[derive(Debug, Clone, Copy)]
struct Known {
    next_due_at: Option<Instant>,
    settled_count: i64,
}

/// The one way to the store.
#[derive(Debug)]
pub struct Engine {
    store: Store,
    market: Arc<Market>,
    /// What the next turn must know, where no other process can change it; and how many turns the
    /// store had lost by then.
    opening: Mutex<Option<(u64, Opening)>>,
    /// What was last read of a store that others may change.
    last_read: Mutex<Option<Opening>>,
    page_key: OnceLock<PageKey>,
    callers: callers::Callers,
    real_time: RealTime,
    /// Held by who gives events their numbers.
    numbering: tokio::sync::Mutex<()>,
    /// Held by the task that settles everything that is due.
    settling: tokio::sync::Mutex<()>,
    /// Whether the last write that is known of failed.
    writes_fail: AtomicBool,
    /// Rung when a timer may have become the next one.
    pub timer_set: tokio::sync::Notify,
    /// Rung when an event may await delivery.
    pub letters: tokio::sync::Notify,
    changes: tokio::sync::watch::Sender<bool>,
    post: OnceLock<Post>,
}

impl Engine {
    /// Takes over a store; makes its world, if it has none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn new(store: Store, market: Market, seed: Option<i64>) -> Result<Self, Fault> {
        Self::with_clocks(store, market, seed, Source::default()).await
    }

    /// As [`Engine::new`], with other clocks than the machine's.
    ///
    /// # Errors
    /// The database failed.
    pub async fn with_clocks(
        store: Store,
        market: Market,
        seed: Option<i64>,
        clocks: Source,
    ) -> Result<Self, Fault> {
        let mut attempt = 0;
        let opening = loop {
            match begin_world(&store, seed).await {
                Err(Fault::LostRace) if attempt < ATTEMPTS => back_off(attempt).await,
                begun => break begun?,
            }
            attempt += 1;
        };
        let real_time = RealTime::new(clocks);
        // Nobody knows how much of the noted time was used before.
        real_time.raise(opening.used.until.max(opening.used.floor));
        let opening = (!store.is_shared()).then(|| (store.lost(), opening));
        Ok(Self {
            store,
            market: Arc::new(market),
            opening: Mutex::new(opening),
            last_read: Mutex::new(None),
            callers: callers::Callers::default(),
            page_key: OnceLock::new(),
            real_time,
            numbering: tokio::sync::Mutex::default(),
            settling: tokio::sync::Mutex::default(),
            writes_fail: AtomicBool::new(false),
            timer_set: tokio::sync::Notify::new(),
            letters: tokio::sync::Notify::new(),
            changes: tokio::sync::watch::Sender::new(false),
            post: OnceLock::new(),
        })
    }

    /// The database behind it.
    #[must_use]
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The key that seals what leaves the market and comes back to it. It stays what it is once the
    /// market has begun.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page_key(&self) -> Result<PageKey, Fault> {
        if let Some(key) = self.page_key.get() {
            return Ok(key.clone());
        }
        let key = self.opening(&mut self.store.read().await?).await?.page_key;
        Ok(self.page_key.get_or_init(|| key).clone())
    }

    /// The market's fixed sides.
    #[must_use]
    pub fn market(&self) -> &Market {
        &self.market
    }

    /// Takes a turn.
    ///
    /// A turn that changes something runs to its end even when nobody waits for it any more.
    ///
    /// # Errors
    /// What the deed answers, or our own failure; in both cases nothing was changed.
    pub async fn turn<T, F>(
        self: &Arc<Self>,
        access: Access,
        requester: impl Into<Arc<Requester>>,
        deed: F,
    ) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Turn) -> BoxFuture<'t, Result<T, Fault>> + Send + Sync + 'static,
    {
        let requester = requester.into();
        match access {
            Access::Read => self.read(requester, &deed).await,
            Access::Write => {
                let engine = Arc::clone(self);
                Stay::new(async move { engine.write(requester, &deed).await }).await
            }
        }
    }

    async fn write<T>(&self, requester: Arc<Requester>, deed: Deed<'_, T>) -> Result<T, Fault> {
        for attempt in 0..ATTEMPTS {
            self.help().await?;
            match self.try_write(requester.clone(), deed).await {
                Err(Fault::LostRace) => back_off(attempt).await,
                answer => {
                    self.note(&answer);
                    return answer;
                }
            }
        }
        Err(Fault::Service(format!("lost {ATTEMPTS} races in a row")))
    }

    async fn try_write<T>(&self, requester: Arc<Requester>, deed: Deed<'_, T>) -> Result<T, Fault> {
        let (mut turn, known) = self.begin(requester).await?;
        let new = self.callers.is_new(&turn.requester).then(|| turn.requester.clone());
        let answer = match act(&mut turn, known, new.as_deref(), deed).await {
            Ok(answer) => answer,
            Err(fault) => {
                turn.tx.undo().await?;
                return Err(fault);
            }
        };
        self.commit(turn, known).await?;
        if let Some(requester) = new.filter(|_| !self.store.is_shared()) {
            self.callers.keep(&requester);
        }
        Ok(answer)
    }

    /// A turn in a transaction, and what is known of the timers.
    async fn begin(&self, requester: Arc<Requester>) -> Result<(Turn, Known), Fault> {
        let mut tx = self.store.write().await?;
        let opening = self.opening(&mut tx).await?;
        let Opening { next_due_at, settled_count, .. } = opening;
        let begun = (opening, self.real_time.now());
        let turn = Turn::new(tx, begun, requester, Arc::clone(&self.market));
        Ok((turn, Known { next_due_at, settled_count }))
    }

    /// Commits, and remembers what the next turn must know.
    async fn commit(&self, turn: Turn, known: Known) -> Result<(), Fault> {
        let (used, has_settled) = (self.used(&turn), turn.has_settled);
        let Turn { mut tx, ids, ids_before, page_key, earliest_set, clock, has_letters, .. } = turn;
        if ids != ids_before {
            world::keep_ids(&mut tx, &ids).await?;
        }
        if used != turn.used {
            world::set_used(&mut tx, used).await?;
        }
        if self.store.is_shared() {
            tx.commit().await?;
        } else {
            // The writer is held until the cache is right, so that turns follow one another.
            let kept = if has_settled {
                world::opening(&mut tx).await?
            } else {
                let Known { next_due_at, settled_count } = known;
                let next_due_at = [next_due_at, earliest_set].into_iter().flatten().min();
                Opening { clock, ids, page_key, next_due_at, settled_count, used }
            };
            *self.cached() = Some((self.store.lost(), kept));
            // If this fails, it counts as lost, and so does what was kept.
            tx.commit().await?;
        }
        if earliest_set.is_some() || clock.held_at().is_some() {
            self.timer_set.notify_one();
        }
        if has_letters {
            self.letters.notify_one();
        }
        self.changes.send_modify(|_| ());
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

/// What a turn does: what is due first, unless the clock is held until others have settled it.
async fn act<T>(
    turn: &mut Turn,
    known: Known,
    new: Option<&Requester>,
    deed: Deed<'_, T>,
) -> Result<T, Fault> {
    if turn.clock.held_at().is_none() && is_due_at(known.next_due_at, turn.arrived_at) {
        let now = turn.arrived_at;
        settle::batch(turn, now, settle::Limits::USUAL).await?;
    }
    if let Some(requester) = new {
        requesters::add(&mut turn.tx, requester).await?;
    }
    deed(turn).await
}

fn is_due_at(next_due_at: Option<Instant>, now: Instant) -> bool {
    next_due_at.is_some_and(|due| due <= now)
}

/// Makes the world's row, if there is none, and reads it.
async fn begin_world(store: &Store, seed: Option<i64>) -> Result<Opening, Fault> {
    let mut tx = store.write().await?;
    world::begin(&mut tx, seed).await?;
    let opening = world::opening(&mut tx).await?;
    tx.commit().await?;
    Ok(opening)
}

/// Waits after a lost race: by chance, so that those who lost it together do not meet again, and up
/// to a quarter of a second after many.
async fn back_off(attempt: u32) {
    let most_us = 2000_u64 << attempt.min(7);
    let chance = ids::random().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    tokio::time::sleep(Duration::from_micros(chance % most_us)).await;
}

#[cfg(test)]
mod tests;
