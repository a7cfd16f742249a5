//! The market's clock, and the one place where real time is read.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use super::Instant;

/// How the market's time follows real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// Real time plus an offset in milliseconds; 0 is the real clock.
    Running {
        /// Milliseconds ahead of real time.
        offset_ms: i64,
    },
    /// Time stands still until it is moved.
    Frozen {
        /// The instant at which it stands.
        at: Instant,
    },
}

impl Clock {
    /// The clock on the wall.
    pub const REAL: Self = Self::Running { offset_ms: 0 };

    /// The market's time now.
    #[must_use]
    pub fn now(self) -> Instant {
        match self {
            Self::Running { offset_ms } => Instant(real_now().0 + offset_ms),
            Self::Frozen { at } => at,
        }
    }

    /// The same kind of clock, showing `at` now.
    #[must_use]
    pub fn set_to(self, at: Instant) -> Self {
        match self {
            Self::Running { .. } => Self::Running { offset_ms: at.0 - real_now().0 },
            Self::Frozen { .. } => Self::Frozen { at },
        }
    }

    /// The clock stopped at `now`.
    #[must_use]
    pub const fn frozen(now: Instant) -> Self {
        Self::Frozen { at: now }
    }

    /// The clock running on from what it shows.
    #[must_use]
    pub fn resumed(self) -> Self {
        match self {
            Self::Frozen { at } => Self::REAL.set_to(at),
            Self::Running { .. } => self,
        }
    }

    /// `real`, `offset` or `frozen`, as the control API names them.
    #[must_use]
    pub const fn mode(self) -> &'static str {
        match self {
            Self::Running { offset_ms: 0 } => "real",
            Self::Running { .. } => "offset",
            Self::Frozen { .. } => "frozen",
        }
    }
}

/// Real time. It never goes back within one process, even when the machine's clock is set back.
#[must_use]
pub fn real_now() -> Instant {
    static LATEST: AtomicI64 = AtomicI64::new(i64::MIN);
    let wall = wall_clock().timestamp_millis();
    Instant(LATEST.fetch_max(wall, Ordering::Relaxed).max(wall))
}

/// The machine's calendar, for signatures.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one source of real time")]
pub fn wall_clock() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_stands_and_a_resumed_one_runs_on() {
        let clock = Clock::frozen(Instant(5));
        assert_eq!((clock.now(), clock.mode()), (Instant(5), "frozen"));
        assert_eq!(clock.set_to(Instant(9)).now(), Instant(9));
        let running = clock.resumed();
        assert_eq!(running.mode(), "offset");
        assert!(running.now() >= Instant(5) && running.now() < Instant(60_000));
    }
}
