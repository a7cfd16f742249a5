//! The connections that are open, and which of them ends when there is no room for another.
//!
//! A connection that waits for its client can be ended: first those without a request, then those
//! whose client does not send its request or does not take its answer in time. A request that this
//! process works at is never cut off so.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::serve::descriptors::connection_limit;

/// A connection without a request for so long may be ended for another.
const IDLE_FOR: Duration = Duration::from_secs(1);
/// So long a client has to send a request, or to take an answer, before that may be ended.
const SLOW_FOR: Duration = Duration::from_secs(10);
/// Where none can be ended, it is tried again after this long.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

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
#[repr(u8)]
enum Phase {
    /// It had no request yet.
    New = 0,
    /// The last request is answered.
    Idle = 1,
    /// The client sends the body of a request.
    Receiving = 2,
    /// The client takes the answer, or asked for one that comes when something happens.
    Sending = 3,
    /// A request is answered.
    Working = 4,
    /// It makes room for another.
    Ending = 5,
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
    const ALL: [Self; 6] =
        [Self::New, Self::Idle, Self::Receiving, Self::Sending, Self::Working, Self::Ending];

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
    accepted_at: Instant,
    /// Milliseconds from the acceptance to the last change of phase, times 8, and the phase.
    state: AtomicU64,
    end: Notify,
}

/// The place of an open connection among all.
pub(super) struct Place {
    number: u64,
    pub(super) connection: Arc<Connection>,
    connections: Arc<Connections>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().remove(&self.number);
    }
}

impl Connections {
    /// Room for as many as the limit of open files allows.
    #[must_use]
    pub fn within_limit() -> Arc<Self> {
        Self::new(connection_limit())
    }

    fn new(limit: usize) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(limit));
        Arc::new(Self { open: Mutex::default(), next: AtomicU64::new(0), places, limit })
    }

    /// Takes a new connection in; ends another if there is no room for it.
    pub(super) async fn admit(self: &Arc<Self>) -> Place {
        let permit = loop {
            if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
                break permit;
            }
            self.shed();
            let freed = Arc::clone(&self.places).acquire_owned();
            if let Ok(Ok(permit)) = tokio::time::timeout(LOOK_AGAIN, freed).await {
                break permit;
            }
        };
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let connection = Arc::new(Connection::new(Instant::now()));
        self.open().insert(number, Arc::clone(&connection));
        Place { number, connection, connections: Arc::clone(self), _permit: permit }
    }

    /// Ends the connection that has waited longest for its client, if one has waited long.
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
        if let Some((_, _, connection)) = first {
            connection.end_unless_changed(now);
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
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    fn new(accepted_at: Instant) -> Self {
        let state = AtomicU64::new(Phase::New as u64);
        Self { accepted_at, state, end: Notify::new() }
    }

    /// Whether it had no request yet.
    pub(super) fn is_new(&self) -> bool {
        phase(self.state.load(Ordering::Acquire)) == Phase::New
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
        let state = self.state.load(Ordering::Acquire);
        let (order, patience) = phase(state).patience()?;
        let since = self.accepted_at + Duration::from_millis(state >> 3);
        (now.saturating_duration_since(since) >= patience).then_some((order, since))
    }

    fn end_unless_changed(&self, now: Instant) {
        let state = self.state.load(Ordering::Acquire);
        let ending = self.state_at(now, Phase::Ending);
        if phase(state).patience().is_some()
            && self
                .state
                .compare_exchange(state, ending, Ordering::AcqRel, Ordering::Acquire)
                .is_ok()
        {
            self.end.notify_one();
        }
    }

    fn change(&self, to: Phase, may: impl Fn(Phase) -> bool) -> bool {
        let to = self.state_at(Instant::now(), to);
        let change = |from| may(phase(from)).then_some(to);
        self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, change).is_ok()
    }

    fn state_at(&self, now: Instant, phase: Phase) -> u64 {
        let ms = now.saturating_duration_since(self.accepted_at).as_millis();
        u64::try_from(ms).unwrap_or(u64::MAX >> 3) << 3 | phase as u64
    }
}

fn phase(state: u64) -> Phase {
    Phase::ALL.into_iter().find(|phase| *phase as u64 == state & 7).unwrap_or(Phase::Ending)
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
