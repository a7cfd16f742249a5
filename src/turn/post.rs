//! Letters that are delivered while the turn waits.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use crate::shapes::notification::{Event, Transport};
use crate::store::requesters::Requester;

/// Where letters are given up.
pub type Post = mpsc::Sender<Letter>;

/// A notification that is to be delivered at once, and only once.
#[derive(Debug)]
pub struct Letter {
    /// Who is told.
    pub requester: Arc<Requester>,
    /// How.
    pub transport: Transport,
    /// Where.
    pub address: String,
    /// What.
    pub event: Event,
    /// Takes the outcome: delivered, or why not.
    pub told: oneshot::Sender<Result<(), String>>,
}
