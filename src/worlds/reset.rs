//! The beginning of a market, and going back to it.

use std::sync::Arc;

use crate::fault::Fault;
use crate::ids::Ids;
use crate::money::Cents;
use crate::store::events;
use crate::store::requesters::{self, Known, OPENING_BALANCE, Requester};
use crate::store::{reset, world};
use crate::time::{Clock, Instant};
use crate::turn::Turn;
use crate::worlds::{Refusal, Worlds};

/// What a market begins with.
#[derive(Debug, Default)]
pub struct Beginning {
    /// The requesters that were made known by options.
    pub known: Vec<Known>,
    /// The worlds that were asked for by options.
    pub worlds: Option<Arc<Worlds>>,
    /// The instant at which the clock begins; real time if none.
    pub start_at: Option<Instant>,
    /// Whether the clock stands.
    pub freeze: bool,
}

impl Beginning {
    /// The clock of a new market that begins at that real time.
    #[must_use]
    pub const fn clock(&self, real: Instant) -> Clock {
        match (self.start_at, self.freeze) {
            (Some(at), true) => Clock::frozen(at),
            (Some(at), false) => Clock::REAL.set_to(at, real),
            (None, true) => Clock::frozen(real),
            (None, false) => Clock::REAL,
        }
    }

    /// The access key of the requester whom options made known, if it is exactly one: who owns what
    /// names no requester.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        match self.known.as_slice() {
            [only] => Some(&only.requester.access_key),
            _ => None,
        }
    }

    /// What the requester could spend at the beginning.
    fn balance(&self, requester: &Requester) -> Cents {
        let given = self.worlds.as_ref().and_then(|worlds| worlds.balance(requester, self.owner()));
        given.unwrap_or(OPENING_BALANCE)
    }
}

/// How far back a reset goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reset {
    /// To the worlds of the beginning.
    Beginning,
    /// To nothing, but the requesters of the beginning.
    Empty,
    /// One requester, by access key or id, loses what it has; nothing else changes.
    Requester(String),
}

/// Goes back.
///
/// The clock of the beginning is set again, and seeded ids begin anew.
///
/// # Errors
/// No such requester; the database failed; a world does not load, as it may never have done here:
/// of a market that is kept only the first start loads its worlds.
pub async fn reset(turn: &mut Turn, beginning: &Beginning, how: &Reset) -> Result<(), Refusal> {
    if let Reset::Requester(name) = how {
        let requester = requester(turn, name).await?;
        let balance = beginning.balance(&requester);
        reset::of_requester(&mut turn.tx, &requester.id, balance).await?;
        return Ok(());
    }
    let secrets = requesters::secrets(&mut turn.tx).await?;
    clear(turn, beginning).await?;
    begin_clock(turn, beginning).await?;
    if let (Some(worlds), Reset::Beginning) = (&beginning.worlds, how) {
        worlds.move_clock(turn).await?;
        worlds.load(turn, beginning.owner()).await?;
        requesters::add_secrets(&mut turn.tx, &secrets).await?;
    }
    Ok(())
}

/// Everything away but the requesters that options made known; the clock goes on.
///
/// # Errors
/// The database failed.
pub async fn clear(turn: &mut Turn, beginning: &Beginning) -> Result<(), Fault> {
    let waiting = events::waiting_count(&mut turn.tx).await?;
    if waiting > 0 {
        tracing::warn!(waiting, "events that await delivery go with their market");
    }
    reset::everything(&mut turn.tx).await?;
    turn.earliest_set = None;
    if let Ids::Seeded { count, .. } = &mut turn.ids {
        *count = 0;
    }
    for known in &beginning.known {
        requesters::put(&mut turn.tx, known).await?;
    }
    Ok(())
}

/// The clock of the beginning.
async fn begin_clock(turn: &mut Turn, beginning: &Beginning) -> Result<(), Fault> {
    let clock = beginning.clock(turn.real.at);
    turn.set_clock(clock).await?;
    world::count_anew(&mut turn.tx).await?;
    turn.has_settled = true;
    turn.move_to(clock.at(turn.real.at));
    Ok(())
}

async fn requester(turn: &mut Turn, name: &str) -> Result<Arc<Requester>, Fault> {
    if let Some(known) = requesters::by_key(&mut turn.tx, name).await? {
        return Ok(known.requester);
    }
    let known = requesters::by_id(&mut turn.tx, name).await?;
    known
        .map(|known| known.requester)
        .ok_or_else(|| Fault::not_found(format!("There is no requester {name:?}.")))
}
