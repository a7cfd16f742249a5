//! GetAssignment: submitted work and its HIT, until the HIT is deleted.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::shapes::assignment::Assignment;
use crate::store::assignments::Placed;
use crate::store::hits::Hit;
use crate::store::{acceptances, assignments};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub assignment_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    pub assignment: Assignment,
    #[serde(rename = "HIT")]
    pub hit: Hit,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
    let needed = "Reviewable,Approved,Rejected";
    let (placed, hit) = submitted(turn, &input.assignment_id, needed).await?;
    Ok(Output { assignment: placed.assignment, hit })
}

/// The requester's submitted assignment with its HIT.
///
/// # Errors
/// Unknown or another requester's; taken but not submitted, with the states `needed`.
pub(super) async fn submitted(
    turn: &mut Turn,
    id: &str,
    needed: &str,
) -> Result<(Placed, Hit), Fault> {
    let Turn { tx, requester, .. } = turn;
    if let Some(found) = assignments::owned(tx, &requester.id, id).await? {
        return Ok(found);
    }
    Err(match acceptances::find_owned(tx, &requester.id, id).await? {
        Some(_) => Fault::invalid_assignment_state(needed),
        None => Fault::assignment_does_not_exist(id),
    })
}
