//! Test events, which are delivered while the turn waits.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::shapes::notification::{Event, Transport};
use crate::store::requesters::Requester;

/// Where test events are sent.
pub type TestEvents = mpsc::Sender<TestEvent>;

/// A notification that is to be delivered at once, and only once.
#[derive(Debug)]
pub struct TestEvent {
    /// Whose event it is.
    pub requester: Arc<Requester>,
    /// How it is delivered.
    pub transport: Transport,
    /// Where to.
    pub address: String,
    /// The event.
    pub event: Event,
    /// Takes the outcome: delivered, or why not.
    pub delivered: oneshot::Sender<Result<(), String>>,
}
