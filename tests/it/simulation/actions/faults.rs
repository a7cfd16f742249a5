//! Rules by which the next calls of an operation fail, or lose their answers.

use std::sync::Arc;

use serde_json::json;

use super::{Action, Call};
use crate::simulation::chance::Chance;
use crate::simulation::model::{How, Model, Rule};

/// Nobody else calls these.
const OPERATIONS: [&str; 4] =
    ["CreateHIT", "CreateAdditionalAssignmentsForHIT", "ApproveAssignment", "SendBonus"];

#[derive(Debug)]
struct Fail(Rule);

pub fn fail(_: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let how = *chance.pick(&[How::Throttled, How::Fails, How::Lost])?;
    let operation = chance.pick(&OPERATIONS)?;
    Some(Arc::new(Fail(Rule { operation, how, times: chance.between(1, 2) })))
}

impl Action for Fail {
    fn call(&self, _: &Model) -> Call {
        let Rule { operation, how, times } = &self.0;
        let mut rule = json!({"Operation": operation, "Times": times});
        match how {
            How::Throttled => rule["Error"] = json!("ThrottlingException"),
            How::Fails => rule["Error"] = json!("ServiceFault"),
            How::Lost => rule["AfterCommit"] = json!(true),
        }
        Call::Control("/faults".into(), rule)
    }

    fn apply(&self, model: &mut Model) -> bool {
        model.faults.push(self.0.clone());
        true
    }

    fn takes_several_turns(&self) -> bool {
        true
    }
}
