//! The market is kept under a name, and goes back to what was kept.

use std::sync::Arc;

use serde_json::Value;

use super::{Action, Call};
use crate::simulation::chance::Chance;
use crate::simulation::model::Model;

#[derive(Debug)]
struct Keep(String);

#[derive(Debug)]
struct Restore(String);

/// A new name mostly, and now and then one that was used.
#[expect(clippy::unnecessary_wraps, reason = "others may have nothing to be about")]
pub fn keep(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    Some(Arc::new(Keep(format!("kept-{}", chance.below(model.snapshots.len() + 2)))))
}

pub fn restore(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let names: Vec<&String> = model.snapshots.keys().collect();
    let name = chance.pick(&names)?;
    Some(Arc::new(Restore((*name).clone())))
}

impl Action for Keep {
    fn call(&self, _: &Model) -> Call {
        Call::Control(format!("/snapshots/{}", self.0), Value::Null)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let mut kept = model.clone();
        kept.snapshots.clear();
        model.snapshots.insert(self.0.clone(), kept);
        true
    }

    fn takes_several_turns(&self) -> bool {
        true
    }
}

impl Action for Restore {
    fn call(&self, _: &Model) -> Call {
        Call::Control(format!("/snapshots/{}/restore", self.0), Value::Null)
    }

    /// What was kept since stays, and lists that were begun before end.
    fn apply(&self, model: &mut Model) -> bool {
        let Some(kept) = model.snapshots.get(&self.0).cloned() else { return false };
        let (snapshots, loads) = (std::mem::take(&mut model.snapshots), model.loads + 1);
        *model = Model { loads, snapshots, ..kept };
        true
    }

    fn takes_several_turns(&self) -> bool {
        true
    }

    fn goes_back(&self) -> bool {
        true
    }
}
