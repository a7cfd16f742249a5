//! The market's clock, seen and moved.

use std::sync::Arc;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
use crate::time::{Clock, END_OF_TIME, Instant, Span, When};
use crate::turn::Access;

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
pub struct Told {
    /// The clock.
    pub clock: Clock,
    /// The time.
    pub now: Instant,
}

impl Engine {
    /// What the clock is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn clock(&self) -> Result<Told, Fault> {
        let clock = match self.known_opening() {
            Some(opening) => opening.clock,
            None => self.opening(&mut self.store.read().await?).await?.clock,
        };
        Ok(Told { clock, now: self.time_by(clock) })
    }

    /// Moves the clock, and settles every timer that is due then, each at its own instant.
    ///
    /// Answers with the clock and the number of timers that this call settled: of processes that
    /// share a store, another may have been quicker with some.
    ///
    /// # Errors
    /// Time does not go back, and ends with the year 2199; the database failed.
    pub async fn change_clock(self: &Arc<Self>, change: ClockChange) -> Result<(Told, u64), Fault> {
        let changed = self.turn(Access::Write, Requester::default(), move |turn| {
            let change = change.clone();
            Box::pin(async move {
                let clock = changed(turn.clock, (turn.arrived_at, turn.real.at), &change)?;
                turn.set_clock(clock).await?;
                Ok(clock)
            })
        });
        let clock = changed.await?;
        let settled = self.settle_apart().await?;
        Ok((Told { clock, now: self.time_by(clock) }, settled))
    }
}

fn changed(
    clock: Clock,
    (now, real): (Instant, Instant),
    change: &ClockChange,
) -> Result<Clock, Fault> {
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
    Fault::Control { status: 409, code: "Conflict", message }
}
