//! UpdateHITReviewStatus: from Reviewable to Reviewing, or back.

use serde::Deserialize;

use crate::actions::hit::save_hit;
use crate::fault::Fault;
use crate::store::hits;
use crate::turn::Turn;

#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(rename = "Revert", default)]
    pub revert: Option<bool>,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
    hit.standing = hit.standing.review(input.revert.unwrap_or(false), turn.now)?;
    save_hit(turn, &mut hit).await
}
