//! `/_mturk/events`: what happened in the market, as pages and as a stream.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use utoipa::IntoParams;

use crate::control::description::events as shape;
use crate::control::description::words;
use crate::control::json::{Failure, Params};
use crate::engine::Engine;
use crate::fault::Fault;
use crate::shapes::notification::EventType;
use crate::store::events::{Event, Filter};

/// Another process may have written to a shared store: look again after this long.
const SHARED_NAP: Duration = Duration::from_millis(250);
/// And this long after, where none can.
const OWN_NAP: Duration = Duration::from_secs(5);
/// So many events are read for a stream at a time.
const READ_TOGETHER: usize = 100;

/// Which events, from where on, and how many.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The number of the last event that was seen.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64, nullable = false)]
    after: Option<i64>,
    /// How many at most; 100 if absent.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<i64>,
    /// `1`: server-sent events, those that are there and those to come.
    #[param(minimum = 0, maximum = 1, nullable = false)]
    stream: Option<i64>,
    #[serde(rename = "EventType")]
    #[param(value_type = Option<shape::EventTypes>, nullable = false)]
    event_type: Option<EventType>,
    #[serde(rename = "HITId")]
    #[param(nullable = false)]
    hit_id: Option<String>,
    #[serde(rename = "AssignmentId")]
    #[param(nullable = false)]
    assignment_id: Option<String>,
    #[serde(rename = "HITTypeId")]
    #[param(nullable = false)]
    hit_type_id: Option<String>,
    /// A requester's id.
    #[serde(rename = "Requester")]
    #[param(nullable = false)]
    requester_id: Option<String>,
    #[serde(rename = "WorkerId")]
    #[param(nullable = false)]
    worker_id: Option<String>,
}

impl Wanted {
    fn filter(&self) -> Filter {
        let word = |word: &Option<String>| word.clone().unwrap_or_default();
        Filter {
            event_type: self.event_type.map(EventType::as_str).unwrap_or_default().to_owned(),
            hit_id: word(&self.hit_id),
            assignment_id: word(&self.assignment_id),
            hit_type_id: word(&self.hit_type_id),
            requester_id: word(&self.requester_id),
            worker_id: word(&self.worker_id),
        }
    }
}

/// What happened in the market, the oldest first.
///
/// The latest 100,000 events are kept; older ones that await delivery are kept too, until they are
/// delivered or a million are younger.
#[utoipa::path(
    get,
    path = "/_mturk/events",
    operation_id = "listEvents",
    tag = "events",
    params(Wanted),
    responses((status = 200, description = "A page, or a stream that does not end.", content(
        (shape::Events = "application/json"),
        (words::Anything = "text/event-stream")
    )))
)]
pub async fn list(
    State(engine): State<Arc<Engine>>,
    headers: HeaderMap,
    Params(wanted): Params<Wanted>,
) -> Result<Response, Failure> {
    let (after, limit) = (after(wanted.after)?, wanted.limit.unwrap_or(100));
    let count = usize::try_from(limit).unwrap_or(0);
    if !(1..=1000).contains(&limit) {
        return Err(Fault::unreadable("limit is between 1 and 1000").into());
    }
    match wanted.stream {
        None | Some(0) => {
            let found = engine.events(&wanted.filter(), after, count).await?;
            let shown: Vec<Value> = found.events.iter().map(shown).collect();
            Ok(Json(json!({"Events": shown})).into_response())
        }
        Some(1) => Ok(streamed(engine, wanted.filter(), resumed(&headers).unwrap_or(after))),
        Some(_) => Err(Fault::unreadable("stream is 1 or 0").into()),
    }
}

/// The number of an event, or 0.
///
/// # Errors
/// It is negative.
pub fn after(number: Option<i64>) -> Result<i64, Fault> {
    let number = number.unwrap_or(0);
    if number < 0 {
        return Err(Fault::unreadable("after is the number of an event, or 0"));
    }
    Ok(number)
}

/// Where a browser goes on after its connection was lost.
fn resumed(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok().filter(|number| *number >= 0)
}

/// An event as the control API shows it.
pub fn shown(event: &Event) -> Value {
    let mut shown = json!({
        "Event": event.number,
        "EventType": event.event_type,
        "EventTimestamp": event.at.whole_second().rfc3339(),
        "Requester": event.requester_id,
        "HITTypeId": event.hit_type_id,
        "HITId": event.hit_id,
    });
    for (name, id) in [("AssignmentId", &event.assignment_id), ("WorkerId", &event.worker_id)] {
        if let Some(id) = id {
            shown[name] = id.as_str().into();
        }
    }
    if let Some(delivery) = &event.delivery {
        let mut told = json!({
            "Transport": delivery.transport,
            "Destination": delivery.address,
            "Delivered": delivery.delivered_at.is_some(),
        });
        if let Some(id) = &delivery.document_id {
            told["EventDocId"] = id.as_str().into();
        }
        if let (None, Some(why)) = (delivery.delivered_at, &delivery.failure) {
            told["Failures"] = delivery.failures.into();
            told["Failure"] = why.as_str().into();
        }
        shown["Delivery"] = told;
    }
    shown
}

/// Waits until something may have changed; false once the market closes.
pub async fn changed(engine: &Engine, changes: &mut watch::Receiver<bool>) -> bool {
    let nap = if engine.store().is_shared() { SHARED_NAP } else { OWN_NAP };
    tokio::select! {
        told = changes.changed() => told.is_ok() && !*changes.borrow(),
        () = tokio::time::sleep(nap) => true,
    }
}

/// A stream under way.
struct Streaming {
    engine: Arc<Engine>,
    changes: watch::Receiver<bool>,
    filter: Filter,
    /// The number of the last event that was looked at, told or not.
    after: i64,
    read: VecDeque<Event>,
}

fn streamed(engine: Arc<Engine>, filter: Filter, after: i64) -> Response {
    let changes = engine.changes();
    let state = Streaming { engine, changes, filter, after, read: VecDeque::new() };
    Sse::new(events(state)).keep_alive(KeepAlive::new()).into_response()
}

fn events(state: Streaming) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    stream::unfold(state, |mut state| async move {
        let event = state.next().await?;
        let told = sse::Event::default().id(event.number.to_string());
        let told = told.event(event.event_type.as_str()).data(shown(&event).to_string());
        Some((Ok(told), state))
    })
}

impl Streaming {
    /// The next event, whenever it happens; none once the market closes or fails.
    async fn next(&mut self) -> Option<Event> {
        while self.read.is_empty() {
            if *self.changes.borrow_and_update() {
                return None;
            }
            match self.engine.events(&self.filter, self.after, READ_TOGETHER).await {
                Ok(found) => {
                    self.after = found.last;
                    self.read.extend(found.events);
                }
                Err(fault) => {
                    tracing::error!(%fault, "a stream of events ends");
                    return None;
                }
            }
            if self.read.is_empty() && !changed(&self.engine, &mut self.changes).await {
                return None;
            }
        }
        self.read.pop_front()
    }
}
