//! The market's clock, seen, started and moved.

use std::sync::Arc;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
use crate::time::{Clock, END_OF_TIME, Instant, Span, When, real_now};
use crate::turn::Access;
use crate::worlds::reset::Beginning;

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

/// How options ask for the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Start {
    /// From when; absent, a new market begins with real time and an old one goes on.
    pub at: Option<StartAt>,
    /// Whether it stands.
    pub freeze: bool,
}

/// From when a clock starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartAt {
    /// Real time, unless the market is ahead of it.
    Real,
    /// An instant; only a new market begins there, an old one goes on.
    Instant(Instant),
}

impl Engine {
    /// What the clock is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn clock(&self) -> Result<Clock, Fault> {
        if let Some(opening) = self.known_opening() {
            return Ok(opening.clock);
        }
        let mut tx = self.store.read().await?;
        Ok(self.opening(&mut tx).await?.clock)
    }

    /// Moves the clock, and settles every timer that is due then, each at its own instant.
    ///
    /// Answers with the clock and the number of timers that this call settled: of processes that
    /// share a store, another may have been quicker with some.
    ///
    /// # Errors
    /// Time does not go back, and ends with the year 2199; the database failed.
    pub async fn change_clock(
        self: &Arc<Self>,
        change: ClockChange,
    ) -> Result<(Clock, u64), Fault> {
        let changed = self.turn(Access::Write, Requester::default(), move |turn| {
            let change = change.clone();
            Box::pin(async move {
                let clock = changed(turn.clock, turn.now, &change)?;
                turn.set_clock(clock).await?;
                Ok(clock)
            })
        });
        let clock = changed.await?;
        Ok((clock, self.settle_apart().await?))
    }

    /// Starts the clock as options ask for it.
    ///
    /// # Errors
    /// Time does not go back; the database failed.
    pub async fn start_clock(self: &Arc<Self>, start: Start) -> Result<Clock, Fault> {
        let is_new = self.is_new();
        let started = self.turn(Access::Write, Requester::default(), move |turn| {
            Box::pin(async move {
                let clock = started(is_new, turn.clock, start)?;
                if clock != turn.clock {
                    turn.set_clock(clock).await?;
                }
                Ok(clock)
            })
        });
        started.await
    }
}

/// The clock that a start leaves behind.
fn started(engine_is_new: bool, clock: Clock, start: Start) -> Result<Clock, Fault> {
    let now = clock.now();
    let begin_at = |at| Beginning { start_at: at, freeze: start.freeze, ..Beginning::default() };
    match start.at {
        Some(StartAt::Instant(at)) if engine_is_new => Ok(begin_at(Some(at)).clock()),
        None if engine_is_new => Ok(begin_at(None).clock()),
        Some(StartAt::Real) if real_now() < now => Err(conflict(format!(
            "The market's time is {now}, ahead of real time, and does not go back."
        ))),
        Some(StartAt::Real) => Ok(begin_at(None).clock()),
        _ if start.freeze => Ok(Clock::frozen(now)),
        _ => Ok(clock),
    }
}

fn changed(clock: Clock, now: Instant, change: &ClockChange) -> Result<Clock, Fault> {
    let at = match change {
        ClockChange::Freeze => return Ok(Clock::frozen(now)),
        ClockChange::Resume => return Ok(clock.resumed()),
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
    Ok(clock.set_to(at))
}

fn conflict(message: String) -> Fault {
    Fault::Control { status: 409, code: "Conflict", message }
}
