//! How far a batch has come, kept up to date on its page.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use askama::Template;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::response::sse::{self, Sse};
use futures_util::{Stream, stream};
use tokio::sync::watch;

use crate::desk::batches::key::Key;
use crate::desk::batches::status;
use crate::desk::page::Page;
use crate::desk::parts::PlacesBar;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::desk::streams::{Place, keep_alive};
use crate::engine::Engine;
use crate::fault::Fault;
use crate::shapes::batch::{BatchStatus, WorkCounts, WorkKind};
use crate::store::requesters::Requester;
use crate::views::desk::batches::{self as views, BatchView};
use crate::views::show;
use crate::web::page::render;

/// The batch is read again so soon at the earliest, when something has changed in the market.
const EVERY: Duration = Duration::from_millis(500);
/// On a shared database others change it unseen, so it is read again in any case.
const POLL_SHARED_EVERY: Duration = Duration::from_secs(2);
const POLL_OWN_EVERY: Duration = Duration::from_secs(30);
/// One stream lasts about so long. Then the browser opens another one by itself, for which it is
/// checked again who may see it.
const STREAM_TIME: Duration = Duration::from_mins(10);

/// What changes on the page of a batch.
#[derive(Template)]
#[template(path = "desk_batch_progress.html")]
pub struct Progress<'a> {
    /// The batch.
    pub view: &'a BatchView,
    /// What a form carries.
    pub form_token: &'a str,
}

impl Progress<'_> {
    /// It as a piece of the page.
    pub fn html(&self) -> Result<String, Fault> {
        render(self)
    }

    fn counts(&self) -> WorkCounts {
        let nothing = WorkCounts { max: 0, pending: 0, submitted: 0, approved: 0, rejected: 0 };
        self.view.batch.assignments.unwrap_or(nothing)
    }

    fn is_busy(&self) -> bool {
        let batch = &self.view.batch;
        batch.status != BatchStatus::Stopped && !batch.work.is_over()
    }

    /// What the latest work is, besides publishing.
    fn work(&self) -> Option<&'static str> {
        match self.view.batch.work.kind {
            WorkKind::Publish => None,
            WorkKind::Extend => Some("HITs extended"),
            WorkKind::Republish => Some("HITs looked through for rejected work"),
            WorkKind::Cancel => Some("HITs expired"),
            WorkKind::Review => Some("decisions applied"),
        }
    }
}

/// `GET /requester/batches/{id}/progress`: the piece of the page that changes, as server-sent
/// events, whenever it has changed.
pub async fn stream(desk: Desk, session: Session, Key(key): Key) -> Page {
    let Some(place) = desk.live.place(&session.requester.id) else {
        let why = "Too many pages are kept up to date. Close some, or reload this one.\n";
        return Ok((StatusCode::SERVICE_UNAVAILABLE, why).into_response());
    };
    let mut state = Streaming {
        changes: desk.engine.changes(),
        engine: desk.engine,
        requester: session.requester,
        form_token: session.form_token,
        key,
        first: None,
        sent: String::new(),
        until: Instant::now() + STREAM_TIME,
        _place: place,
    };
    // A batch that is not there has no stream, so that no browser asks again.
    state.first = Some(state.read().await?);
    Ok(Sse::new(messages_of(state)).keep_alive(keep_alive()).into_response())
}

/// A stream under way.
struct Streaming {
    engine: Arc<Engine>,
    requester: Arc<Requester>,
    form_token: String,
    key: i64,
    changes: watch::Receiver<bool>,
    /// What is sent first.
    first: Option<String>,
    /// What the page shows.
    sent: String,
    until: Instant,
    _place: Place,
}

fn messages_of(state: Streaming) -> impl Stream<Item = Result<sse::Event, Infallible>> {
    stream::unfold(state, |mut state| async move {
        let message = state.next().await?;
        Some((Ok(message), state))
    })
}

impl Streaming {
    /// The next message, whenever there is one; none once the market closes or fails, the batch is
    /// gone, or the stream has lasted long enough.
    async fn next(&mut self) -> Option<sse::Event> {
        let html = match self.first.take() {
            Some(html) => html,
            None => self.changed().await?,
        };
        self.sent.clone_from(&html);
        Some(sse::Event::default().event("progress").data(html))
    }

    /// What the page is to show, once that is something else.
    async fn changed(&mut self) -> Option<String> {
        while Instant::now() < self.until && self.wait().await {
            match self.read().await {
                Ok(html) if html == self.sent => {}
                Ok(html) => return Some(html),
                Err(fault) => {
                    if fault.refusal().is_none() {
                        tracing::error!(%fault, "a stream of a batch ends");
                    }
                    return None;
                }
            }
        }
        None
    }

    /// Waits until something may have changed; false once the market closes.
    async fn wait(&mut self) -> bool {
        tokio::time::sleep(EVERY).await;
        let poll = if self.engine.store().is_shared() { POLL_SHARED_EVERY } else { POLL_OWN_EVERY };
        match tokio::time::timeout(poll, self.changes.changed()).await {
            Ok(alive) => alive.is_ok() && !*self.changes.borrow(),
            Err(_) => true,
        }
    }

    async fn read(&self) -> Result<String, Fault> {
        let read = self.engine.read(Arc::clone(&self.requester), self.key, |turn, key| {
            Box::pin(views::show(turn, *key))
        });
        Progress { view: &read.await?, form_token: &self.form_token }.html()
    }
}
