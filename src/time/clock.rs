//! The market's clock, and the one place where the machine's calendar is read.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use super::{END_OF_TIME, Instant, START_OF_TIME};

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

    /// The market's time at that real time; at its end it stands.
    #[must_use]
    pub fn at(self, real: Instant) -> Instant {
        let now = match self {
            Self::Running { offset_ms } => Instant(real.0.saturating_add(offset_ms)),
            Self::Frozen { at } => at,
        };
        now.clamp(START_OF_TIME, END_OF_TIME)
    }

    /// The same kind of clock, showing `at` at that real time.
    #[must_use]
    pub const fn set_to(self, at: Instant, real: Instant) -> Self {
        match self {
            Self::Running { .. } => Self::Running { offset_ms: at.0.saturating_sub(real.0) },
            Self::Frozen { .. } => Self::Frozen { at },
        }
    }

    /// The clock stopped at `now`.
    #[must_use]
    pub const fn frozen(now: Instant) -> Self {
        Self::Frozen { at: now }
    }

    /// The clock running on from what it shows at that real time.
    #[must_use]
    pub const fn resumed(self, real: Instant) -> Self {
        match self {
            Self::Frozen { at } => Self::REAL.set_to(at, real),
            Self::Running { .. } => self,
        }
    }

    /// Whether it follows real time.
    #[must_use]
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Running { .. })
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
        let (clock, real) = (Clock::frozen(Instant(5)), Instant(1000));
        assert_eq!((clock.at(real), clock.mode()), (Instant(5), "frozen"));
        assert_eq!(clock.set_to(Instant(9), real).at(real), Instant(9));
        let running = clock.resumed(real);
        assert_eq!((running.mode(), running.at(real)), ("offset", Instant(5)));
        assert_eq!(running.at(Instant(1100)), Instant(105));
    }

    #[test]
    fn time_stands_at_both_ends() {
        let late = Clock::REAL.set_to(END_OF_TIME, Instant(1000));
        assert_eq!(late.at(Instant(1001)), END_OF_TIME);
        assert_eq!(late.at(Instant(i64::MAX)), END_OF_TIME);
        assert_eq!(Clock::REAL.at(Instant(-1)), START_OF_TIME);
    }
}
