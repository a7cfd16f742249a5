//! The open connections, and which of them is closed when the limit is reached.
//!
//! A connection that waits for its client can be closed: first those without a request, then those
//! whose client does not send its request or does not read its response in time. A connection whose
//! request is being processed is never closed.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::serve::descriptors::connection_limit;
use crate::wire::Delayed;

/// A connection without a request for so long may be ended for another.
const IDLE_FOR: Duration = Duration::from_secs(1);
/// A client that takes longer to send a request or to read a response may be disconnected.
const SLOW_FOR: Duration = Duration::from_secs(10);
/// Where none can be closed, it is tried again after this long.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// All connections that are open.
#[derive(Debug)]
pub struct Connections {
    open: Mutex<HashMap<u64, Arc<Connection>>>,
    next: AtomicU64,
    places: Arc<Semaphore>,
    limit: usize,
}

/// How far a connection is with its requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// It had no request yet.
    New,
    /// The last request is answered.
    Idle,
    /// The client sends the body of a request.
    Receiving,
    /// The client takes the answer, or asked for one that comes when something happens, or
    /// that a fault rule delays.
    Sending,
    /// A request is answered.
    Working,
    /// It is closed for another.
    Ending,
}

/// What is known of a request when it begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// It is answered when something happens in the market.
    Waits,
    /// Its body is on its way.
    HasBody,
    /// All of it is there.
    Whole,
}

impl Phase {
    /// How soon a connection in this phase is ended, and after how long in it.
    const fn patience(self) -> Option<(u8, Duration)> {
        match self {
            Self::New | Self::Idle => Some((0, IDLE_FOR)),
            Self::Receiving => Some((1, SLOW_FOR)),
            Self::Sending => Some((2, SLOW_FOR)),
            Self::Working | Self::Ending => None,
        }
    }
}

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    /// The phase, and since when it is in it.
    state: Mutex<(Phase, Instant)>,
    end: Notify,
}

/// The place of an open connection among all.
pub struct Place {
    number: u64,
    pub(super) connection: Arc<Connection>,
    connections: Arc<Connections>,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    /// Nobody takes the place for another connection any more.
    pub fn keep(&self) {
        self.connection.begin_request(Kind::Whole);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().remove(&self.number);
    }
}

impl Connections {
    /// As many as the limit of open files allows.
    #[must_use]
    pub fn within_limit() -> Arc<Self> {
        Self::new(connection_limit())
    }

    fn new(limit: usize) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(limit));
        Arc::new(Self { open: Mutex::default(), next: AtomicU64::new(0), places, limit })
    }

    /// Adds a connection; closes another one if the limit is reached.
    pub(super) async fn admit(self: &Arc<Self>) -> Place {
        let permit = loop {
            if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
                break permit;
            }
            self.shed();
            let freed = Arc::clone(&self.places).acquire_owned();
            if let Ok(Ok(permit)) = tokio::time::timeout(RETRY_AFTER, freed).await {
                break permit;
            }
        };
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection::new());
        self.open().insert(number, Arc::clone(&connection));
        Place { number, connection, connections: Arc::clone(self), _permit: permit }
    }

    /// Closes the connection that has waited longest for its client, if one has waited long.
    pub(super) fn shed(&self) {
        self.shed_at(Instant::now());
    }

    fn shed_at(&self, now: Instant) {
        let open = self.open();
        let waiting = open.values().filter_map(|connection| {
            let (order, since) = connection.may_end(now)?;
            Some((order, since, connection))
        });
        let first = waiting.min_by_key(|(order, since, _)| (*order, *since));
        if let Some((_, since, connection)) = first {
            connection.end_unless_changed(since);
        }
    }

    /// Waits until no connection is open.
    pub(super) async fn all_ended(&self) {
        let all = u32::try_from(self.limit).unwrap_or(u32::MAX);
        drop(self.places.acquire_many(all).await);
    }

    /// Ends every connection, whatever it does.
    pub(super) fn end_all(&self) {
        self.open().values().for_each(|connection| connection.end.notify_one());
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u64, Arc<Connection>>> {
        lock(&self.open)
    }
}

impl Connection {
    fn new() -> Self {
        Self { state: Mutex::new((Phase::New, Instant::now())), end: Notify::new() }
    }

    /// Whether it had no request yet.
    pub(super) fn is_new(&self) -> bool {
        self.state().0 == Phase::New
    }

    /// A request begins; false if the connection is about to end.
    pub(super) fn begin_request(&self, kind: Kind) -> bool {
        let to = match kind {
            Kind::Waits => Phase::Sending,
            Kind::HasBody => Phase::Receiving,
            Kind::Whole => Phase::Working,
        };
        self.change(to, |from| from != Phase::Ending)
    }

    /// Waits until the connection has to end.
    pub(super) async fn is_to_end(&self) {
        self.end.notified().await;
    }

    /// When, and how soon, it may be ended for another: since when it waits.
    fn may_end(&self, now: Instant) -> Option<(u8, Instant)> {
        let (phase, since) = *self.state();
        let (order, patience) = phase.patience()?;
        (now.saturating_duration_since(since) >= patience).then_some((order, since))
    }

    fn end_unless_changed(&self, since: Instant) {
        let mut state = self.state();
        if state.1 == since {
            state.0 = Phase::Ending;
            self.end.notify_one();
        }
    }

    fn change(&self, to: Phase, may: impl Fn(Phase) -> bool) -> bool {
        let mut state = self.state();
        let may = may(state.0);
        if may {
            *state = (to, Instant::now());
        }
        may
    }

    fn state(&self) -> MutexGuard<'_, (Phase, Instant)> {
        lock(&self.state)
    }
}

/// A delayed call waits as one that is answered when something happens.
impl Delayed for Connection {
    fn begin_delay(&self) {
        self.change(Phase::Sending, |from| from == Phase::Working);
    }

    fn end_delay(&self) -> bool {
        self.change(Phase::Working, |from| from != Phase::Ending)
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body; when it is done with, the connection comes to its next phase.
#[derive(Debug)]
pub(super) struct During<B> {
    body: B,
    phase: Phase,
    connection: Arc<Connection>,
}

impl<B> During<B> {
    /// The body of a request.
    pub(super) const fn receiving(body: B, connection: Arc<Connection>) -> Self {
        Self { body, phase: Phase::Receiving, connection }
    }

    /// The body of an answer.
    pub(super) fn sending(body: B, connection: Arc<Connection>) -> Self {
        connection.change(Phase::Sending, |from| from != Phase::Ending);
        Self { body, phase: Phase::Sending, connection }
    }
}

impl<B: Body + Unpin> Body for During<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for During<B> {
    fn drop(&mut self) {
        let next = if self.phase == Phase::Receiving { Phase::Working } else { Phase::Idle };
        self.connection.change(next, |from| from == self.phase);
    }
}

#[cfg(test)]
mod tests;
