//! Wrong tokens and secrets are counted, so that the log tells when somebody guesses.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// After so many wrong ones in [`WINDOW`] there are too many. The right one is let in all the same:
/// else anybody could lock everybody out.
const MAX_WRONG: u32 = 10;
const WINDOW: Duration = Duration::from_mins(1);

/// Counts wrong tokens or secrets, whoever sent them.
#[derive(Debug)]
pub struct Attempts {
    /// What is counted, as the log names it.
    of: &'static str,
    counted: Mutex<Option<(Instant, u32)>>,
}

impl Attempts {
    /// Counts from nothing; the log calls what is counted `of`, such as `admin tokens`.
    pub const fn new(of: &'static str) -> Self {
        Self { of, counted: Mutex::new(None) }
    }

    /// Counts one more, and says whether there are too many. The first of those is logged.
    pub fn add_wrong(&self, now: Instant) -> bool {
        let mut counted = self.counted();
        let (since, count) = within(*counted, now).unwrap_or((now, 0));
        if count == MAX_WRONG {
            tracing::warn!("more than {MAX_WRONG} wrong {} in a minute", self.of);
        }
        *counted = Some((since, count.saturating_add(1)));
        count >= MAX_WRONG
    }

    fn counted(&self) -> MutexGuard<'_, Option<(Instant, u32)>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was counted, if its window is not over.
fn within(counted: Option<(Instant, u32)>, now: Instant) -> Option<(Instant, u32)> {
    counted.filter(|(since, _)| now.saturating_duration_since(*since) < WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends() {
        let (attempts, begun) = (Attempts::new("secrets"), Instant::now());
        for _ in 0..MAX_WRONG {
            assert!(!attempts.add_wrong(begun));
        }
        assert!(attempts.add_wrong(begun + Duration::from_millis(59_999)));
        assert!(!attempts.add_wrong(begun + WINDOW));
    }
}
