//! Pages while they are open: a stream for each says what became of what it shows.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::sse::{self, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::{Stream, stream};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant as Moment, sleep_until};

use crate::desk::parts::{AnswerStatus, BatchProgress, EventList, PlacesBar, StatusTag};
use crate::desk::review::counting::Job;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::desk::streams::{Place, keep_alive};
use crate::engine::Changes;
use crate::fault::Fault;
use crate::shapes::notification::EventType;
use crate::store::events::Filter;
use crate::store::requesters::Requester;
use crate::views::desk::live::{self, Shown, State};
use crate::views::show;
use crate::web::page::render;

/// What a page shows is read at most so often.
const EVERY: Duration = Duration::from_millis(500);
/// Other processes of a shared store wake nobody here.
const POLL_SHARED_EVERY: Duration = Duration::from_secs(1);
/// A page shows so many HITs or assignments at most.
const MOST_SHOWN: usize = 100;
/// So much that is new is counted.
const MOST_NEWS: usize = 1000;

/// What a page shows, and what would be new to it, as the address of its stream says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LiveQuery {
    hits: String,
    answers: String,
    /// The batch whose progress is shown.
    batch: String,
    /// The HIT whose events are listed.
    events: String,
    /// The kind of events that bring something new.
    news: String,
    /// The HIT that they are about.
    hit: String,
    /// The HIT type.
    r#type: String,
    /// The batch.
    of_batch: String,
    /// The number of the last event when the page was made.
    since: i64,
    /// Whether it shows how far a count is; empty if not.
    measuring: String,
}

/// The address of a stream.
pub fn address(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{name}={}", show::path(value))).collect();
    format!("/requester/live?{}", pairs.join("&"))
}

/// Ids as the address has them.
pub fn joined<'i>(ids: impl Iterator<Item = &'i str>) -> String {
    ids.collect::<Vec<_>>().join(".")
}

fn apart(ids: &str) -> Vec<String> {
    let ids = ids.split('.').filter(|id| !id.is_empty());
    ids.take(MOST_SHOWN).map(str::to_owned).collect()
}

/// The number of a batch, 0 for none. What is no number names a batch that nobody has.
fn number_of(batch: &str) -> i64 {
    if batch.is_empty() { 0 } else { batch.parse().unwrap_or(-1) }
}

/// The number of the last event, for a page that is about to be made.
pub async fn since(desk: &Desk) -> Result<String, Fault> {
    desk.engine.number_events().await?;
    let last = desk
        .engine
        .read(Requester::default(), (), |turn, ()| Box::pin(live::last_event(turn)))
        .await?;
    Ok(last.to_string())
}

/// `GET /requester/live`: what became of what a page shows, as server-sent events. `part` is the
/// HTML of an element; `news` says what is new; `again` ends a stream that another one should
/// follow, `over` one that none may, and `done` one that has nothing more to say.
pub async fn stream(desk: Desk, session: Session, Query(query): Query<LiveQuery>) -> Response {
    let Some(place) = desk.live.place(&session.requester.id) else {
        let why = "Too many pages are kept up to date. Close some, or load this one again.\n";
        return (StatusCode::SERVICE_UNAVAILABLE, why).into_response();
    };
    let requester_id = session.requester.id.clone();
    let news = Filter {
        event_type: EventType::parse(&query.news),
        hit_id: query.hit,
        hit_type_id: query.r#type,
        batch: number_of(&query.of_batch),
        requester_id: requester_id.clone(),
        ..Filter::default()
    };
    let state = Streaming {
        shown: Shown {
            hits: apart(&query.hits),
            answers: apart(&query.answers),
            batch: query.batch.parse().ok(),
            events_of: query.events,
        },
        known: HashMap::new(),
        is_measuring: !query.measuring.is_empty(),
        news,
        new_count: 0,
        after: query.since.max(0),
        changes: desk.engine.changes_of(&requester_id),
        closing: desk.engine.closing(),
        left: desk.live.leaving(),
        session,
        messages: VecDeque::new(),
        state: Phase::First,
        read_at: Moment::now(),
        end_at: Moment::now() + desk.live.stream_time,
        desk,
        _place: place,
    };
    Sse::new(messages_of(state)).keep_alive(keep_alive()).into_response()
}

/// How far a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nothing was read yet.
    First,
    /// Changes are waited for.
    Waiting,
    /// Nothing follows.
    Over,
}

/// The element with the progress of a batch.
const PROGRESS: &str = "progress";

/// Why a stream wakes.
enum Wake {
    Change,
    Closing,
    Left,
    Again,
}

/// A stream under way.
struct Streaming {
    desk: Desk,
    session: Session,
    shown: Shown,
    /// The HTML of each part that the page has.
    known: HashMap<String, String>,
    /// Whether the page shows how far a count is.
    is_measuring: bool,
    news: Filter,
    new_count: usize,
    /// The number of the last event that was looked at.
    after: i64,
    changes: Changes,
    closing: watch::Receiver<bool>,
    left: broadcast::Receiver<String>,
    messages: VecDeque<sse::Event>,
    state: Phase,
    read_at: Moment,
    end_at: Moment,
    _place: Place,
}

fn messages_of(state: Streaming) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    stream::unfold(state, |mut state| async move {
        let message = state.next().await?;
        Some((Ok(message), state))
    })
}

impl Streaming {
    /// The next message, whenever there is one; none once the market closes or fails, the browser
    /// is somebody else's, or the stream has lasted long enough.
    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if let Some(message) = self.messages.pop_front() {
                return Some(message);
            }
            let mut read = Ok(());
            match self.state {
                Phase::Over => return None,
                Phase::First => read = self.begin().await,
                Phase::Waiting => match self.wait().await {
                    Wake::Closing => return None,
                    Wake::Left => self.end("over"),
                    Wake::Again => self.end("again"),
                    Wake::Change => read = self.read().await,
                },
            }
            read.inspect_err(|fault| tracing::error!(%fault, "a stream of the desk ends")).ok()?;
        }
    }

    fn end(&mut self, event: &str) {
        self.state = Phase::Over;
        self.messages.push_back(sse::Event::default().event(event).data("-"));
    }

    /// Waits for a change that is the requester's own, and until the page may be read again.
    async fn wait(&mut self) -> Wake {
        let Self { changes, closing, left, session, .. } = self;
        let is_shared = self.desk.engine.store().is_shared();
        let poll_at = match (self.is_measuring, is_shared) {
            (true, _) => Moment::now() + EVERY,
            (false, true) => Moment::now() + POLL_SHARED_EVERY,
            (false, false) => self.end_at,
        };
        let wake = tokio::select! {
            _ = closing.wait_for(|is_closed| *is_closed) => Wake::Closing,
            wake = signed_out(left, &session.form_token) => wake,
            () = sleep_until(self.end_at) => Wake::Again,
            true = changes.next() => Wake::Change,
            () = sleep_until(poll_at) => Wake::Change,
        };
        if matches!(wake, Wake::Change) {
            tokio::select! {
                _ = closing.wait_for(|is_closed| *is_closed) => return Wake::Closing,
                () = sleep_until(self.read_at + EVERY) => {}
            }
        }
        wake
    }

    /// Notes what the page has; if something happened since it was made, sends it anew.
    async fn begin(&mut self) -> Result<(), Fault> {
        self.state = Phase::Waiting;
        // What becomes of a count or of a batch is not always an event.
        if self.is_measuring || self.shown.batch.is_some() {
            return self.read().await;
        }
        let requester_id = self.session.requester.id.clone();
        let own = Filter { requester_id, ..Filter::default() };
        // What happens behind the parts is among the events, or wakes this later.
        let parts = self.parts().await?;
        let happened = self.desk.engine.events(&own, self.after, 1).await?;
        if !happened.events.is_empty() {
            return self.read().await;
        }
        self.after = happened.last;
        self.known = parts.into_iter().collect();
        Ok(())
    }

    /// Sends what changed.
    async fn read(&mut self) -> Result<(), Fault> {
        self.read_at = Moment::now();
        let job = self.job().await?;
        let is_done = self.is_measuring && job.is_none_or(|job| job.is_done());
        let parts = self.parts().await?;
        if self.shown.batch.is_some() && !parts.iter().any(|(id, _)| id == PROGRESS) {
            let html = "<p>There is no such batch any more.</p>";
            let data = json!({"id": PROGRESS, "html": html}).to_string();
            self.messages.push_back(sse::Event::default().event("part").data(data));
            self.end("done");
            return Ok(());
        }
        for (id, html) in parts {
            if self.known.get(&id) == Some(&html) {
                continue;
            }
            let data = json!({"id": id, "html": html}).to_string();
            self.messages.push_back(sse::Event::default().event("part").data(data));
            self.known.insert(id, html);
        }
        if is_done {
            self.end("done");
            return Ok(());
        }
        if self.news.event_type.is_some() && self.new_count < MOST_NEWS {
            let most = MOST_NEWS - self.new_count;
            let found = self.desk.engine.events(&self.news, self.after, most).await?;
            self.after = found.last;
            if !found.events.is_empty() {
                self.new_count += found.events.len();
                self.messages.push_back(sse::Event::default().event("news").data(self.words()));
            }
        }
        Ok(())
    }

    /// How much is new.
    fn words(&self) -> String {
        let what = match self.news.event_type {
            Some(EventType::HitCreated) => "HIT",
            _ => "answer",
        };
        match self.new_count {
            1 => format!("1 new {what}"),
            count if count < MOST_NEWS => format!("{count} new {what}s"),
            _ => format!("{MOST_NEWS} new {what}s or more"),
        }
    }

    async fn parts(&self) -> Result<Vec<(String, String)>, Fault> {
        let (requester, shown) = (Arc::clone(&self.session.requester), self.shown.clone());
        let read = self
            .desk
            .engine
            .read(requester, shown, |turn, shown| Box::pin(live::state(turn, shown)));
        let state = read.await?;
        let mut parts = parts(&state, !self.shown.events_of.is_empty())?;
        if let Some(view) = &state.batch {
            let form_token = &*self.session.form_token;
            let html = render(&BatchProgress { view, form_token })?;
            parts.push((PROGRESS.to_owned(), html));
        }
        if let Some(job) = self.job().await? {
            parts.push(("measuring".to_owned(), render(&job.measuring())?));
        }
        Ok(parts)
    }

    /// The count whose progress the page shows.
    async fn job(&self) -> Result<Option<Arc<Job>>, Fault> {
        if self.is_measuring {
            self.desk.jobs.current(&self.desk.engine, &self.session.requester.id).await
        } else {
            Ok(None)
        }
    }
}

/// Waits until a browser with that token leaves, or that may have been missed.
async fn signed_out(left: &mut broadcast::Receiver<String>, form_token: &str) -> Wake {
    loop {
        match left.recv().await {
            Ok(token) if token == form_token => return Wake::Left,
            Ok(_) => {}
            Err(_) => return Wake::Again,
        }
    }
}

/// Elements by their ids, with the HTML in them.
fn parts(state: &State, has_events: bool) -> Result<Vec<(String, String)>, Fault> {
    let mut parts = Vec::new();
    for hit in &state.hits {
        parts.push((format!("t-{}", hit.id), render(&StatusTag { status: &hit.status })?));
        let bar = PlacesBar::of(&hit.standing, &state.now);
        parts.push((format!("b-{}", hit.id), render(&bar)?));
    }
    for of in &state.answers {
        let status = AnswerStatus { id: &of.id, worker_id: &of.worker_id, status: &of.status };
        parts.push((format!("s-{}", of.id), render(&status)?));
    }
    if has_events {
        let list = EventList { events: &state.events, now: &state.now };
        parts.push(("events".to_owned(), render(&list)?));
    }
    Ok(parts)
}
