//! What pages of the desk show and can change while they are open.

use crate::fault::Fault;
use crate::shapes::event::Event;
use crate::store::{events, hit_lists, review};
use crate::time::Instant;
use crate::turn::Turn;
use crate::views::desk::batches::{self, BatchView};
use crate::views::desk::hit::EVENTS;

pub use crate::store::hit_lists::ListedHit;
pub use crate::store::review::Decided;

/// What a page shows.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// HITs, by id.
    pub hits: Vec<String>,
    /// Assignments, by id.
    pub answers: Vec<String>,
    /// The batch whose progress is shown.
    pub batch: Option<i64>,
    /// The HIT whose events are listed, by id; empty if none are.
    pub events_of: String,
}

/// What became of it. What is another requester's is not there.
#[derive(Debug, Default)]
pub struct State {
    /// The HITs.
    pub hits: Vec<ListedHit>,
    /// The assignments.
    pub answers: Vec<Decided>,
    /// The batch.
    pub batch: Option<BatchView>,
    /// The latest events, the latest first.
    pub events: Vec<Event>,
    /// The market's time.
    pub now: Instant,
}

/// Reads what became of what a page shows.
pub async fn state(turn: &mut Turn, shown: &Shown) -> Result<State, Fault> {
    let batch = match shown.batch {
        Some(key) => present(batches::show(turn, key).await)?,
        None => None,
    };
    let Turn { tx, requester, now, .. } = turn;
    let mut state = State { now: *now, batch, ..State::default() };
    if !shown.hits.is_empty() {
        state.hits = hit_lists::named(tx, &requester.id, &shown.hits).await?;
    }
    if !shown.answers.is_empty() {
        state.answers = review::decided(tx, &requester.id, &shown.answers).await?;
    }
    if !shown.events_of.is_empty() {
        let of = &shown.events_of;
        state.events = events::latest_of_hit(tx, &requester.id, of, EVENTS).await?;
    }
    Ok(state)
}

/// What was found; none where there is none.
fn present<T>(found: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(fault) if fault.refusal().is_some() => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The number of the latest event of the market.
pub async fn last_event(turn: &mut Turn) -> Result<i64, Fault> {
    Ok(events::ends(&mut turn.tx).await?.map_or(0, |(_, last)| last))
}
