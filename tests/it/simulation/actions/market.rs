//! What happens to the market as a whole.

use std::sync::Arc;

use serde_json::json;

use super::{Action, Call};
use crate::simulation::chance::Chance;
use crate::simulation::model::{Model, SECOND};

/// The clock moves on by so many seconds.
#[derive(Debug)]
pub struct Advance(pub i64);

#[expect(clippy::unnecessary_wraps, reason = "others may have nothing to be about")]
pub fn advance(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let next = model.timers().first().map_or(60, |(due_at, ..)| (due_at - model.now) / SECOND);
    let seconds = match chance.below(4) {
        0 => chance.between(0, 120),
        // Exactly to the next timer, or just before it.
        1 => next.max(0),
        2 => (next - 1).max(0),
        _ => chance.between(3600, 4 * 86_400),
    };
    let is_long = chance.one_in(12);
    Some(Arc::new(Advance(if is_long { seconds + 100 * 86_400 } else { seconds })))
}

impl Action for Advance {
    fn call(&self, _: &Model) -> Call {
        Call::Control("/clock".into(), json!({"advance": format!("{}s", self.0)}))
    }

    fn apply(&self, model: &mut Model) -> bool {
        model.advance_to(model.now + self.0 * SECOND);
        true
    }

    fn takes_several_turns(&self) -> bool {
        true
    }
}

#[derive(Debug)]
struct Reload;

#[expect(clippy::unnecessary_wraps, reason = "others may have nothing to be about")]
pub fn reload(_: &Model, _: &mut Chance) -> Option<Arc<dyn Action>> {
    Some(Arc::new(Reload))
}

impl Action for Reload {
    fn call(&self, _: &Model) -> Call {
        Call::Reload
    }

    /// Tokens and events are no part of a world.
    fn apply(&self, model: &mut Model) -> bool {
        model.tokens.values_mut().for_each(|until| *until = 0);
        model.events.clear();
        model.loads += 1;
        true
    }

    fn takes_several_turns(&self) -> bool {
        true
    }
}
