//! GetAssignment: submitted work and its HIT, until the HIT is deleted.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::shapes::assignment::Assignment;
use crate::store::assignments::Placed;
use crate::store::hits::Hit;
use crate::store::{acceptances, assignments};
use crate::turn::{Access, Turn};

/// `GetAssignment`.
#[derive(Debug)]
pub struct GetAssignment;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub assignment_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    pub assignment: Assignment,
    #[serde(rename = "HIT")]
    pub hit: Hit,
}

impl Operation for GetAssignment {
    const NAME: &'static str = "GetAssignment";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let wanted = "Reviewable,Approved,Rejected";
        let (placed, hit) = submitted(turn, &input.assignment_id, wanted).await?;
        Ok(Output { assignment: placed.assignment, hit })
    }
}

/// The requester's submitted assignment with its HIT.
///
/// # Errors
/// Unknown or another requester's; taken but not submitted, in the words of `wanted`.
pub(super) async fn submitted(
    turn: &mut Turn,
    id: &str,
    wanted: &str,
) -> Result<(Placed, Hit), Fault> {
    let Turn { tx, requester, .. } = turn;
    if let Some(found) = assignments::owned(tx, &requester.id, id).await? {
        return Ok(found);
    }
    Err(match acceptances::find_owned(tx, &requester.id, id).await? {
        Some(_) => Fault::invalid_assignment_state(wanted),
        None => Fault::assignment_does_not_exist(id),
    })
}
