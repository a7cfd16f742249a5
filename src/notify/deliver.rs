//! One round of deliveries to one destination, and single letters.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::ids;
use crate::notify::courier::{Courier, Parcel};
use crate::rules::notification::{self, Customer, EVENTS_TOGETHER};
use crate::shapes;
use crate::store::events::{self, Event, New};
use crate::store::notifications::{self, Destination};
use crate::store::requesters::{self, Requester};
use crate::time::{Span, real_now};
use crate::turn::{Access, Letter, Turn};

/// A destination is one deliverer's for this long after each document: longer than an attempt.
const LEASE: Span = Span::seconds(30);
/// The time before the second attempt; it doubles each time.
const FIRST_WAIT_MS: i64 = 250;
/// The longest time between two attempts.
const LONGEST_WAIT_MS: i64 = 30_000;

/// After a failure of our own store.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// Delivers for one process.
pub struct Deliverer {
    /// Takes the turns.
    pub engine: Arc<Engine>,
    /// Goes to the destinations.
    pub courier: Courier,
    /// The name on leases.
    pub who: String,
    stop: watch::Receiver<bool>,
}

/// A document on its way.
#[derive(Debug, Clone)]
struct Document {
    id: String,
    body: String,
    /// Epoch milliseconds of its first event.
    subject: String,
}

/// How an attempt ended.
#[derive(Debug, Clone)]
enum Before {
    Nothing,
    Delivered(String),
}

impl Deliverer {
    /// A deliverer of this process. On a store of its own, what it leased before a crash is its.
    pub fn new(engine: Arc<Engine>, courier: Courier, stop: watch::Receiver<bool>) -> Self {
        let who = if engine.store().is_shared() { ids::request_id() } else { "owner".to_owned() };
        Self { engine, courier, who, stop }
    }

    /// Delivers what awaits it at one destination, until nothing does, or the destination fails.
    pub async fn round(&self, destination: &Destination) {
        if let Err(fault) = self.deliver_all(destination).await {
            tracing::error!(%fault, "a delivery cannot be kept; it will be repeated");
            tokio::time::sleep(AFTER_FAULT).await;
        }
    }

    async fn deliver_all(&self, destination: &Destination) -> Result<(), Fault> {
        let mut before = Before::Nothing;
        while let Some(document) = self.next(destination, before).await? {
            let Destination { transport, address, .. } = destination;
            let Document { id, body, subject } = document;
            let parcel = Parcel { transport: *transport, address, body: &body, subject: &subject };
            if let Err(why) = self.courier.deliver(parcel).await {
                return self.failed(destination, why).await;
            }
            tracing::debug!(address, id, "delivered");
            before = Before::Delivered(id);
        }
        Ok(())
    }

    /// Keeps how the document before went, and takes the next one, if nobody else delivers there.
    async fn next(
        &self,
        destination: &Destination,
        before: Before,
    ) -> Result<Option<Document>, Fault> {
        let (key, address) = (destination.key, destination.address.clone());
        let (who, closing) = (self.who.clone(), *self.stop.borrow());
        let taken = self.engine.turn(Access::Write, Requester::default(), move |turn| {
            let (who, before, address) = (who.clone(), before.clone(), address.clone());
            Box::pin(async move {
                if let Before::Delivered(id) = before {
                    events::delivered(&mut turn.tx, key, &id, real_now()).await?;
                    notifications::succeeded(&mut turn.tx, key).await?;
                }
                let tx = &mut turn.tx;
                if !notifications::lease(tx, key, &who, real_now(), LEASE).await? {
                    return Ok(None);
                }
                let document = if closing { None } else { document(turn, key, &address).await? };
                if document.is_none() {
                    notifications::release(&mut turn.tx, key, &who).await?;
                }
                Ok(document)
            })
        });
        taken.await
    }

    async fn failed(&self, destination: &Destination, why: String) -> Result<(), Fault> {
        tracing::warn!(address = destination.address, why, "not delivered; it will be tried again");
        let (key, who) = (destination.key, self.who.clone());
        let kept = self.engine.turn(Access::Write, Requester::default(), move |turn| {
            let (who, why) = (who.clone(), why.clone());
            Box::pin(async move {
                let failures = notifications::failures(&mut turn.tx, key).await?;
                let retry_at = real_now() + wait_after(failures);
                notifications::failed(&mut turn.tx, key, &who, &why, retry_at).await
            })
        });
        kept.await
    }

    /// Delivers a letter, if its transport is to be had, and remembers its event.
    pub async fn letter(&self, letter: Letter) {
        let Letter { requester, transport, address, event, told } = letter;
        let id = notification::document_id(&["test", &ids::request_id()]);
        let customer = Customer { id: &requester.id, account: &requester.account };
        let subject = event.event_timestamp.0.to_string();
        let outcome = match notification::body(customer, &id, std::slice::from_ref(&event)) {
            Ok(body) if self.courier.reaches(transport) => {
                let parcel =
                    Parcel { transport, address: &address, body: &body, subject: &subject };
                self.courier.deliver(parcel).await
            }
            Ok(_) => Ok(()),
            Err(fault) => Err(fault.to_string()),
        };
        let outcome = match outcome {
            Ok(()) => self.remember(&requester, event).await.map_err(|fault| fault.to_string()),
            failed => failed,
        };
        // The turn may not wait any more.
        drop(told.send(outcome));
    }

    async fn remember(
        &self,
        requester: &Requester,
        event: shapes::notification::Event,
    ) -> Result<(), Fault> {
        let requester_id = requester.id.clone();
        let kept = self.engine.turn(Access::Write, Requester::default(), move |turn| {
            let (requester_id, event) = (requester_id.clone(), event.clone());
            Box::pin(async move {
                let new = New {
                    event_type: event.event_type,
                    at: turn.arrived_at,
                    requester_id: &requester_id,
                    hit_type_id: &event.hit_type_id,
                    hit_id: &event.hit_id,
                    assignment_id: event.assignment_id.as_deref(),
                    worker_id: None,
                };
                events::add_test(&mut turn.tx, new).await
            })
        });
        kept.await
    }
}

/// The first document that awaits delivery, made of events of one requester.
async fn document(turn: &mut Turn, key: i64, address: &str) -> Result<Option<Document>, Fault> {
    let mut batch = events::waiting(&mut turn.tx, key, EVENTS_TOGETHER).await?;
    let Some(first) = batch.first().cloned() else { return Ok(None) };
    let begun = begun_as(&first).map(str::to_owned);
    let together = |event: &Event| {
        event.requester_id == first.requester_id && begun_as(event) == begun.as_deref()
    };
    batch.truncate(batch.iter().take_while(|event| together(event)).count());
    let id = match begun {
        Some(id) => id,
        None => begin(turn, key, address, &batch).await?,
    };
    let requester = requesters::by_id(&mut turn.tx, &first.requester_id).await?;
    let requester = requester.map(|known| known.requester).unwrap_or_default();
    let customer = Customer { id: &first.requester_id, account: &requester.account };
    let told: Vec<_> = batch.into_iter().map(shape).collect();
    let body = notification::body(customer, &id, &told)?;
    Ok(Some(Document { id, body, subject: first.at.0.to_string() }))
}

fn begun_as(event: &Event) -> Option<&str> {
    event.delivery.as_ref().and_then(|delivery| delivery.document_id.as_deref())
}

/// Puts the events into one document for good.
async fn begin(turn: &mut Turn, key: i64, address: &str, batch: &[Event]) -> Result<String, Fault> {
    let numbers: Vec<String> = batch
        .iter()
        .map(|event| format!("{} {} {}", event.number, event.hit_id, event.at))
        .collect();
    let id = notification::document_id(&[address, &numbers.join(" ")]);
    events::set_document(&mut turn.tx, key, batch, &id).await?;
    Ok(id)
}

fn shape(event: Event) -> shapes::notification::Event {
    shapes::notification::Event {
        event_type: event.event_type,
        event_timestamp: event.at,
        hit_id: event.hit_id,
        assignment_id: event.assignment_id,
        hit_type_id: event.hit_type_id,
    }
}

/// How long a destination is left alone that failed so often before.
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
