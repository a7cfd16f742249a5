//! The beginning of a market, and going back to it.

use std::sync::Arc;

use crate::actions::faults;
use crate::actions::robots::waiting;
use crate::fault::Fault;
use crate::ids::Ids;
use crate::money::Cents;
use crate::store::events;
use crate::store::requesters::{self, Credentials, OPENING_BALANCE, Requester};
use crate::store::{reset, world};
use crate::time::{Clock, Instant};
use crate::turn::Turn;
use crate::worlds::{Refusal, Worlds};

/// What a market begins with.
#[derive(Debug, Default)]
pub struct Beginning {
    /// The requesters that options name.
    pub known: Vec<Credentials>,
    /// The worlds that options name.
    pub worlds: Option<Arc<Worlds>>,
    /// The instant at which the clock begins; real time if none.
    pub start_at: Option<Instant>,
    /// Whether the clock is frozen.
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

    /// The access key of the requester whom options name, if it is exactly one: who owns what
    /// names no requester.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        match self.known.as_slice() {
            [only] => Some(&only.requester.access_key),
            _ => None,
        }
    }

    /// The same with all of its worlds in memory, if they are not.
    ///
    /// # Errors
    /// As [`Worlds::whole`].
    pub fn whole(&self) -> Result<Option<Self>, Refusal> {
        let whole = self.worlds.as_ref().map_or(Ok(None), |worlds| worlds.whole())?;
        let with = |worlds| Self { known: self.known.clone(), worlds: Some(worlds), ..*self };
        Ok(whole.map(with))
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
    turn.touched.everything = true;
    if let Reset::Requester(name) = how {
        let Some(known) = requesters::by_key_or_id(&mut turn.tx, name).await? else {
            return Err(Fault::not_found(format!("There is no requester {name:?}.")).into());
        };
        let balance = beginning.balance(&known.requester);
        reset::of_requester(&mut turn.tx, &known.requester.id, balance).await?;
        note(turn).await?;
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

/// Removes everything but the requesters that options name; the clock goes on.
///
/// # Errors
/// The database failed.
pub async fn clear(turn: &mut Turn, beginning: &Beginning) -> Result<(), Fault> {
    warn_of_waiting(turn).await?;
    reset::everything(&mut turn.tx).await?;
    world::count_reset(&mut turn.tx).await?;
    turn.reset_count += 1;
    note(turn).await?;
    turn.earliest_set = None;
    if let Ids::Seeded { count, .. } = &mut turn.ids {
        *count = 0;
    }
    for known in &beginning.known {
        requesters::put(&mut turn.tx, known).await?;
    }
    Ok(())
}

/// Notes what turns must know of what is left.
async fn note(turn: &mut Turn) -> Result<(), Fault> {
    faults::note(turn).await?;
    waiting::note(turn).await
}

/// Says how many events that await delivery are lost.
pub(super) async fn warn_of_waiting(turn: &mut Turn) -> Result<(), Fault> {
    let waiting = events::waiting_count(&mut turn.tx).await?;
    if waiting > 0 {
        tracing::warn!(waiting, "events that await delivery go with their market");
    }
    Ok(())
}

/// The clock of the beginning.
async fn begin_clock(turn: &mut Turn, beginning: &Beginning) -> Result<(), Fault> {
    let clock = beginning.clock(turn.real.at);
    turn.set_clock(clock).await?;
    world::reset_counters(&mut turn.tx).await?;
    turn.has_settled = true;
    turn.move_to(clock.at(turn.real.at));
    Ok(())
}
