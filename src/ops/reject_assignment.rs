//! RejectAssignment: submitted work, with a reason.

use serde::Deserialize;

use crate::actions::review::reject;
use crate::fault::Fault;
use crate::ops::get_assignment;
use crate::rules::limits;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub assignment_id: String,
    pub requester_feedback: String,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let feedback = input.requester_feedback;
    limits::at_most("RequesterFeedback", &feedback, limits::REQUESTER_FEEDBACK)?;
    let (mut placed, mut hit) =
        get_assignment::submitted(turn, &input.assignment_id, "null").await?;
    reject(turn, &mut placed, &mut hit, feedback).await
}
