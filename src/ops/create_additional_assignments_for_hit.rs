//! CreateAdditionalAssignmentsForHIT: more places; an expired HIT stays expired.
//!
//! Assumed: the sentences where fewer than ten would become ten or more, and where the HIT is of
//! before 2015-07-22.

use serde::Deserialize;

use crate::acts::extend::extend;
use crate::acts::first_time::first_time;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::rules::limits::ASSIGNMENTS;
use crate::rules::unique_request_token::Scope;
use crate::store::hits;
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
            first_time(turn, Scope::AdditionalAssignments, token, &hit.id).await?;
        }
        extend(turn, &mut hit, input.additional, None).await?;
        Ok(Void {})
    }
}
