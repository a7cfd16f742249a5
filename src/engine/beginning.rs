//! How a market begins: its requesters, its clock and its worlds, in one turn.

use std::sync::Arc;

use crate::engine::Engine;
use crate::engine::bring_in::bring_in;
use crate::engine::clock::conflict;
use crate::fault::Fault;
use crate::store::{requesters, world};
use crate::time::{Clock, Instant};
use crate::turn::Turn;
use crate::worlds::reset::Beginning;
use crate::worlds::{Loaded, Refusal};

/// How options ask for the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Start {
    /// From when; absent, a new market begins with real time and an old one goes on.
    pub at: Option<StartAt>,
    /// Whether it is frozen.
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

impl StartAt {
    /// The instant, if one is given.
    pub const fn instant(self) -> Option<Instant> {
        match self {
            Self::Instant(at) => Some(at),
            Self::Real => None,
        }
    }
}

/// What a start found and did.
#[derive(Debug)]
pub struct Started {
    /// Whether the market began with it.
    pub is_new: bool,
    /// The market's time.
    pub now: Instant,
    /// What came in with its worlds, if it had some and the market was new.
    pub loaded: Option<Loaded>,
}

impl Engine {
    /// Starts a market: its requesters are made known, its clock starts as options ask for it, and
    /// a new one gets its worlds. It is new until one start was through with all of that; where
    /// several processes start at once, one begins it, and the others wait.
    ///
    /// # Errors
    /// Time does not go back; every problem of the worlds; the database failed. Nothing has begun
    /// then.
    pub async fn begin_market(
        self: &Arc<Self>,
        beginning: &Arc<Beginning>,
        start: Start,
    ) -> Result<Started, Refusal> {
        let take = |beginning: Arc<Beginning>| {
            self.write_long((beginning, start), |turn, (beginning, start)| {
                Box::pin(begin(turn, beginning, *start))
            })
        };
        match take(Arc::clone(beginning)).await {
            Err(Refusal::Problems(some)) => {
                take(self.whole(Arc::clone(beginning), some).await?).await
            }
            begun => begun,
        }
    }
}

async fn begin(turn: &mut Turn, beginning: &Beginning, start: Start) -> Result<Started, Refusal> {
    let is_new = world::set_begun(&mut turn.tx).await?;
    for known in &beginning.known {
        requesters::put(&mut turn.tx, known).await?;
    }
    let clock = started(is_new, turn, start)?;
    if clock != turn.clock {
        turn.set_clock(clock).await?;
        turn.move_to(clock.at(turn.real.at));
    }
    let loaded = match &beginning.worlds {
        Some(worlds) if is_new => Some(bring_in(turn, worlds, beginning.owner()).await?),
        Some(worlds) => worlds.check().map(|()| None)?,
        None => None,
    };
    Ok(Started { is_new, now: turn.arrived_at, loaded })
}

/// The clock that a start leaves behind; if it is held, it stays so.
fn started(is_new: bool, turn: &Turn, start: Start) -> Result<Clock, Fault> {
    let (clock, real) = (turn.clock, turn.real.at);
    let now = clock.target(real);
    let begin_at = |at| Beginning { start_at: at, freeze: start.freeze, ..Beginning::default() };
    let started = match start.at {
        Some(StartAt::Instant(at)) if is_new => begin_at(Some(at)).clock(real),
        None if is_new => begin_at(None).clock(real),
        Some(StartAt::Real) if real < now => {
            return Err(conflict(format!(
                "The market's time is {now}, ahead of real time, and does not go back."
            )));
        }
        Some(StartAt::Real) => begin_at(None).clock(real),
        _ if start.freeze => Clock::frozen(now),
        _ => clock,
    };
    Ok(started.held(clock.held_at()))
}
