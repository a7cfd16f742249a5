//! Robots come, and go.

use std::sync::Arc;

use serde_json::json;

use super::{Action, Call, any_hit};
use crate::simulation::chance::Chance;
use crate::simulation::model::{Crowd, Model, ROBOTS, prefix};

/// A crowd for one HIT, which says the same by value or by weights.
#[derive(Debug)]
struct Come {
    hit: usize,
    is_right: bool,
    by_weights: bool,
}

pub fn come(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let hit = any_hit(model, chance)?;
    Some(Arc::new(Come { hit, is_right: chance.one_in(2), by_weights: chance.one_in(2) }))
}

impl Action for Come {
    fn call(&self, model: &Model) -> Call {
        let value = if self.is_right { "right" } else { "wrong" };
        let answerer = if self.by_weights { json!({"Weights": {value: 3}}) } else { json!(value) };
        let script = json!({"Workers": ROBOTS, "WorkerIdPrefix": prefix(model.crowds_made),
            "HITs": {"Title": model.hits[self.hit].name}, "WorkTime": {"Min": "0s"},
            "Answers": {"q": answerer}});
        Call::Control("/robots".into(), script)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let Self { hit, is_right, .. } = *self;
        model.crowds.push(Crowd { number: model.crowds_made, hit, is_right });
        model.crowds_made += 1;
        true
    }

    fn takes_several_turns(&self) -> bool {
        true
    }
}

/// All of them.
#[derive(Debug)]
struct Go;

pub fn go(model: &Model, _: &mut Chance) -> Option<Arc<dyn Action>> {
    (!model.crowds.is_empty()).then(|| Arc::new(Go) as Arc<dyn Action>)
}

impl Action for Go {
    fn call(&self, _: &Model) -> Call {
        Call::Delete("/robots".into())
    }

    fn apply(&self, model: &mut Model) -> bool {
        model.crowds.clear();
        true
    }
}
