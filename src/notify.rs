//! Delivers events to SQS and SNS, and repeats until each is delivered.
//!
//! An event is a row that an action wrote in its own turn: an action that is rolled back notifies
//! nobody, and a crash loses no event. At any time one task of one process, which holds a lease,
//! delivers to a destination: its events arrive in the order in which they happened, and only one
//! of several processes on one store delivers them. A document gets its id before the first
//! attempt; a repetition after a crash has the same id.
//!
//! Leases and retries use real time, not the market's. A queue that is down comes back whether or
//! not the market's clock is frozen, and a jump of 30 days does not bring it back.

mod delivery;
mod publisher;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::notify::delivery::Deliverer;
use crate::store::notifications::{self, Destination};
use crate::store::requesters::Requester;
use crate::time::real_now;
use crate::turn::TestEvent;

pub use publisher::{Account, Endpoints, Publisher};

/// So many destinations are delivered to at once.
const MAX_DESTINATIONS: usize = 8;
/// So many test events are delivered at once.
const MAX_TESTS: usize = 8;
/// How often the store is read in case another process has written to it.
const POLL_EVERY: Duration = Duration::from_secs(5);
/// How often old events are deleted.
const CLEAN_EVERY: Duration = Duration::from_secs(10);
/// After the stop, deliveries under way have this long to finish.
const STOP_TIME: Duration = Duration::from_secs(3);

/// Delivers until `stop` says otherwise, and keeps the number of events bounded.
///
/// Only the first call for an engine does anything.
pub async fn deliver(engine: Arc<Engine>, publisher: Publisher, mut stop: watch::Receiver<bool>) {
    let Some(mut test_events) = engine.receive_test_events() else { return };
    let mut dispatcher = Dispatcher::new(Arc::clone(&engine), publisher, stop.clone());
    let mut poll_at = Instant::now();
    while !*stop.borrow() {
        tokio::select! {
            () = engine.undelivered.notified() => poll_at = Instant::now(),
            () = tokio::time::sleep_until(poll_at.min(dispatcher.clean_at)) => {}
            Some(ended) = dispatcher.deliveries.join_next_with_id() => {
                dispatcher.ended(ended);
                poll_at = Instant::now();
            }
            Some(test) = next(&mut test_events, dispatcher.tests.len()) => dispatcher.test(test),
            Some(_) = dispatcher.tests.join_next() => {}
            _ = stop.changed() => break,
        }
        if poll_at <= Instant::now() {
            poll_at = Instant::now() + dispatcher.start_deliveries().await;
        }
        if dispatcher.clean_at <= Instant::now() {
            dispatcher.clean().await;
        }
    }
    dispatcher.close().await;
    engine.close();
}

async fn next(events: &mut mpsc::Receiver<TestEvent>, under_way: usize) -> Option<TestEvent> {
    if under_way < MAX_TESTS { events.recv().await } else { std::future::pending().await }
}

/// The deliveries that are under way.
struct Dispatcher {
    deliverer: Arc<Deliverer>,
    /// One task for each destination that is delivered to.
    deliveries: JoinSet<()>,
    /// The destination of each of these tasks.
    destinations: HashMap<Id, i64>,
    /// Test events, for which a turn waits.
    tests: JoinSet<()>,
    /// When old events are deleted next.
    clean_at: Instant,
}

impl Dispatcher {
    fn new(engine: Arc<Engine>, publisher: Publisher, stop: watch::Receiver<bool>) -> Self {
        Self {
            deliverer: Arc::new(Deliverer::new(engine, publisher, stop)),
            deliveries: JoinSet::new(),
            destinations: HashMap::new(),
            tests: JoinSet::new(),
            clean_at: Instant::now() + CLEAN_EVERY,
        }
    }

    fn test(&mut self, test: TestEvent) {
        let deliverer = Arc::clone(&self.deliverer);
        self.tests.spawn(async move { deliverer.deliver_test(test).await });
    }

    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(error) => {
                // The lease runs out, and then the destination is tried again.
                tracing::error!(%error, "a delivery panicked");
                error.id()
            }
        };
        self.destinations.remove(&id);
    }

    /// Starts to deliver wherever events wait; returns the time until the next poll.
    async fn start_deliveries(&mut self) -> Duration {
        match self.claimable().await {
            Ok((claimable, wait)) => {
                for destination in claimable {
                    self.start_delivery(destination);
                }
                wait
            }
            Err(fault) => {
                tracing::error!(%fault, "events that wait for delivery cannot be read");
                Duration::from_secs(1)
            }
        }
    }

    fn start_delivery(&mut self, destination: Destination) {
        let (key, deliverer) = (destination.key, Arc::clone(&self.deliverer));
        let is_under_way = self.destinations.values().any(|other| *other == key);
        if self.deliveries.len() < MAX_DESTINATIONS && !is_under_way {
            let task =
                self.deliveries.spawn(async move { deliverer.deliver_all(&destination).await });
            self.destinations.insert(task.id(), key);
        }
    }

    /// The destinations that events wait for, and the time until there may be others.
    async fn claimable(&self) -> Result<(Vec<Destination>, Duration), Fault> {
        let transports = self.deliverer.publisher.transports();
        if transports == ["", ""] {
            return Ok((Vec::new(), CLEAN_EVERY));
        }
        let now = real_now();
        let input = (now, transports, self.deliverer.lease_holder.clone());
        let read = self.deliverer.engine.read(Requester::default(), input, |turn, input| {
            Box::pin(async move {
                let ((now, transports, holder), tx) = (input, &mut turn.tx);
                let count = i64::try_from(2 * MAX_DESTINATIONS).unwrap_or(i64::MAX);
                let claimable =
                    notifications::claimable(tx, *now, *transports, holder, count).await?;
                Ok::<_, Fault>((claimable, notifications::next_try(tx, *now, *transports).await?))
            })
        });
        let (claimable, next_try) = read.await?;
        let wait = next_try.map_or(POLL_EVERY, |at| {
            Duration::from_millis((at.0 - now.0).max(1).unsigned_abs()).min(POLL_EVERY)
        });
        Ok((claimable, wait))
    }

    async fn clean(&mut self) {
        self.clean_at = Instant::now() + CLEAN_EVERY;
        match self.deliverer.engine.prune_events().await {
            Ok(0) => {}
            Ok(count) => {
                tracing::warn!(count, "events that could not be delivered were given up");
            }
            Err(fault) => tracing::error!(%fault, "old events cannot be deleted"),
        }
    }

    async fn close(mut self) {
        let all = async {
            while self.deliveries.join_next().await.is_some() {}
            while self.tests.join_next().await.is_some() {}
        };
        if tokio::time::timeout(STOP_TIME, all).await.is_err() {
            tracing::warn!("deliveries under way were given up; they will be repeated");
        }
    }
}
