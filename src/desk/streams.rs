//! What the streams that keep pages up to date share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, broadcast};

/// So many pages are kept up to date at a time.
pub const MAX_STREAMS: usize = 64;
/// A page is kept up to date for so long by one stream. Then it opens another one, for which it is
/// checked again who may see it.
const STREAM_TIME: Duration = Duration::from_mins(10);
/// What the streams of a server share.
#[derive(Debug)]
pub struct Live {
    /// Room for them.
    pub streams: Arc<Semaphore>,
    /// How long one lasts.
    pub stream_time: Duration,
    /// Form tokens of browsers that are somebody else now.
    left: broadcast::Sender<String>,
}

impl Default for Live {
    fn default() -> Self {
        let streams = Arc::new(Semaphore::new(MAX_STREAMS));
        Self { streams, stream_time: STREAM_TIME, left: broadcast::Sender::new(MAX_STREAMS) }
    }
}

impl Live {
    /// Tells of every browser that leaves, by its form token.
    pub fn leaving(&self) -> broadcast::Receiver<String> {
        self.left.subscribe()
    }

    /// A browser signed out, or is another requester now: its streams end.
    pub fn leave(&self, form_token: &str) {
        // Nobody may be listening.
        let _ = self.left.send(form_token.to_owned());
    }
}
