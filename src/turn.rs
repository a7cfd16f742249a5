//! A turn: one transaction, at one instant, on someone's behalf.

mod post;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::fault::Fault;
use crate::ids::Ids;
use crate::rules::page::PageKey;
use crate::store::requesters::Requester;
use crate::store::timers::{self, Kind, Timer};
use crate::store::world::Opening;
use crate::store::{Tx, world};
use crate::time::{Clock, Instant, RealNow, UsedTime, When};

pub use post::{Letter, Post};

/// A future on the heap.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whether a turn only looks, or changes the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It looks, with one statement or with several that need not agree.
    Read,
    /// It changes something, or needs a consistent view.
    Write,
}

/// Which of Amazon's two markets this one behaves as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Profile {
    /// Play money that never gets less.
    #[default]
    Sandbox,
    /// The market of real money: rewards and fees are held and charged, and errors end otherwise.
    Production,
}

/// What does not change while the process runs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Market {
    /// Sandbox or production.
    pub profile: Profile,
    /// Whether a worker whom nobody made known is refused.
    pub known_workers_only: bool,
    /// How many HITs a worker can have in hand; 0 for any number.
    pub queue_limit: i64,
}

/// What everything that happens in the market is given.
#[derive(Debug)]
pub struct Turn {
    /// The transaction.
    pub tx: Tx,
    /// The instant, in whole seconds, as every stored and shown time is; it does not move during
    /// the turn. Assumed: the fraction is dropped before anything is computed.
    pub now: Instant,
    /// The instant to the millisecond: for the clock, and for what is kept in the order of arrival.
    pub arrived_at: Instant,
    /// Makes ids.
    pub ids: Ids,
    /// What made them when the turn began.
    pub ids_before: Ids,
    /// On whose behalf; nobody for workers, the control API and timers.
    pub requester: Arc<Requester>,
    /// The market's fixed sides.
    pub market: Arc<Market>,
    /// Seals page tokens.
    pub page_key: PageKey,
    /// Whether timers were settled in this turn, so that only the store knows the next one.
    pub has_settled: bool,
    /// The earliest timer that was set in this turn.
    pub earliest_set: Option<Instant>,
    /// The clock that the turn leaves behind.
    pub clock: Clock,
    /// Real time when the turn began.
    pub real: RealNow,
    /// The real time that turns before had used.
    pub used: UsedTime,
    /// Whether an event of this turn is to be delivered.
    pub has_letters: bool,
    /// Where a letter can be given up, if somebody delivers; in turns that only look.
    pub post: Option<Post>,
    /// What this server's own addresses begin with, such as `http://127.0.0.1:1770`, as the caller
    /// knows it; empty where nobody asks from outside.
    pub origin: String,
}

impl Turn {
    /// Begins a turn.
    #[must_use]
    pub fn new(
        tx: Tx,
        (opening, real): (Opening, RealNow),
        requester: Arc<Requester>,
        market: Arc<Market>,
    ) -> Self {
        let Opening { clock, ids, page_key, used, .. } = opening;
        let arrived_at = clock.at(real.at);
        let ids_before = ids.clone();
        Self {
            tx,
            now: arrived_at.whole_second(),
            arrived_at,
            ids,
            ids_before,
            requester,
            market,
            page_key,
            has_settled: false,
            earliest_set: None,
            clock,
            real,
            used,
            has_letters: false,
            post: None,
            origin: String::new(),
        }
    }

    /// Goes on at another instant.
    pub const fn move_to(&mut self, at: Instant) {
        self.now = at.whole_second();
        self.arrived_at = at;
    }

    /// The place in the order of arrival of what happened in the second `at`: as exactly as the
    /// time that was given says it.
    #[must_use]
    pub fn arrival_of(&self, given: Option<&When>, at: Instant) -> Instant {
        let otherwise = if at < self.now { at } else { self.arrived_at };
        let given = given.and_then(|when| when.at(self.now).ok());
        given.filter(|given| given.whole_second() == at).unwrap_or(otherwise)
    }

    /// Lets something happen at `due_at`, instead of when it was to happen before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_timer(
        &mut self,
        kind: Kind,
        subject: &str,
        due_at: Instant,
    ) -> Result<(), Fault> {
        let earliest = self.earliest_set.map_or(due_at, |earliest| earliest.min(due_at));
        self.earliest_set = Some(earliest);
        timers::set(&mut self.tx, kind, subject, due_at).await
    }

    /// Sets many timers, none of which is set yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_timers(&mut self, timers: &[Timer]) -> Result<(), Fault> {
        let earliest = timers.iter().map(|timer| timer.due_at).min();
        self.earliest_set = [self.earliest_set, earliest].into_iter().flatten().min();
        timers::set_many(&mut self.tx, timers).await
    }

    /// Lets something not happen.
    ///
    /// # Errors
    /// The database failed.
    pub async fn drop_timer(&mut self, kind: Kind, subject: &str) -> Result<(), Fault> {
        timers::drop(&mut self.tx, kind, subject).await
    }

    /// Changes the market's clock; [`Turn::now`] stays.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_clock(&mut self, clock: Clock) -> Result<(), Fault> {
        self.clock = clock;
        world::set_clock(&mut self.tx, clock).await
    }
}
