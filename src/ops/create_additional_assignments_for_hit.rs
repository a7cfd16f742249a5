//! CreateAdditionalAssignmentsForHIT: more places; an expired HIT stays expired.

use serde::Deserialize;

use crate::acts::keep_hit::keep_hit;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::rules::limits::ASSIGNMENTS;
use crate::rules::unique_request_token::Scope;
use crate::store::{hits, unique_request_tokens};
use crate::turn::{Access, Turn};

/// `CreateAdditionalAssignmentsForHIT`.
#[derive(Debug)]
pub struct CreateAdditionalAssignmentsForHit;

/// The request.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(rename = "NumberOfAdditionalAssignments")]
    pub additional: i64,
    #[serde(rename = "UniqueRequestToken")]
    pub unique_request_token: Option<String>,
}

impl Operation for CreateAdditionalAssignmentsForHit {
    const NAME: &'static str = "CreateAdditionalAssignmentsForHIT";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
        ASSIGNMENTS.check("NumberOfAdditionalAssignments", input.additional)?;
        if let Some(token) = &input.unique_request_token {
            first_time(turn, token, &hit.id).await?;
        }
        hit.standing = hit.standing.add_assignments(input.additional, turn.now)?;
        keep_hit(turn, &mut hit).await?;
        Ok(Void {})
    }
}

/// Fails if the requester used the token for more assignments within a day, and remembers it.
async fn first_time(turn: &mut Turn, token: &str, hit_id: &str) -> Result<(), Fault> {
    let Turn { tx, requester, now, .. } = turn;
    let scope = Scope::AdditionalAssignments;
    let made = unique_request_tokens::find(tx, &requester.id, scope, token, *now).await?;
    if let Some(made) = made {
        return Err(scope.repeated(token, &made));
    }
    unique_request_tokens::keep(tx, &requester.id, scope, token, hit_id, *now).await
}
