//! Delivers events to SQS, SNS and webhooks, and repeats until each is delivered.
//!
//! An event is a row that an action wrote in its own turn: an action that is rolled back notifies
//! nobody, and a crash loses no event. At any time one task of one process, which holds a lease,
//! delivers to a destination: its events arrive in the order in which they happened, and only one
//! of several processes on one store delivers them. A document gets its id before the first
//! attempt; a repetition after a crash has the same id.
//!
//! A webhook has a position in the log of events instead, so that events cost nothing where there
//! are no webhooks. It has a row among the destinations for its lease and its retries. Where
//! nothing is delivered, the position moves in memory, and is stored once for many events.
//!
//! Leases and retries use real time, not the market's. A queue that is down comes back whether or
//! not the market's clock is frozen, and a jump of 30 days does not bring it back.

mod delivery;
mod passed;
mod publisher;
mod webhooks;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::notify::delivery::{Deliverer, Place};
use crate::outbound::Outbound;
use crate::store::notifications::{self, Destination};
use crate::store::requesters::Requester;
use crate::store::webhooks::Registered;
use crate::store::{self, events};
use crate::time::{Instant as RealInstant, real_now};
use crate::turn::{TestEvent, Turn};

pub use publisher::{Account, Endpoints, Publisher};

/// So many queues and topics are delivered to at once. Webhooks are not counted: there are at most
/// [`MOST_WEBHOOKS`](crate::rules::webhook::MOST_WEBHOOKS), and slow ones keep nobody waiting.
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
pub async fn deliver(
    engine: Arc<Engine>,
    publisher: Publisher,
    outbound: Outbound,
    mut stop: watch::Receiver<bool>,
) {
    let Some(mut test_events) = engine.receive_test_events() else { return };
    let mut dispatcher = Dispatcher::new(Arc::clone(&engine), (publisher, outbound), stop.clone());
    let mut changes = engine.changes();
    let mut poll_at = Instant::now();
    while !*stop.borrow() {
        tokio::select! {
            () = engine.undelivered.notified() => poll_at = Instant::now(),
            true = changes.next(), if dispatcher.has_webhooks => poll_at = Instant::now(),
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
    // Who waits for changes is answered before the last deliveries end.
    engine.close();
    dispatcher.close().await;
}

async fn next(events: &mut mpsc::Receiver<TestEvent>, under_way: usize) -> Option<TestEvent> {
    if under_way < MAX_TESTS { events.recv().await } else { std::future::pending().await }
}

/// What waits in the store.
struct Waiting {
    destinations: Vec<Destination>,
    /// When another destination may be tried.
    next_try: Option<RealInstant>,
    webhooks: Vec<Registered>,
    last_event: i64,
    reset_count: i64,
}

async fn waiting(
    turn: &mut Turn,
    (now, transports, holder): &(RealInstant, [&'static str; 2], String),
) -> Result<Waiting, Fault> {
    let (tx, reset_count) = (&mut turn.tx, turn.reset_count);
    let (mut destinations, mut next_try, mut last_event) = (Vec::new(), None, 0);
    if *transports != ["", ""] {
        let count = i64::try_from(2 * MAX_DESTINATIONS).unwrap_or(i64::MAX);
        destinations = notifications::claimable(tx, *now, *transports, holder, count).await?;
        next_try = notifications::next_try(tx, *now, *transports).await?;
    }
    let webhooks = store::webhooks::list(tx).await?;
    if !webhooks.is_empty() {
        last_event = events::ends(tx).await?.map_or(0, |(_, last)| last);
    }
    Ok(Waiting { destinations, next_try, webhooks, last_event, reset_count })
}

/// The deliveries that are under way.
struct Dispatcher {
    deliverer: Arc<Deliverer>,
    /// One task for each destination that is delivered to.
    deliveries: JoinSet<()>,
    /// The destination of each of these tasks, and whether it is a queue or a topic.
    destinations: HashMap<Id, (i64, bool)>,
    /// Test events, for which a turn waits.
    tests: JoinSet<()>,
    /// When old events are deleted next.
    clean_at: Instant,
    /// Whether any turn may have made an event for a webhook.
    has_webhooks: bool,
    /// The webhooks that are off, each of which was logged once.
    off: HashSet<String>,
}

impl Dispatcher {
    fn new(
        engine: Arc<Engine>,
        senders: (Publisher, Outbound),
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            deliverer: Arc::new(Deliverer::new(engine, senders, stop)),
            deliveries: JoinSet::new(),
            destinations: HashMap::new(),
            tests: JoinSet::new(),
            clean_at: Instant::now() + CLEAN_EVERY,
            has_webhooks: false,
            off: HashSet::new(),
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
                for place in claimable {
                    self.start_delivery(place);
                }
                wait
            }
            Err(fault) => {
                tracing::error!(%fault, "events that wait for delivery cannot be read");
                Duration::from_secs(1)
            }
        }
    }

    fn start_delivery(&mut self, place: Place) {
        let (key, deliverer) = (place.key(), Arc::clone(&self.deliverer));
        let is_counted = matches!(place, Place::Destination(_));
        let under_way = || self.destinations.values();
        let is_full = under_way().filter(|(_, counted)| *counted).count() >= MAX_DESTINATIONS;
        if is_counted && is_full || under_way().any(|(other, _)| *other == key) {
            return;
        }
        let task = self.deliveries.spawn(async move { deliverer.deliver_all(&place).await });
        self.destinations.insert(task.id(), (key, is_counted));
    }

    /// The places that events wait for, and the time until there may be others.
    async fn claimable(&mut self) -> Result<(Vec<Place>, Duration), Fault> {
        let transports = self.deliverer.publisher.transports();
        if self.has_webhooks {
            self.deliverer.engine.number_events().await?;
        }
        let now = real_now();
        let input = (now, transports, self.deliverer.lease_holder.clone());
        let read = self
            .deliverer
            .engine
            .read(Requester::default(), input, |turn, input| Box::pin(waiting(turn, input)));
        let Waiting { destinations, next_try, mut webhooks, last_event, reset_count } =
            read.await?;
        self.deliverer.passed.advance(&mut webhooks, reset_count);
        let mut next_tries: Vec<_> = next_try.into_iter().collect();
        let mut places: Vec<Place> = destinations.into_iter().map(Place::Destination).collect();
        for webhook in self.on(webhooks).into_iter().filter(|one| one.position < last_event) {
            let is_ours = webhook.lease.as_ref() == Some(&self.deliverer.lease_holder);
            let leased_until = webhook.leased_until.0 * i64::from(!is_ours);
            match webhook.retry_at.0.max(leased_until) {
                at if at <= now.0 => places.push(Place::Webhook(Box::new(webhook))),
                at => next_tries.push(RealInstant(at)),
            }
        }
        let wait = next_tries.into_iter().min().map_or(POLL_EVERY, |at| {
            Duration::from_millis((at.0 - now.0).max(1).unsigned_abs()).min(POLL_EVERY)
        });
        Ok((places, wait))
    }

    /// The webhooks whose hosts are allowed. Logs once of each that is off.
    fn on(&mut self, webhooks: Vec<Registered>) -> Vec<Registered> {
        let policy = self.deliverer.outbound.policy();
        let (on, off): (Vec<_>, Vec<_>) =
            webhooks.into_iter().partition(|one| policy.check(&one.webhook.url).is_ok());
        for Registered { id, webhook, .. } in off {
            if let Err(why) = policy.check(&webhook.url)
                && self.off.insert(id.clone())
            {
                tracing::warn!(webhook = id, %why, "the webhook is off");
            }
        }
        self.has_webhooks = !on.is_empty();
        on
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
            let (deliveries, tests) = (self.deliveries.len(), self.tests.len());
            tracing::warn!(deliveries, tests, "given up at the stop");
        }
    }
}
