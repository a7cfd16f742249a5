//! Delivery: the documents of one destination, one after another, and single test events.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::actions::faults::is_duplicated;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::ids;
use crate::notify::passed::Passed;
use crate::notify::publisher::{OutboundMessage, Publisher, one_line, text};
use crate::outbound::Outbound;
use crate::rules::notification::{self, Customer, EVENTS_TOGETHER};
use crate::shapes::event::Event;
use crate::shapes::notification::Event as DocumentEvent;
use crate::store::events::{self, New};
use crate::store::notifications::{self, Destination};
use crate::store::requesters::{self, Requester};
use crate::store::webhooks::Registered;
use crate::time::{Span, real_now};
use crate::turn::{TestEvent, Turn};

/// A lease on a destination is renewed before each document, and lasts longer than an attempt.
pub(super) const LEASE: Span = Span::seconds(30);
/// The time before the second attempt; it doubles each time.
const FIRST_WAIT_MS: i64 = 250;
/// The longest time between two attempts.
const LONGEST_WAIT_MS: i64 = 30_000;

/// The wait after a failure of our own store.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// Delivers documents, under the lease of this process.
pub struct Deliverer {
    pub engine: Arc<Engine>,
    pub publisher: Publisher,
    pub outbound: Outbound,
    /// The name of this process in leases.
    pub lease_holder: String,
    pub(super) passed: Passed,
    stop: watch::Receiver<bool>,
    /// Whether the document of an id is sent twice, until it is delivered: a rule is asked once for
    /// each document, however often that is tried.
    decided: Mutex<HashMap<String, bool>>,
}

/// Where something waits to be delivered to.
#[derive(Debug)]
pub enum Place {
    /// A queue or a topic.
    Destination(Destination),
    /// A URL, boxed because it is larger.
    Webhook(Box<Registered>),
}

impl Place {
    /// Its number among the destinations.
    pub fn key(&self) -> i64 {
        match self {
            Self::Destination(destination) => destination.key,
            Self::Webhook(registered) => registered.key,
        }
    }
}

#[derive(Debug, Clone)]
struct Document {
    id: String,
    body: String,
    /// Epoch milliseconds of its first event.
    subject: String,
    /// Whether it is sent twice.
    is_duplicated: bool,
}

impl Deliverer {
    /// On a store of its own, a process keeps its name, and so the leases of before a crash.
    pub fn new(
        engine: Arc<Engine>,
        (publisher, outbound): (Publisher, Outbound),
        stop: watch::Receiver<bool>,
    ) -> Self {
        let lease_holder =
            if engine.store().is_shared() { ids::request_id() } else { "owner".to_owned() };
        let (passed, decided) = (Passed::default(), Mutex::default());
        Self { engine, publisher, outbound, lease_holder, passed, stop, decided }
    }

    /// Delivers all that waits in one place, until nothing is left or something fails.
    pub async fn deliver_all(&self, place: &Place) {
        let delivered = match place {
            Place::Destination(destination) => self.try_deliver_all(destination).await,
            Place::Webhook(registered) => self.try_push_all(registered).await,
        };
        if let Err(fault) = delivered {
            tracing::error!(%fault, "a delivery could not be recorded; it will be repeated");
            tokio::time::sleep(AFTER_FAULT).await;
        }
    }

    async fn try_deliver_all(&self, destination: &Destination) -> Result<(), Fault> {
        let mut delivered = None;
        while let Some(document) = self.next_document(destination, delivered).await? {
            let Destination { transport, address, .. } = destination;
            let Document { id, body, subject, is_duplicated } = document;
            let (transport, subject) = (*transport, subject.as_str());
            for _ in 0..=u8::from(is_duplicated) {
                let message = OutboundMessage { transport, address, body: &body, subject };
                if let Err(why) = self.publisher.send(message).await {
                    return self.record_failure(destination.key, address, why).await;
                }
            }
            tracing::debug!(address, id, "delivered");
            delivered = Some(id);
        }
        Ok(())
    }

    /// Records that a document was delivered, and returns the next one, unless another process
    /// holds the lease.
    async fn next_document(
        &self,
        destination: &Destination,
        delivered: Option<String>,
    ) -> Result<Option<Document>, Fault> {
        let mut decided = self.decided().clone();
        if let Some(id) = &delivered {
            self.decided().remove(id);
            decided.remove(id);
        }
        let step = Step {
            decided,
            key: destination.key,
            address: destination.address.clone(),
            holder: self.lease_holder.clone(),
            delivered,
            is_closing: self.is_closing(),
        };
        let taken = self
            .engine
            .write(Requester::default(), step, |turn, step| Box::pin(step.take(turn)))
            .await?;
        if let Some(Document { id, is_duplicated, .. }) = &taken {
            self.decided().insert(id.clone(), *is_duplicated);
        }
        Ok(taken)
    }

    fn decided(&self) -> MutexGuard<'_, HashMap<String, bool>> {
        self.decided.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether no further delivery begins.
    pub(super) fn is_closing(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits for the stop, and then this long.
    pub(super) async fn stopped_for(&self, time: Duration) {
        let mut stop = self.stop.clone();
        // Who can no longer say stop has stopped.
        drop(stop.wait_for(|stop| *stop).await);
        tokio::time::sleep(time).await;
    }

    pub(super) async fn record_failure(
        &self,
        key: i64,
        address: &str,
        why: String,
    ) -> Result<(), Fault> {
        let why = one_line(&why);
        tracing::warn!(address, why, "not delivered; it will be tried again");
        let failure = (key, self.lease_holder.clone(), why);
        let recorded = self.engine.write(Requester::default(), failure, |turn, failure| {
            Box::pin(async move {
                let (key, holder, why) = failure;
                let failures = notifications::failures(&mut turn.tx, *key).await?;
                let retry_at = real_now() + wait_after(failures);
                notifications::failed(&mut turn.tx, *key, holder, why, retry_at).await
            })
        });
        recorded.await
    }

    /// Delivers a test event, if its transport has an endpoint, and adds it to the events.
    pub async fn deliver_test(&self, test: TestEvent) {
        let TestEvent { requester, transport, address, event, delivered } = test;
        let outcome = async {
            let id = notification::document_id(&["test", &ids::request_id()]);
            let customer = Customer { id: &requester.id, account: &requester.account };
            let body = notification::body(customer, &id, std::slice::from_ref(&event));
            let (body, subject) = (body.map_err(text)?, event.event_timestamp.0.to_string());
            if self.publisher.reaches(transport) {
                let (address, body, subject) = (&*address, &*body, &*subject);
                self.publisher.send(OutboundMessage { transport, address, body, subject }).await?;
            }
            self.add_test_event(&requester, event).await.map_err(text)
        };
        // The turn may not wait any more.
        drop(delivered.send(outcome.await));
    }

    async fn add_test_event(
        &self,
        requester: &Requester,
        event: DocumentEvent,
    ) -> Result<(), Fault> {
        let test = (requester.id.clone(), event);
        let recorded = self.engine.write(Requester::default(), test, |turn, (id, event)| {
            Box::pin(async move {
                turn.touch(id);
                turn.touch(&event.hit_id);
                let new = New {
                    event_type: event.event_type,
                    at: turn.arrived_at,
                    requester_id: id,
                    hit_type_id: &event.hit_type_id,
                    hit_id: &event.hit_id,
                    assignment_id: event.assignment_id.as_deref(),
                    worker_id: None,
                };
                events::add_test(&mut turn.tx, new).await
            })
        });
        recorded.await
    }
}

/// A turn between two documents of one destination.
struct Step {
    key: i64,
    address: String,
    holder: String,
    /// The document that was delivered before.
    delivered: Option<String>,
    /// Whether documents that were tried before are sent twice.
    decided: HashMap<String, bool>,
    is_closing: bool,
}

impl Step {
    async fn take(&self, turn: &mut Turn) -> Result<Option<Document>, Fault> {
        let Self { key, address, holder, delivered, decided, is_closing } = self;
        let (key, tx) = (*key, &mut turn.tx);
        if let Some(id) = delivered {
            events::delivered(tx, key, id, real_now()).await?;
            notifications::succeeded(tx, key).await?;
        }
        if !notifications::lease(tx, (key, address), holder, real_now(), LEASE).await? {
            return Ok(None);
        }
        let document =
            if *is_closing { None } else { document(turn, key, address, decided).await? };
        if document.is_none() {
            notifications::release(&mut turn.tx, key, holder).await?;
        }
        Ok(document)
    }
}

/// The first document that waits: its events are of one requester.
async fn document(
    turn: &mut Turn,
    key: i64,
    address: &str,
    decided: &HashMap<String, bool>,
) -> Result<Option<Document>, Fault> {
    let mut batch = events::waiting(&mut turn.tx, key, EVENTS_TOGETHER).await?;
    let Some(first) = batch.first().cloned() else { return Ok(None) };
    let together = |event: &&Event| {
        event.requester_id == first.requester_id && document_id(event) == document_id(&first)
    };
    batch.truncate(batch.iter().take_while(together).count());
    let id = match document_id(&first) {
        Some(id) => id.to_owned(),
        None => assign_document(turn, key, address, &batch).await?,
    };
    let requester = requesters::by_id(&mut turn.tx, &first.requester_id).await?;
    let requester = requester.map(|known| known.requester).unwrap_or_default();
    let customer = Customer { id: &first.requester_id, account: &requester.account };
    let events: Vec<_> = batch.into_iter().map(shape).collect();
    let body = notification::body(customer, &id, &events)?;
    let is_duplicated = match decided.get(&id) {
        Some(decided) => *decided,
        None => turn.has_faults && is_duplicated(turn, &first.requester_id).await?,
    };
    Ok(Some(Document { id, body, subject: first.at.0.to_string(), is_duplicated }))
}

fn document_id(event: &Event) -> Option<&str> {
    event.delivery.as_ref().and_then(|delivery| delivery.event_doc_id.as_deref())
}

/// Gives the events a document id, which they keep.
async fn assign_document(
    turn: &mut Turn,
    key: i64,
    address: &str,
    batch: &[Event],
) -> Result<String, Fault> {
    let numbers: Vec<String> = batch
        .iter()
        .map(|event| format!("{} {} {}", event.number, event.hit_id, event.at))
        .collect();
    let id = notification::document_id(&[address, &numbers.join(" ")]);
    events::set_document(&mut turn.tx, key, batch, &id).await?;
    Ok(id)
}

fn shape(event: Event) -> DocumentEvent {
    DocumentEvent {
        event_type: event.event_type,
        event_timestamp: event.at,
        hit_id: event.hit_id,
        assignment_id: event.assignment_id,
        hit_type_id: event.hit_type_id,
    }
}

/// The wait after so many earlier failures.
fn wait_after(failures: i64) -> Span {
    let doubled = FIRST_WAIT_MS.checked_shl(u32::try_from(failures.clamp(0, 16)).unwrap_or(0));
    Span(doubled.unwrap_or(LONGEST_WAIT_MS).min(LONGEST_WAIT_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        for (failures, ms) in [(0, 250), (1, 500), (6, 16_000), (7, 30_000), (i64::MAX, 30_000)] {
            assert_eq!(wait_after(failures), Span(ms));
        }
    }
}
