//! What the streams that keep pages up to date share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::response::sse::KeepAlive;
use tokio::sync::broadcast;

/// So many pages are kept up to date at a time.
pub const MAX_STREAMS: usize = 64;
/// So many of one requester.
pub const MAX_OF_REQUESTER: usize = 16;
/// So soon it is noticed that a page was closed.
const KEEP_ALIVE: Duration = Duration::from_secs(3);
/// A page is kept up to date for so long by one stream. Then it opens another one, for which it is
/// checked again who may see it.
const STREAM_TIME: Duration = Duration::from_mins(10);
/// What the streams of a server share.
#[derive(Debug)]
pub struct Live {
    /// How many there are, by requester id.
    open: Mutex<HashMap<String, usize>>,
    /// How long one lasts.
    pub stream_time: Duration,
    /// Form tokens of browsers that are somebody else now.
    left: broadcast::Sender<String>,
}

impl Default for Live {
    fn default() -> Self {
        let left = broadcast::Sender::new(MAX_STREAMS);
        Self { open: Mutex::default(), stream_time: STREAM_TIME, left }
    }
}

/// The place of one stream, which is free again once this is dropped.
#[derive(Debug)]
pub struct Place {
    live: Arc<Live>,
    requester_id: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.live.open();
        if let Some(count) = open.get_mut(&self.requester_id) {
            *count -= 1;
        }
        open.retain(|_, count| *count > 0);
    }
}

/// How a stream whose page may be closed is written.
pub fn keep_alive() -> KeepAlive {
    KeepAlive::new().interval(KEEP_ALIVE)
}

impl Live {
    fn open(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a stream of the requester's, if there is one left.
    pub fn place(self: &Arc<Self>, requester_id: &str) -> Option<Place> {
        let mut open = self.open();
        let own = open.get(requester_id).copied().unwrap_or_default();
        if own >= MAX_OF_REQUESTER || open.values().sum::<usize>() >= MAX_STREAMS {
            return None;
        }
        open.insert(requester_id.to_owned(), own + 1);
        Some(Place { live: Arc::clone(self), requester_id: requester_id.to_owned() })
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_for_each_requester_and_for_all() {
        let live = Arc::<Live>::default();
        let mut places = Vec::new();
        for requester in ["A", "B", "C", "D"] {
            places.extend((0..MAX_OF_REQUESTER).filter_map(|_| live.place(requester)));
            assert!(live.place(requester).is_none(), "{requester} has all of its own");
        }
        assert_eq!(places.len(), MAX_STREAMS);
        assert!(live.place("E").is_none(), "all are taken");
        places.pop();
        assert!(live.place("E").is_some());
        assert!(live.place("A").is_none(), "that one was D's");
        places.clear();
        assert!(live.open().is_empty(), "who is gone is forgotten");
    }
}
