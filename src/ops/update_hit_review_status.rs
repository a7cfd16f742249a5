//! UpdateHITReviewStatus: from Reviewable to Reviewing, or back.

use serde::Deserialize;

use crate::acts::keep_hit::keep_hit;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::store::hits;
use crate::turn::{Access, Turn};

/// `UpdateHITReviewStatus`.
#[derive(Debug)]
pub struct UpdateHitReviewStatus;

/// The request.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(rename = "Revert", default)]
    pub revert: Option<bool>,
}

impl Operation for UpdateHitReviewStatus {
    const NAME: &'static str = "UpdateHITReviewStatus";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
        hit.standing = hit.standing.review(input.revert.unwrap_or(false), turn.now)?;
        keep_hit(turn, &mut hit).await?;
        Ok(Void {})
    }
}
