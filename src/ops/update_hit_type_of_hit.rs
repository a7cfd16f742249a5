//! UpdateHITTypeOfHIT: a HIT that nobody has worked on takes on another HIT type.
//!
//! Assumed: code and sentence where somebody has.

use serde::Deserialize;

use crate::acts::hold::hold;
use crate::acts::keep_hit::keep_hit;
use crate::fault::Fault;
use crate::money::Cents;
use crate::ops::{Operation, Void, create_hit_with_hit_type};
use crate::shapes::hit::HitStatus;
use crate::store::{hit_groups, hit_requirements, hits};
use crate::turn::{Access, Turn};

/// `UpdateHITTypeOfHIT`.
#[derive(Debug)]
pub struct UpdateHitTypeOfHit;

/// The request.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: String,
}

impl Operation for UpdateHitTypeOfHit {
    const NAME: &'static str = "UpdateHITTypeOfHIT";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
        let hit_type = create_hit_with_hit_type::hit_type(turn, &input.hit_type_id).await?;
        hit.standing.change_type(turn.now)?;
        hit_requirements::remove(&mut turn.tx, &hit).await?;
        hit.hit_type = hit_type;
        hit_requirements::add(&mut turn.tx, &hit).await?;
        let standing = hit.standing;
        hold(turn, &mut hit, standing, Cents(0)).await?;
        keep_hit(turn, &mut hit).await?;
        if hit.status == HitStatus::Assignable {
            hit_groups::list(&mut turn.tx, &hit.hit_type.id, turn.arrived_at).await?;
        }
        Ok(Void {})
    }
}
