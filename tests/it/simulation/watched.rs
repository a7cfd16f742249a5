//! Whoever waits for changes of a HIT or of its requester's HITs is woken by each.

use mturk_local::engine::Changes;
use mturk_local::ids::requester_of;

use super::model::{Hit, Model, REQUESTERS, State};
use crate::world::World;

/// What a HIT is to those who wait for it.
type Shown = (&'static str, [i64; 4], usize);

/// The HITs before something happens, and who waits for changes of them.
pub struct Watched {
    hits: Vec<(String, Shown, [Changes; 2])>,
}

impl Watched {
    pub fn begin(world: &World, model: &Model) -> Self {
        let engine = world.emulator.engine();
        let hits = model.hits.iter().enumerate().map(|(at, hit)| {
            let owner = requester_of(REQUESTERS[hit.owner]);
            let changes = [&hit.id, &owner].map(|id| engine.changes_of(id));
            (hit.id.clone(), shown(model, at, hit), changes)
        });
        Self { hits: hits.collect() }
    }

    /// Those HITs that changed have woken who waits.
    pub fn check(&self, model: &Model) -> Result<(), String> {
        for (at, (hit, (id, before, waiting))) in model.hits.iter().zip(&self.hits).enumerate() {
            let now = shown(model, at, hit);
            let is_told = waiting.iter().all(Changes::has_changed);
            if hit.id == *id && now != *before && !is_told {
                return Err(format!("{id} was {before:?} and is {now:?}, but wakes nobody"));
            }
        }
        Ok(())
    }
}

fn shown(model: &Model, at: usize, hit: &Hit) -> Shown {
    let states = [State::Accepted, State::Submitted, State::Approved, State::Rejected];
    let events = model.events.iter().filter(|event| event.hit == at).count();
    (hit.status, states.map(|state| hit.count(state)), events)
}
