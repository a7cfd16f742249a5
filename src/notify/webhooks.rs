//! Webhooks: the event log as signed POSTs, one event at a time.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::Request;
use axum::http::header::CONTENT_TYPE;

use crate::fault::Fault;
use crate::notify::delivery::{Deliverer, LEASE};
use crate::notify::passed::{Position, after};
use crate::rules::{notification, webhook};
use crate::shapes::event::Event;
use crate::shapes::webhook::Secret;
use crate::store::events::{self, Filter};
use crate::store::notifications;
use crate::store::requesters::Requester;
use crate::store::webhooks::{self, Registered};
use crate::time::{real_now, wall_clock};
use crate::turn::Turn;

/// The head of an answer has to come within this time; nobody reads its body.
const ATTEMPT: Duration = Duration::from_secs(10);
/// After the stop, an attempt under way has this long to finish.
const STOP_TIME: Duration = Duration::from_secs(1);
/// So many events are read at a time to find one of the types that the webhook gets.
const READ_TOGETHER: i64 = 100;
/// So often at most in one turn.
const READS: usize = 20;
/// Where nothing is delivered, the position is written once so many events are passed over.
const WRITE_EVERY: i64 = 1000;

/// An event on its way.
struct Message {
    url: String,
    /// The same for each attempt.
    id: String,
    number: i64,
    body: String,
    secret: Secret,
    /// The market's count of resets, for the number is another event's after one.
    reset_count: i64,
}

impl Deliverer {
    /// Sends the events of one webhook, until none is left or one fails.
    pub(super) async fn try_push_all(&self, registered: &Registered) -> Result<(), Fault> {
        if !self.has_work(registered.key).await? {
            return Ok(());
        }
        let mut delivered = None;
        while let Some(message) = self.next_message(registered, delivered).await? {
            let pushed = tokio::select! {
                pushed = self.push(&message) => pushed,
                () = self.stopped_for(STOP_TIME) => {
                    let number = message.number;
                    tracing::warn!(webhook = registered.id, event = number, "given up at the stop");
                    // Lets others deliver to it.
                    return self.next_message(registered, None).await.map(drop);
                }
            };
            if let Err(why) = pushed {
                return self.record_failure(registered.key, &registered.id, why).await;
            }
            tracing::debug!(webhook = registered.id, event = message.number, "delivered");
            delivered = Some((message.number, message.reset_count));
        }
        Ok(())
    }

    /// Passes over events that the webhook does not get, in a turn that only reads. Whether it gets
    /// one, or its position has to be written.
    async fn has_work(&self, key: i64) -> Result<bool, Fault> {
        let input = (key, self.passed.of(key));
        let read = self.engine.read(Requester::default(), input, |turn, (key, passed)| {
            Box::pin(async move {
                let Some(registered) = webhooks::find(&mut turn.tx, *key).await? else {
                    return Ok(None);
                };
                let (event, number) = next_event(turn, &registered, *passed).await?;
                let position = Position { reset_count: turn.reset_count, number };
                let is_written = event.is_some() || number - registered.position >= WRITE_EVERY;
                Ok::<_, Fault>(Some((position, is_written)))
            })
        });
        let Some((position, has_work)) = read.await? else { return Ok(false) };
        self.passed.note(key, position);
        Ok(has_work)
    }

    async fn push(&self, message: &Message) -> Result<(), String> {
        let Message { url, id, number, body, secret, .. } = message;
        let timestamp = wall_clock().timestamp();
        let signature = webhook::signature(secret, id, timestamp, body);
        let request = Request::post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature.unwrap_or_default())
            .header("mturk-local-event", *number)
            .body(Bytes::from(body.clone()))
            .map_err(|_| "the URL is malformed".to_owned())?;
        let status = self.outbound.status(request, ATTEMPT).await;
        let status = status.map_err(|error| error.to_string())?;
        match status {
            _ if status.is_success() => Ok(()),
            _ if status.is_redirection() => {
                Err(format!("HTTP status {status}: redirects are not followed"))
            }
            _ => Err(format!("HTTP status {status}")),
        }
    }

    /// Records that an event was delivered, and returns the next one, unless another process holds
    /// the lease.
    async fn next_message(
        &self,
        registered: &Registered,
        delivered: Option<(i64, i64)>,
    ) -> Result<Option<Message>, Fault> {
        let step = Step {
            key: registered.key,
            id: registered.id.clone(),
            holder: self.lease_holder.clone(),
            delivered,
            passed: self.passed.of(registered.key),
            is_closing: self.is_closing(),
        };
        self.engine.write(Requester::default(), step, |turn, step| Box::pin(step.take(turn))).await
    }
}

/// A turn between two events of one webhook.
struct Step {
    key: i64,
    id: String,
    holder: String,
    /// The number of the event that was delivered before, and the count of resets by then.
    delivered: Option<(i64, i64)>,
    passed: Option<Position>,
    is_closing: bool,
}

impl Step {
    async fn take(&self, turn: &mut Turn) -> Result<Option<Message>, Fault> {
        let Self { key, id, holder, delivered, passed, is_closing } = self;
        let key = *key;
        if !notifications::lease(&mut turn.tx, (key, id), holder, real_now(), LEASE).await? {
            return Ok(None);
        }
        if let Some((number, _)) = delivered.filter(|(_, resets)| *resets == turn.reset_count) {
            webhooks::advance(&mut turn.tx, key, number).await?;
            notifications::succeeded(&mut turn.tx, key).await?;
        }
        let registered = if *is_closing { None } else { webhooks::find(&mut turn.tx, key).await? };
        let message = match registered {
            Some(registered) => message(turn, registered, *passed).await?,
            None => None,
        };
        if message.is_none() {
            notifications::release(&mut turn.tx, key, holder).await?;
        }
        Ok(message)
    }
}

/// The next event for the webhook. If it gets none, its position is written.
async fn message(
    turn: &mut Turn,
    registered: Registered,
    passed: Option<Position>,
) -> Result<Option<Message>, Fault> {
    let (event, after) = next_event(turn, &registered, passed).await?;
    let Registered { key, id, position, secret, webhook, .. } = registered;
    let Some(event) = event else {
        if after > position {
            webhooks::advance(&mut turn.tx, key, after).await?;
        }
        return Ok(None);
    };
    let body = serde_json::to_string(&event).map_err(|e| Fault::Service(e.to_string()))?;
    let (number, at) = (event.number, event.at.to_string());
    let parts = [&id, &number.to_string(), &event.hit_id, &at];
    let id = notification::document_id(&parts.map(String::as_str));
    let reset_count = turn.reset_count;
    Ok(Some(Message { url: webhook.url, id, number, body, secret, reset_count }))
}

/// The next event that the webhook gets, if it was found, and the number of the last event before
/// it that was read.
async fn next_event(
    turn: &mut Turn,
    registered: &Registered,
    passed: Option<Position>,
) -> Result<(Option<Event>, i64), Fault> {
    let Registered { requester_id, position, webhook, .. } = registered;
    let filter = Filter { requester_id: requester_id.clone(), ..Filter::default() };
    let is_wanted = |event: &Event| {
        webhook.events.as_ref().is_none_or(|types| types.contains(&event.event_type))
    };
    let count = if webhook.events.is_some() { READ_TOGETHER } else { 1 };
    let mut after = after(*position, passed, turn.reset_count);
    for _ in 0..READS {
        let page = events::page(&mut turn.tx, &filter, after, count).await?;
        if let Some(event) = page.events.into_iter().find(is_wanted) {
            let before = event.number - 1;
            return Ok((Some(event), before));
        }
        after = page.last;
        if page.is_end {
            break;
        }
    }
    Ok((None, after))
}
