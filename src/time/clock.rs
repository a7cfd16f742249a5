//! The market's clock, and the one place where the machine's calendar is read.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use super::{END_OF_TIME, Instant, START_OF_TIME};

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
        /// The instant that it shows.
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

    /// The market's time at that real time. While timers that have fallen due are settled batch by
    /// batch, it is the instant of the last settled batch.
    #[must_use]
    pub fn at(self, real: Instant) -> Instant {
        self.held_at.unwrap_or_else(|| self.target(real))
    }

    /// What the clock shows at that real time as soon as everything that has fallen due is settled;
    /// the last instant is the end of time.
    #[must_use]
    pub fn target(self, real: Instant) -> Instant {
        let target = match self.pace {
            Pace::Running { offset_ms } => Instant(real.0.saturating_add(offset_ms)),
            Pace::Frozen { at } => at,
        };
        target.clamp(START_OF_TIME, END_OF_TIME)
    }

    /// How it follows real time.
    #[must_use]
    pub const fn pace(self) -> Pace {
        self.pace
    }

    /// Whether it follows real time.
    #[must_use]
    pub const fn is_running(self) -> bool {
        matches!(self.pace, Pace::Running { .. })
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

    /// The real time at which the target is the instant that the clock is held at: some process has
    /// reached it. None if the clock is not held, or is frozen.
    #[must_use]
    pub fn reached(self) -> Option<Instant> {
        let Pace::Running { offset_ms } = self.pace else { return None };
        self.held_at.map(|at| Instant(at.0.saturating_sub(offset_ms)))
    }

    /// The same kind of clock, with `at` as its target at that real time.
    #[must_use]
    pub const fn set_to(self, at: Instant, real: Instant) -> Self {
        let pace = match self.pace {
            Pace::Running { .. } => Pace::Running { offset_ms: at.0.saturating_sub(real.0) },
            Pace::Frozen { .. } => Pace::Frozen { at },
        };
        Self { pace, ..self }
    }

    /// A clock that is frozen at `now`.
    #[must_use]
    pub const fn frozen(now: Instant) -> Self {
        Self::new(Pace::Frozen { at: now }, None)
    }

    /// The clock running on from its target at that real time.
    #[must_use]
    pub const fn resumed(self, real: Instant) -> Self {
        match self.pace {
            Pace::Frozen { at } => Self::REAL.held(self.held_at).set_to(at, real),
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

    #[test]
    fn a_held_clock_stays_held_however_it_is_moved() {
        let (held, real) = (Clock::frozen(Instant(9)).held(Some(Instant(5))), Instant(1000));
        assert_eq!((held.at(real), held.target(real)), (Instant(5), Instant(9)));
        let resumed = held.resumed(real);
        for moved in [held.set_to(Instant(20), real), resumed, resumed.resumed(real)] {
            assert_eq!(moved.at(real), Instant(5));
            assert!(moved.target(real) >= Instant(9));
        }
        assert_eq!(held.held(None).at(real), Instant(9));
    }

    #[test]
    fn a_held_clock_tells_what_real_time_was_reached() {
        let held = Clock::REAL.set_to(Instant(900), Instant(1000)).held(Some(Instant(850)));
        let reached = held.reached().unwrap();
        assert_eq!((reached, held.target(reached)), (Instant(950), Instant(850)));
        assert_eq!(held.held(None).reached(), None);
        assert_eq!(Clock::frozen(Instant(9)).held(Some(Instant(5))).reached(), None);
    }
}
