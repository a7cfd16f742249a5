//! RejectAssignment: submitted work, with a reason.

use serde::Deserialize;

use crate::acts::reject::reject;
use crate::fault::Fault;
use crate::ops::{Operation, Void, get_assignment};
use crate::rules::limits;
use crate::turn::{Access, Turn};

/// `RejectAssignment`.
#[derive(Debug)]
pub struct RejectAssignment;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub assignment_id: String,
    pub requester_feedback: String,
}

impl Operation for RejectAssignment {
    const NAME: &'static str = "RejectAssignment";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let feedback = input.requester_feedback;
        limits::at_most("RequesterFeedback", &feedback, limits::REQUESTER_FEEDBACK)?;
        let (mut placed, mut hit) =
            get_assignment::submitted(turn, &input.assignment_id, "null").await?;
        reject(turn, &mut placed, &mut hit, feedback).await?;
        Ok(Void {})
    }
}
