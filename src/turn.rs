//! A turn: one transaction, at one instant, on someone's behalf.

mod deferred;
mod outside;
mod test_event;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::fault::Fault;
use crate::ids::Ids;
use crate::rules::page::PageKey;
use crate::store::requesters::Requester;
use crate::store::timers::{self, Kind, Timer};
use crate::store::world::MarketState;
use crate::store::{Tx, world};
use crate::time::{Clock, Instant, RealNow, Time, UsedTime};

pub use deferred::Deferred;
pub use outside::{Answered, Answerers, Ask, Key, Outside};
pub use test_event::{TestEvent, TestEvents};

/// A future on the heap.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a turn does with its input. It is called again after a serialization conflict.
pub type Action<I, T, E = Fault> = for<'t> fn(&'t mut Turn, &'t I) -> BoxFuture<'t, Result<T, E>>;

/// An error of a turn, which may be a fault of the store among others.
pub trait TurnError: From<Fault> + Send + 'static {
    /// The fault, if it is one.
    fn fault(&self) -> Option<&Fault>;

    /// Whether the turn is to be taken again.
    fn is_conflict(&self) -> bool {
        matches!(self.fault(), Some(Fault::SerializationConflict))
    }
}

impl TurnError for Fault {
    fn fault(&self) -> Option<&Fault> {
        Some(self)
    }
}

/// Whether a turn only reads, or changes the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It reads, with one statement or with several that need not agree.
    Read,
    /// It changes something, or needs a consistent view.
    Write,
}

/// Which of Amazon's two markets this one behaves as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Play money that is never used up.
    #[default]
    Sandbox,
    /// The market with real money at Amazon: rewards and fees are held and charged, and the time
    /// that ends an error's message has no `s`.
    Production,
}

/// What something happened to in a turn, for those who wait for changes of it.
#[derive(Debug, Default)]
pub struct Touched {
    /// The ids of HITs, and of requesters to whose HITs or batches something happened.
    pub ids: BTreeSet<String>,
    /// Much was replaced or added at once.
    pub everything: bool,
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
#[expect(clippy::struct_excessive_bools, reason = "each tells what later turns need to know")]
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
    /// How often the whole market was reset, replaced or restored.
    pub reset_count: i64,
    /// Whether an event of this turn is to be delivered.
    pub has_undelivered: bool,
    /// What something happened to.
    pub touched: Touched,
    /// Whether the transaction has a savepoint, before the latest timers that were settled.
    pub has_savepoint: bool,
    /// Writes that wait, while timers are settled together.
    pub deferred: Option<Deferred>,
    /// Whether there are rules by which calls fail.
    pub has_faults: bool,
    /// Whether there are robots.
    pub has_robots: bool,
    /// Takes test events, if somebody delivers them; in turns that only look.
    pub test_events: Option<TestEvents>,
    /// Where robots ask for answers; none where nobody can be asked in between.
    pub outside: Option<Arc<Outside>>,
    /// While everything until this instant is settled within the turn: whoever asks has no answer
    /// before it is over.
    pub asks_until: Option<Instant>,
    /// What robots of this turn ask, once it is committed.
    pub asks: Vec<Ask>,
    /// Whether the question of a new HIT is wanted, for remarks on it.
    pub wants_question: bool,
    /// That question.
    pub new_question: Option<String>,
}

impl Turn {
    /// Begins a turn.
    pub fn new(
        tx: Tx,
        (state, real): (MarketState, RealNow),
        requester: Arc<Requester>,
        market: Arc<Market>,
    ) -> Self {
        let MarketState { clock, ids, page_key, used, reset_count, has_faults, has_robots, .. } =
            state;
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
            reset_count,
            has_undelivered: false,
            touched: Touched::default(),
            has_savepoint: false,
            deferred: None,
            has_faults,
            has_robots,
            test_events: None,
            outside: None,
            asks_until: None,
            asks: Vec::new(),
            wants_question: false,
            new_question: None,
        }
    }

    /// Goes on in another market, which has come in place of the one that the turn began in.
    pub fn restart(&mut self, state: MarketState) {
        let MarketState {
            clock,
            ids,
            page_key,
            next_due_at,
            used,
            reset_count,
            has_faults,
            has_robots,
            ..
        } = state;
        (self.ids_before, self.ids) = (ids.clone(), ids);
        (self.clock, self.page_key, self.used) = (clock, page_key, used);
        self.reset_count = reset_count;
        (self.has_faults, self.has_robots) = (has_faults, has_robots);
        self.earliest_set = next_due_at;
        (self.has_settled, self.has_undelivered) = (true, true);
        self.touched.everything = true;
        self.move_to(clock.at(self.real.at));
    }

    /// Something happened to the HIT with that id, or to a HIT or a batch of the requester with
    /// that id.
    pub fn touch(&mut self, id: &str) {
        if !self.touched.ids.contains(id) {
            self.touched.ids.insert(id.to_owned());
        }
    }

    /// Goes on at another instant.
    pub const fn move_to(&mut self, at: Instant) {
        self.now = at.whole_second();
        self.arrived_at = at;
    }

    /// The place in the order of arrival of what happened in the second `at`: as exactly as the
    /// time that was given says it.
    pub fn arrival_of(&self, given: Option<&Time>, at: Instant) -> Instant {
        let otherwise = if at < self.now { at } else { self.arrived_at };
        let given = given.map(|time| time.at(self.now));
        given.filter(|given| given.whole_second() == at).unwrap_or(otherwise)
    }

    /// Lets something happen at `due_at`, instead of when it was to happen before.
    pub async fn set_timer(
        &mut self,
        kind: Kind,
        subject: &str,
        due_at: Instant,
    ) -> Result<(), Fault> {
        let earliest = self.earliest_set.map_or(due_at, |earliest| earliest.min(due_at));
        self.earliest_set = Some(earliest);
        match &mut self.deferred {
            Some(deferred) => {
                deferred.set_timer(Timer { kind, subject: subject.to_owned(), due_at });
                Ok(())
            }
            None => timers::set(&mut self.tx, kind, subject, due_at).await,
        }
    }

    /// Sets many timers, none of which is set yet.
    pub async fn set_timers(&mut self, timers: &[Timer]) -> Result<(), Fault> {
        let earliest = timers.iter().map(|timer| timer.due_at).min();
        self.earliest_set = [self.earliest_set, earliest].into_iter().flatten().min();
        timers::set_many(&mut self.tx, timers).await
    }

    /// Lets something not happen.
    pub async fn drop_timer(&mut self, kind: Kind, subject: &str) -> Result<(), Fault> {
        timers::drop(&mut self.tx, kind, subject).await
    }

    /// Changes the market's clock; [`Turn::now`] stays.
    pub async fn set_clock(&mut self, clock: Clock) -> Result<(), Fault> {
        self.clock = clock;
        world::set_clock(&mut self.tx, clock).await
    }
}
