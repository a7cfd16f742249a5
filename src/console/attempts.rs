//! Wrong tokens are counted, so that nobody guesses the right one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// So many wrong tokens are looked at in [`WINDOW`]; then nobody can sign in until it is over.
pub const MAX_WRONG: u32 = 10;
const WINDOW: Duration = Duration::from_mins(1);

/// Counts wrong tokens, so that nobody guesses one.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<Option<(Instant, u32)>>);

impl Attempts {
    /// How many wrong tokens there were since the window began.
    pub fn wrong(&self, now: Instant) -> u32 {
        within(*self.counted(), now).map_or(0, |(_, count)| count)
    }

    /// Counts one more.
    pub fn add_wrong(&self, now: Instant) {
        let mut counted = self.counted();
        let (since, count) = within(*counted, now).unwrap_or((now, 0));
        *counted = Some((since, count.saturating_add(1)));
    }

    fn counted(&self) -> MutexGuard<'_, Option<(Instant, u32)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        let (attempts, begun) = (Attempts::default(), Instant::now());
        for count in 0..MAX_WRONG {
            assert_eq!(attempts.wrong(begun), count);
            attempts.add_wrong(begun);
        }
        assert_eq!(attempts.wrong(begun + Duration::from_millis(59_999)), MAX_WRONG);
        assert_eq!(attempts.wrong(begun + WINDOW), 0);
        attempts.add_wrong(begun + WINDOW);
        assert_eq!(attempts.wrong(begun + WINDOW), 1);
    }
}
