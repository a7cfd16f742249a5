//! The clock that a turn assumes, and the check of that.

use crate::fault::Fault;
use crate::store::db::row::{Columns, FromRow, Row};
use crate::time::{Clock, Instant, Pace};

/// What time it is in `world`, when the next timer falls due, and whether calls may fail by rules.
/// [`AssumedClock::check`] reads it.
macro_rules! clock_and_next_timer {
    () => {
        "w.clock_offset_ms, w.clock_frozen_at, w.held_at, \
        (SELECT min(due_at) FROM timers WHERE failure IS NULL), w.has_faults"
    };
}
pub(in crate::store) use clock_and_next_timer;

statements! {
    CLOCK_AND_NEXT_TIMER =
        concat!("SELECT ", clock_and_next_timer!(), " FROM world w WHERE w.id = 1");
}

/// The statement whose row an assumed clock is checked against, from column 0 on.
pub(super) const CHECK: &str = CLOCK_AND_NEXT_TIMER;

/// The clock of an earlier turn, that no timer is due by it, and whether there are rules by which
/// calls fail: assumed without a statement of its
/// own, and checked by the turn's first one.
#[derive(Debug, Clone, Copy)]
pub struct AssumedClock {
    clock: Clock,
    now: Instant,
    has_faults: bool,
}

impl AssumedClock {
    /// That the clock is still `clock`, and nothing due at `now`.
    pub const fn new(clock: Clock, now: Instant, has_faults: bool) -> Self {
        Self { clock, now, has_faults }
    }

    /// Compares it with what begins at column `first`.
    ///
    /// # Errors
    /// A serialization conflict if it is not so: the turn is to be taken again.
    pub(super) fn check(self, row: &Row, first: usize) -> Result<(), Fault> {
        let (clock, next_due_at, has_faults): (Clock, Option<Instant>, bool) = row.get(first)?;
        let is_held = self.clock.held_at().is_some();
        let is_due = !is_held && next_due_at.is_some_and(|due| due <= self.now);
        let holds = clock == self.clock && !is_due && has_faults == self.has_faults;
        if holds { Ok(()) } else { Err(Fault::SerializationConflict) }
    }
}

impl FromRow for Clock {
    fn read(columns: &mut Columns<'_>) -> Result<Self, Fault> {
        let (offset_ms, frozen_at): (i64, Option<Instant>) = columns.next()?;
        let pace = frozen_at.map_or(Pace::Running { offset_ms }, |at| Pace::Frozen { at });
        Ok(Self::new(pace, columns.next()?))
    }
}
