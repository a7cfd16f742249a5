//! The market's clock, seen and moved.

use std::sync::Arc;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
use crate::time::{Clock, END_OF_TIME, Instant};
use crate::turn::Access;

/// How the clock is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockChange {
    /// To an instant, running or standing as before.
    Set(Instant),
    /// It stops.
    Freeze,
    /// It runs on.
    Resume,
}

impl Engine {
    /// What the clock is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn clock(&self) -> Result<Clock, Fault> {
        let mut tx = self.store.read().await?;
        Ok(self.opening(&mut tx).await?.clock)
    }

    /// Moves the clock, and settles every timer that is due then, each at its own instant.
    ///
    /// Answers with the clock and the number of timers.
    ///
    /// # Errors
    /// Time does not go back, and ends with the year 2199; the database failed.
    pub async fn change_clock(
        self: &Arc<Self>,
        change: ClockChange,
    ) -> Result<(Clock, u64), Fault> {
        let changed = self.turn(Access::Write, Requester::default(), move |turn| {
            Box::pin(async move {
                let clock = changed(turn.clock, turn.now, change)?;
                turn.set_clock(clock).await?;
                Ok(clock)
            })
        });
        let clock = changed.await?;
        Ok((clock, self.settle_apart().await?))
    }

    /// Sets the clock to where the market begins, which may be in the past while nothing happened.
    ///
    /// # Errors
    /// There are timers, and time does not go back; the database failed.
    pub async fn start_clock(self: &Arc<Self>, at: Instant) -> Result<(), Fault> {
        let untouched = {
            let mut tx = self.store.read().await?;
            self.opening(&mut tx).await?.next_due_at.is_none()
        };
        if !untouched {
            return self.change_clock(ClockChange::Set(at)).await.map(drop);
        }
        let started = self.turn(Access::Write, Requester::default(), move |turn| {
            Box::pin(async move {
                if at > END_OF_TIME {
                    return changed(turn.clock, turn.now, ClockChange::Set(at)).map(drop);
                }
                turn.set_clock(turn.clock.set_to(at)).await
            })
        });
        started.await
    }
}

fn changed(clock: Clock, now: Instant, change: ClockChange) -> Result<Clock, Fault> {
    let conflict = |message: String| Fault::Control { status: 409, code: "Conflict", message };
    match change {
        ClockChange::Freeze => Ok(Clock::frozen(now)),
        ClockChange::Resume => Ok(clock.resumed()),
        ClockChange::Set(at) if at < now => Err(conflict(format!(
            "The market's time is {now}; it does not go back. Start anew with --clock {at}."
        ))),
        ClockChange::Set(at) if at > END_OF_TIME => {
            Err(conflict(format!("The market's time ends at {END_OF_TIME}.")))
        }
        ClockChange::Set(at) => Ok(clock.set_to(at)),
    }
}
