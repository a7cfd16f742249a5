//! ApproveAssignment: submitted work, or rejected work within 30 days.

use serde::Deserialize;

use crate::actions::review::{Approval, approve};
use crate::fault::Fault;
use crate::ops::get_assignment;
use crate::rules::limits;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub assignment_id: String,
    pub requester_feedback: Option<String>,
    pub override_rejection: Option<bool>,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let feedback = input.requester_feedback;
    let max = limits::REQUESTER_FEEDBACK;
    limits::optional_at_most("RequesterFeedback", feedback.as_deref(), max)?;
    let (mut placed, mut hit) =
        get_assignment::submitted(turn, &input.assignment_id, "null").await?;
    let override_rejection = input.override_rejection.unwrap_or(false);
    let approval = Approval { feedback, override_rejection };
    approve(turn, &mut placed, &mut hit, approval).await
}
