//! Real time as one market follows it: it never steps back, whatever the machine's calendar does.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Instant, Span, real_now};

/// A turn that uses a later instant than any before notes that those up to this much later may be
/// used without a note: so a busy market writes four notes a second.
const RESERVE: Span = Span(250);

/// What the clocks of a machine show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// The calendar, which people and time servers set.
    pub wall: Instant,
    /// The time since some beginning, which nobody sets.
    pub steady: Duration,
}

/// Where a market reads the clocks of a machine.
#[derive(Clone)]
pub struct Source(Arc<dyn Fn() -> Machine + Send + Sync>);

impl Source {
    /// Clocks of one's own, for example to step them in a test.
    #[must_use]
    pub fn new(read: impl Fn() -> Machine + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }
}

impl Default for Source {
    /// The clocks of this machine.
    fn default() -> Self {
        let begun = std::time::Instant::now();
        Self::new(move || Machine { wall: real_now(), steady: begun.elapsed() })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source")
    }
}

/// Real time, for one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RealNow {
    /// The instant.
    pub at: Instant,
    /// Whether it is later than the machine's calendar says.
    pub is_ahead: bool,
}

/// What is kept of the real time that the turns of a market have used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsedTime {
    /// No turn has used a later instant.
    pub until: Instant,
    /// No turn may use an earlier one: set where processes share a market whose calendars differ.
    pub floor: Instant,
}

impl UsedTime {
    /// What is to be kept before a turn at `now` is committed.
    #[must_use]
    pub fn after(self, now: RealNow, is_shared: bool) -> Self {
        let RealNow { at, is_ahead } = now;
        if is_ahead && is_shared {
            return Self { until: self.until.max(at), floor: self.floor.max(at) };
        }
        if at > self.until { Self { until: at + RESERVE, ..self } } else { self }
    }
}

/// Real time. Where the calendar steps back, time runs on at half its speed until the calendar has
/// caught up.
#[derive(Debug, Default)]
pub struct RealTime {
    source: Source,
    /// The latest instant that was returned, and the steady time of it.
    latest: Mutex<Option<(Instant, Duration)>>,
}

impl RealTime {
    /// Real time by these clocks.
    #[must_use]
    pub fn new(source: Source) -> Self {
        Self { source, latest: Mutex::default() }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> RealNow {
        self.read(&mut self.latest())
    }

    /// The clocks are read under the lock, so that no thread returns an older reading.
    fn read(&self, latest: &mut Option<(Instant, Duration)>) -> RealNow {
        let Machine { wall, steady } = (self.source.0)();
        let (before, since) = latest.unwrap_or((wall, steady));
        let half_ms = steady.saturating_sub(since).as_millis() / 2;
        let run_on = before + Span(i64::try_from(half_ms).unwrap_or(i64::MAX));
        if wall >= run_on {
            *latest = Some((wall, steady));
            return RealNow { at: wall, is_ahead: false };
        }
        // What is left of the half millisecond counts the next time.
        let counted = u64::try_from(half_ms).unwrap_or(u64::MAX).saturating_mul(2);
        *latest = Some((run_on, since + Duration::from_millis(counted)));
        RealNow { at: run_on, is_ahead: true }
    }

    /// No earlier time is returned from now on.
    pub fn raise(&self, floor: Instant) {
        let mut latest = self.latest();
        if self.read(&mut latest).at < floor {
            let steady = (self.source.0)().steady;
            *latest = Some((floor, steady));
        }
    }

    /// Follows what other processes have used. Whose calendar is behind what they have used, by
    /// more than they note in advance, goes on from there.
    pub fn follow(&self, used: UsedTime) {
        let wall = (self.source.0)().wall;
        let is_behind = wall + RESERVE < used.until;
        let floor = if is_behind { used.until.max(used.floor) } else { used.floor };
        if wall < floor {
            self.raise(floor);
        }
    }

    fn latest(&self) -> MutexGuard<'_, Option<(Instant, Duration)>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

    use super::*;

    /// Real time whose clocks show `(calendar, steady)` milliseconds.
    fn stepped() -> (RealTime, impl Fn(i64, i64)) {
        let clocks: Arc<[AtomicI64; 2]> = Arc::default();
        let read = Arc::clone(&clocks);
        let source = Source::new(move || Machine {
            wall: Instant(read[0].load(Relaxed)),
            steady: Duration::from_millis(read[1].load(Relaxed).unsigned_abs()),
        });
        let step = move |wall, steady| {
            clocks[0].store(wall, Relaxed);
            clocks[1].store(steady, Relaxed);
        };
        (RealTime::new(source), step)
    }

    fn now(time: &RealTime) -> (i64, bool) {
        let RealNow { at, is_ahead } = time.now();
        (at.0, is_ahead)
    }

    #[test]
    fn time_runs_on_when_the_calendar_steps_back() {
        let (time, step) = stepped();
        step(1000, 0);
        assert_eq!(now(&time), (1000, false));
        step(500, 0);
        assert_eq!(now(&time), (1000, true));
        // However often it is read.
        for steady in 1..=200 {
            step(500 + steady, steady);
            assert_eq!(now(&time), (1000 + steady / 2, true));
        }
        step(1499, 999);
        assert_eq!(now(&time), (1499, false), "the calendar has caught up");
        step(5000, 1000);
        assert_eq!(now(&time), (5000, false));
    }

    #[test]
    fn no_time_before_the_floor_is_returned() {
        let (time, step) = stepped();
        step(1000, 0);
        time.raise(Instant(3000));
        assert_eq!(now(&time), (3000, true));
        time.raise(Instant(2000));
        step(1100, 100);
        assert_eq!(now(&time), (3050, true));
    }

    #[test]
    fn what_others_used_is_followed_by_who_is_behind() {
        let (time, step) = stepped();
        step(1000, 0);
        let used = |until, floor| UsedTime { until: Instant(until), floor: Instant(floor) };
        time.follow(used(1250, 0));
        assert_eq!(now(&time), (1000, false), "that much is noted in advance");
        time.follow(used(1251, 0));
        assert_eq!(now(&time), (1251, true));
        time.follow(used(1251, 1300));
        assert_eq!(now(&time), (1300, true));
    }

    #[test]
    fn a_note_is_written_when_it_is_needed() {
        let now = |at, is_ahead| RealNow { at: Instant(at), is_ahead };
        let used = |until, floor| UsedTime { until: Instant(until), floor: Instant(floor) };
        let begin = used(1000, 0);
        assert_eq!(begin.after(now(1000, false), true), begin);
        assert_eq!(begin.after(now(1001, false), true), used(1251, 0));
        assert_eq!(begin.after(now(900, true), true), used(1000, 900), "others must not go back");
        assert_eq!(begin.after(now(1001, true), true), used(1001, 1001));
        assert_eq!(begin.after(now(1001, true), false), used(1251, 0), "there are no others");
    }
}
