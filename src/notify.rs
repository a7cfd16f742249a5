//! Events leave the house: what awaits delivery is delivered, and tried again until it is.
//!
//! An event is a row that the deed wrote in its own turn, so a deed that was taken back never
//! notifies, and a crash loses none. Each destination is delivered to by one task of one process at
//! a time, which holds a lease on it: so its events arrive in the order in which they happened, and
//! of several processes on one store one delivers. A document gets its id before the first attempt;
//! a repetition after a crash carries the same id.
//!
//! Leases and retries are in real time, not the market's: a queue that is away comes back whether
//! or not the market's clock stands, and a jump of 30 days does not bring it back.

mod courier;
mod deliver;
mod http;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::notify::deliver::Deliverer;
use crate::store::notifications::{self, Destination};
use crate::store::requesters::Requester;
use crate::time::real_now;
use crate::turn::{Access, Letter};

pub use courier::{Account, Courier, Endpoints};

/// So many destinations are delivered to at once.
const DESTINATIONS: usize = 8;
/// So many letters are delivered at once.
const LETTERS: usize = 8;
/// Another process may have written something on a shared store: look again after this long.
const LONGEST_NAP: Duration = Duration::from_secs(5);
/// How often old events are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(10);
/// After the stop, deliveries under way have this long to finish.
const LAST_DELIVERIES: Duration = Duration::from_secs(3);

/// Delivers until `stop` says otherwise, and keeps the number of events bounded.
///
/// Only the first call for an engine does anything.
pub async fn keep_delivering(
    engine: Arc<Engine>,
    courier: Courier,
    mut stop: watch::Receiver<bool>,
) {
    let Some(mut letters) = engine.open_post() else { return };
    let mut office = Office::new(Arc::clone(&engine), courier, stop.clone());
    let mut look_at = Instant::now();
    while !*stop.borrow() {
        tokio::select! {
            () = engine.letters.notified() => look_at = Instant::now(),
            () = tokio::time::sleep_until(look_at.min(office.forget_at)) => {}
            Some(ended) = office.rounds.join_next_with_id() => {
                office.ended(ended);
                look_at = Instant::now();
            }
            Some(letter) = next(&mut letters, office.desk.len()) => office.take(letter),
            Some(_) = office.desk.join_next() => {}
            _ = stop.changed() => break,
        }
        if look_at <= Instant::now() {
            look_at = Instant::now() + office.start_rounds().await;
        }
        if office.forget_at <= Instant::now() {
            office.forget().await;
        }
    }
    office.close().await;
    engine.close();
}

async fn next(letters: &mut mpsc::Receiver<Letter>, at_once: usize) -> Option<Letter> {
    if at_once < LETTERS { letters.recv().await } else { std::future::pending().await }
}

/// What is under way.
struct Office {
    deliverer: Arc<Deliverer>,
    /// One task for each destination that is delivered to.
    rounds: JoinSet<()>,
    /// Which destination that is, by task.
    to: HashMap<Id, i64>,
    /// Letters that a turn waits for.
    desk: JoinSet<()>,
    forget_at: Instant,
}

impl Office {
    fn new(engine: Arc<Engine>, courier: Courier, stop: watch::Receiver<bool>) -> Self {
        Self {
            deliverer: Arc::new(Deliverer::new(engine, courier, stop)),
            rounds: JoinSet::new(),
            to: HashMap::new(),
            desk: JoinSet::new(),
            forget_at: Instant::now() + FORGET_EVERY,
        }
    }

    fn take(&mut self, letter: Letter) {
        let deliverer = Arc::clone(&self.deliverer);
        self.desk.spawn(async move { deliverer.letter(letter).await });
    }

    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                // The lease runs out, and then the destination is tried again.
                tracing::error!(%error, "a delivery broke down");
                error.id()
            }
        };
        self.to.remove(&id);
    }

    /// Begins to deliver where something waits; how long nothing else can be done.
    async fn start_rounds(&mut self) -> Duration {
        match self.found().await {
            Ok((found, nap)) => {
                for destination in found {
                    self.start_round(destination);
                }
                nap
            }
            Err(fault) => {
                tracing::error!(%fault, "what awaits delivery cannot be read");
                Duration::from_secs(1)
            }
        }
    }

    fn start_round(&mut self, destination: Destination) {
        let (key, deliverer) = (destination.key, Arc::clone(&self.deliverer));
        if self.rounds.len() < DESTINATIONS && !self.to.values().any(|taken| *taken == key) {
            let task = self.rounds.spawn(async move { deliverer.round(&destination).await });
            self.to.insert(task.id(), key);
        }
    }

    async fn found(&self) -> Result<(Vec<Destination>, Duration), Fault> {
        let transports = self.deliverer.courier.transports();
        if transports == ["", ""] {
            return Ok((Vec::new(), FORGET_EVERY));
        }
        let (now, who) = (real_now(), self.deliverer.who.clone());
        let found = self.deliverer.engine.turn(Access::Read, Requester::default(), move |turn| {
            let who = who.clone();
            Box::pin(async move {
                let tx = &mut turn.tx;
                let most = i64::try_from(2 * DESTINATIONS).unwrap_or(i64::MAX);
                let found = notifications::claimable(tx, now, transports, &who, most).await?;
                Ok((found, notifications::next_try(tx, now, transports).await?))
            })
        });
        let (found, next) = found.await?;
        let nap = next.map_or(LONGEST_NAP, |at| {
            Duration::from_millis((at.0 - now.0).max(1).unsigned_abs()).min(LONGEST_NAP)
        });
        Ok((found, nap))
    }

    async fn forget(&mut self) {
        self.forget_at = Instant::now() + FORGET_EVERY;
        match self.deliverer.engine.forget_events().await {
            Ok(0) => {}
            Ok(count) => {
                tracing::warn!(count, "events that could not be delivered were given up");
            }
            Err(fault) => tracing::error!(%fault, "old events cannot be forgotten"),
        }
    }

    async fn close(mut self) {
        let all = async {
            while self.rounds.join_next().await.is_some() {}
            while self.desk.join_next().await.is_some() {}
        };
        if tokio::time::timeout(LAST_DELIVERIES, all).await.is_err() {
            tracing::warn!("deliveries under way were given up; they will be repeated");
        }
    }
}
