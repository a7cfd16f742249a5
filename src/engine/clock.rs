//! The market's clock, seen and moved.

use std::sync::Arc;

use crate::engine::Engine;
use crate::fault::{Code, Fault};
use crate::store::requesters::Requester;
use crate::store::timers;
use crate::store::world::{self, MarketState};
use crate::time::{Clock, END_OF_TIME, Instant, Span, When};
use crate::turn::Turn;

/// How the clock is moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClockChange {
    /// By a span, forward.
    Advance(Span),
    /// To an instant, running or standing as before.
    Set(When),
    /// It stops.
    Freeze,
    /// It runs on.
    Resume,
}

/// The clock, and the market's time by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// The clock.
    pub clock: Clock,
    /// The time.
    pub now: Instant,
    /// The time as soon as everything that has fallen due is settled.
    pub target: Instant,
}

impl Engine {
    /// What the clock is.
    pub async fn clock(&self) -> Result<ClockReading, Fault> {
        Ok(self.reading(self.current().await?.clock))
    }

    /// How often the whole market was reset, replaced or restored, and what time it is.
    pub async fn resets(&self) -> Result<(i64, Instant), Fault> {
        let state = self.current().await?;
        Ok((state.reset_count, self.reading(state.clock).now))
    }

    /// What the clock shows now.
    pub(super) fn reading(&self, clock: Clock) -> ClockReading {
        let real = self.real_time.now().at;
        ClockReading { clock, now: clock.at(real), target: clock.target(real) }
    }

    /// Moves the clock, and settles every timer that is due then, each at its own instant. Until
    /// that is done the market's time is the instant of the last settled batch, and further moves
    /// add to this one.
    ///
    /// Answers with the clock and the number of timers that were settled since the move, whichever
    /// task or process settled them.
    ///
    /// # Errors
    /// Time does not go back, and ends with the year 2199; the database failed; the market closes
    /// before all is settled, which goes on at the next start.
    pub async fn change_clock(
        self: &Arc<Self>,
        change: ClockChange,
    ) -> Result<(ClockReading, i64), Fault> {
        let changed = self
            .write(Requester::default(), change, |turn, change| Box::pin(move_clock(turn, change)));
        let settled_before = changed.await?;
        self.settle_apart().await?;
        let MarketState { clock, settled_count, .. } = self.current().await?;
        if self.is_closed() && clock.held_at().is_some() {
            let message = "The server stops; the clock moves on at its next start.";
            return Err(Fault::refused(Code::Stopping, message));
        }
        // A reset in between counts anew.
        Ok((self.reading(clock), (settled_count - settled_before).max(0)))
    }
}

/// Moves the clock; how many timers had been settled by then.
async fn move_clock(turn: &mut Turn, change: &ClockChange) -> Result<i64, Fault> {
    let clock = changed(turn, change)?;
    let next = timers::next(&mut turn.tx).await?;
    let is_due = next.is_some_and(|next| next.due_at <= clock.target(turn.real.at));
    let held_at = turn.clock.held_at().or(is_due.then_some(turn.arrived_at));
    turn.set_clock(clock.held(held_at)).await?;
    Ok(world::state(&mut turn.tx).await?.settled_count)
}

/// The clock after a change. While it is held a change counts from its target.
fn changed(turn: &Turn, change: &ClockChange) -> Result<Clock, Fault> {
    let (clock, real) = (turn.clock, turn.real.at);
    let now = clock.target(real);
    let at = match change {
        ClockChange::Freeze => return Ok(Clock::frozen(now)),
        ClockChange::Resume => return Ok(clock.resumed(real)),
        ClockChange::Advance(span) => now + *span,
        ClockChange::Set(when) => when.at(now).map_err(Fault::unreadable)?,
    };
    if at < now {
        return Err(conflict(format!(
            "The market's time is {now}; it does not go back. Reset it, or start anew with --clock."
        )));
    }
    if at > END_OF_TIME {
        return Err(conflict(format!("The market's time ends at {END_OF_TIME}.")));
    }
    Ok(clock.set_to(at, real))
}

pub(super) fn conflict(message: String) -> Fault {
    Fault::refused(Code::Conflict, message)
}
