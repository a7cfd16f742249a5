//! The market's clock, and the one place where real time is read.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use super::Instant;

/// The market's clock: how its time follows real time, and whether it is held until what has fallen
/// due is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    pace: Pace,
    held_at: Option<Instant>,
}

/// How a clock follows real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
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
    pub const REAL: Self = Self::new(Pace::Running { offset_ms: 0 }, None);

    /// A clock of that pace, held at an instant or not.
    #[must_use]
    pub const fn new(pace: Pace, held_at: Option<Instant>) -> Self {
        Self { pace, held_at }
    }

    /// The market's time now. While timers that have fallen due are settled batch by batch, it is
    /// the instant of the last settled batch.
    #[must_use]
    pub fn now(self) -> Instant {
        self.held_at.unwrap_or_else(|| self.target())
    }

    /// What the clock shows as soon as everything that has fallen due is settled.
    #[must_use]
    pub fn target(self) -> Instant {
        match self.pace {
            Pace::Running { offset_ms } => Instant(real_now().0 + offset_ms),
            Pace::Frozen { at } => at,
        }
    }

    /// How it follows real time.
    #[must_use]
    pub const fn pace(self) -> Pace {
        self.pace
    }

    /// The instant at which it is held until everything that has fallen due is settled.
    #[must_use]
    pub const fn held_at(self) -> Option<Instant> {
        self.held_at
    }

    /// The same clock, held at an instant or not.
    #[must_use]
    pub const fn held(self, at: Option<Instant>) -> Self {
        Self { held_at: at, ..self }
    }

    /// The same kind of clock, with `at` as its target now.
    #[must_use]
    pub fn set_to(self, at: Instant) -> Self {
        let pace = match self.pace {
            Pace::Running { .. } => Pace::Running { offset_ms: at.0 - real_now().0 },
            Pace::Frozen { .. } => Pace::Frozen { at },
        };
        Self { pace, ..self }
    }

    /// A clock that stands at `now`.
    #[must_use]
    pub const fn frozen(now: Instant) -> Self {
        Self::new(Pace::Frozen { at: now }, None)
    }

    /// The clock running on from its target.
    #[must_use]
    pub fn resumed(self) -> Self {
        match self.pace {
            Pace::Frozen { at } => Self::REAL.held(self.held_at).set_to(at),
            Pace::Running { .. } => self,
        }
    }

    /// `real`, `offset` or `frozen`, as the control API names them.
    #[must_use]
    pub const fn mode(self) -> &'static str {
        match self.pace {
            Pace::Running { offset_ms: 0 } => "real",
            Pace::Running { .. } => "offset",
            Pace::Frozen { .. } => "frozen",
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

    #[test]
    fn a_held_clock_stays_held_however_it_is_moved() {
        let held = Clock::frozen(Instant(9)).held(Some(Instant(5)));
        assert_eq!((held.now(), held.target()), (Instant(5), Instant(9)));
        for moved in [held.set_to(Instant(20)), held.resumed(), held.resumed().resumed()] {
            assert_eq!(moved.now(), Instant(5));
            assert!(moved.target() >= Instant(9));
        }
        assert_eq!(held.held(None).now(), Instant(9));
    }
}
