//! `/_mturk/events`: what happened in the market, as pages and as a stream.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::control::json::{Failure, PageQuery, Params};
use crate::engine::{Changes, Engine};
use crate::fault::Fault;
use crate::shapes::event::Event;
use crate::shapes::scalar::At;
use crate::store::events::{Filter, Page};

/// Another process may have written to a shared store: it is read again after this long.
const POLL_SHARED_EVERY: Duration = Duration::from_millis(250);
/// And this long after, where none can.
const POLL_OWN_EVERY: Duration = Duration::from_secs(5);
/// So many events are read for a stream at a time.
const READ_TOGETHER: usize = 100;

/// Whether events come as a stream.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StreamQuery {
    /// `1`: server-sent events, those that are there and those to come.
    #[param(minimum = 0, maximum = 1, nullable = false)]
    stream: Option<i64>,
}

/// Events, the oldest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Events {
    events: Vec<Event>,
}

/// What happened in the market, the oldest first.
///
/// A stream is sent one of the type `reset` after the whole market was reset, replaced or restored,
/// whatever it filters: what it told before may not have happened. Numbers go on, and no number is
/// used twice.
///
/// The latest 100,000 events are kept; older ones that await delivery are kept too, until they are
/// delivered or a million are younger.
#[utoipa::path(
    get, path = "/_mturk/events", operation_id = "listEvents", tag = "events",
    params(PageQuery, StreamQuery, Filter),
    responses((status = 200, description = "A page, or a stream that does not end.", content(
        (Events = "application/json"),
        (String = "text/event-stream")
    )))
)]
pub async fn list(
    engine: Arc<Engine>,
    headers: HeaderMap,
    Params(page): Params<PageQuery>,
    Params(StreamQuery { stream }): Params<StreamQuery>,
    Params(filter): Params<Filter>,
) -> Result<Response, Failure> {
    let (after, limit) = page.checked("an event")?;
    match stream {
        None | Some(0) => {
            let count = usize::try_from(limit).unwrap_or(0);
            let events = engine.events(&filter, after, count).await?.events;
            Ok(Json(Events { events }).into_response())
        }
        Some(1) => {
            let (reset_count, _) = engine.resets().await?;
            Ok(streamed(engine, filter, resumed(&headers).unwrap_or(after), reset_count))
        }
        Some(_) => Err(Fault::unreadable("stream is 1 or 0").into()),
    }
}

/// Where a browser goes on after its connection was lost.
fn resumed(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok().filter(|number| *number >= 0)
}

/// The changes that may bring an event which the filter lets through.
pub fn changes_for(engine: &Engine, filter: &Filter) -> Changes {
    match [&filter.hit_id, &filter.requester_id].into_iter().find(|id| !id.is_empty()) {
        Some(id) => engine.changes_of(id),
        None => engine.changes(),
    }
}

/// Waits until something may have changed; false once the market closes.
pub async fn changed(engine: &Engine, changes: &mut Changes) -> bool {
    let poll = if engine.store().is_shared() { POLL_SHARED_EVERY } else { POLL_OWN_EVERY };
    tokio::select! {
        is_open = changes.next() => is_open,
        () = tokio::time::sleep(poll) => true,
    }
}

/// A stream under way.
struct Streaming {
    engine: Arc<Engine>,
    changes: Changes,
    filter: Filter,
    /// The number of the last event that was read, sent or not.
    after: i64,
    read: VecDeque<Event>,
    /// How often the market had been reset when events were last read.
    reset_count: i64,
}

fn streamed(engine: Arc<Engine>, filter: Filter, after: i64, reset_count: i64) -> Response {
    let changes = changes_for(&engine, &filter);
    let read = VecDeque::new();
    let state = Streaming { engine, changes, filter, after, read, reset_count };
    Sse::new(messages(state)).keep_alive(KeepAlive::new()).into_response()
}

fn messages(state: Streaming) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    stream::unfold(state, |mut state| async move {
        let message = state.next().await?;
        Some((Ok(message), state))
    })
}

impl Streaming {
    /// The next event, whenever it happens; none once the market closes or fails.
    async fn next(&mut self) -> Option<sse::Event> {
        while self.read.is_empty() {
            if self.changes.mark_seen() {
                return None;
            }
            let (found, reset) = self
                .read_new()
                .await
                .inspect_err(|fault| tracing::error!(%fault, "a stream of events ends"))
                .ok()?;
            if let Some(now) = reset {
                return Some(of_reset(now));
            }
            self.after = found.last;
            self.read.extend(found.events);
            if self.read.is_empty() && !changed(&self.engine, &mut self.changes).await {
                return None;
            }
        }
        self.read.pop_front().map(|event| of_event(&event))
    }

    /// Reads events; the market's time instead if it was reset since, for they may be older.
    async fn read_new(&mut self) -> Result<(Page, Option<At>), Fault> {
        let found = self.engine.events(&self.filter, self.after, READ_TOGETHER).await?;
        let (count, now) = self.engine.resets().await?;
        let before = std::mem::replace(&mut self.reset_count, count);
        Ok((found, (count != before).then_some(At(now))))
    }
}

fn of_event(event: &Event) -> sse::Event {
    let message = sse::Event::default().id(event.number.to_string());
    let message = message.event(event.event_type.as_str());
    message.data(serde_json::to_string(event).unwrap_or_default())
}

/// The market was reset, and that is its time. The number by which readers go on stays.
fn of_reset(now: At) -> sse::Event {
    sse::Event::default().event("reset").data(json!({"Now": now}).to_string())
}
