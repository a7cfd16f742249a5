//! CreateAdditionalAssignmentsForHIT: more places; an expired HIT stays expired.
//!
//! Assumed: the sentences where fewer than ten would become ten or more, and where the HIT is of
//! before 2015-07-22.

use serde::Deserialize;

use crate::actions::hit::extend;
use crate::actions::idempotency::check_idempotency;
use crate::fault::Fault;
use crate::rules::limits::ASSIGNMENTS;
use crate::rules::unique_request_token::Scope;
use crate::store::hits;
use crate::turn::Turn;

#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(rename = "NumberOfAdditionalAssignments")]
    pub additional: i64,
    #[serde(rename = "UniqueRequestToken")]
    pub unique_request_token: Option<String>,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
    ASSIGNMENTS.check("NumberOfAdditionalAssignments", input.additional)?;
    if let Some(token) = &input.unique_request_token {
        check_idempotency(turn, Scope::AdditionalAssignments, token, &hit.id).await?;
    }
    extend(turn, &mut hit, input.additional, None).await
}
