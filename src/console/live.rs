//! The list of calls, kept up to date: each call that is answered becomes a row.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::{Stream, stream};
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::console::calls::Row;
use crate::console::overview::{CallsQuery, Traffic};
use crate::console::page::clock_mark;
use crate::console::state::Console;
use crate::engine::{Engine, compute};
use crate::fault::Fault;
use crate::journal::Journal;
use crate::journal::search::Search;
use crate::views::show;

/// How often it is looked whether there are new calls.
const EVERY: Duration = Duration::from_millis(250);
/// After so many looks the charts are drawn anew, calls or not, since they move with time.
const LOOKS_PER_CHART: u32 = 8;
/// Of more new calls at a time only the latest are sent.
const MAX_ROWS: usize = 100;

/// `GET /requester/console/calls`: rows of new calls, as server-sent events. `after` is the number
/// of the last call that is known, `run` the server that gave it: another one counts from 1 again,
/// of which `restart` tells the page. `again` ends a stream that another one should follow.
pub async fn show(
    console: Console,
    headers: HeaderMap,
    Query(query): Query<CallsQuery>,
) -> Response {
    let Some(journal) = console.journal else { return StatusCode::NOT_FOUND.into_response() };
    let Ok(permit) = console.streams.try_acquire_owned() else {
        let why = "Too many pages are kept up to date. Close some, or reload this one.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    let resumed = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let after = resumed.or(query.after).unwrap_or(0);
    let search = match query.search() {
        Ok(search) => Arc::new(search),
        Err(fault) => return (StatusCode::BAD_REQUEST, fault.to_string()).into_response(),
    };
    let is_of_other = query.run.is_some_and(|run| run != console.run);
    let is_restarted = is_of_other || after > journal.last_number();
    let restart = is_restarted
        .then(|| sse::Event::default().event("restart").id("0").data(console.run.to_string()));
    let after = if is_restarted { 0 } else { after };
    let closing = console.engine.closing();
    let state = Streaming {
        engine: console.engine,
        journal,
        search,
        after,
        closing,
        messages: VecDeque::from_iter(restart),
        looks: 0,
        last_look: looks_in(console.stream_time),
        _permit: permit,
    };
    Sse::new(messages_of(state)).keep_alive(KeepAlive::new()).into_response()
}

/// A stream under way.
struct Streaming {
    engine: Arc<Engine>,
    journal: Arc<Journal>,
    search: Arc<Search>,
    /// The number of the last call that was looked at.
    after: u64,
    closing: watch::Receiver<bool>,
    messages: VecDeque<sse::Event>,
    looks: u32,
    /// After so many looks the stream ends.
    last_look: u32,
    _permit: OwnedSemaphorePermit,
}

/// How many looks there are in this time; one at least.
fn looks_in(time: Duration) -> u32 {
    u32::try_from(time.as_millis() / EVERY.as_millis()).unwrap_or(u32::MAX).max(1)
}

fn messages_of(state: Streaming) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    stream::unfold(state, |mut state| async move {
        let message = state.next().await?;
        Some((Ok(message), state))
    })
}

impl Streaming {
    /// The next message, whenever there is one; none once the market closes or fails, or the
    /// stream has lasted long enough.
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if let Some(message) = self.messages.pop_front() {
                return Some(message);
            }
            if self.looks >= self.last_look {
                return None;
            }
            tokio::select! {
                _ = self.closing.wait_for(|is_closed| *is_closed) => return None,
                () = tokio::time::sleep(EVERY) => {}
            }
            let read = self.read().await;
            read.inspect_err(|fault| tracing::error!(%fault, "a stream of calls ends")).ok()?;
        }
    }

    async fn read(&mut self) -> Result<(), Fault> {
        let last = self.journal.last_number();
        if last > self.after {
            let (journal, search) = (Arc::clone(&self.journal), Arc::clone(&self.search));
            let places = (self.after, Some(last + 1));
            let calls = compute(move || search.latest(&journal, places, MAX_ROWS)).await?;
            for call in calls.iter().rev() {
                let row = sse::Event::default().event("call").id(call.number.to_string());
                self.messages.push_back(row.data(Row::from(call).html()?));
            }
            self.after = last;
        }
        self.looks += 1;
        if self.looks.is_multiple_of(LOOKS_PER_CHART) {
            self.messages.push_back(self.clock().await?);
            self.messages.push_back(self.traffic().await?);
        }
        if self.looks >= self.last_look {
            self.messages.push_back(sse::Event::default().event("again").data("-"));
        }
        Ok(())
    }

    async fn clock(&self) -> Result<sse::Event, Fault> {
        let reading = self.engine.clock().await?;
        let mark = clock_mark(reading.clock.mode());
        let text = format!("{} UTC{mark}", show::at(&reading.now));
        Ok(sse::Event::default().event("clock").data(text))
    }

    async fn traffic(&self) -> Result<sse::Event, Fault> {
        let journal = Arc::clone(&self.journal);
        let html = compute(move || Traffic::of(&journal).html()).await??;
        Ok(sse::Event::default().event("traffic").data(html))
    }
}
