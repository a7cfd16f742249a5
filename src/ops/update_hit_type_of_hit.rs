//! UpdateHITTypeOfHIT: a HIT that nobody has worked on takes on another HIT type.
//!
//! Assumed: code and sentence where somebody has.

use serde::Deserialize;

use crate::actions::hit::save_hit;
use crate::actions::money::hold_funds;
use crate::actions::robots::waiting::wake_for;
use crate::fault::Fault;
use crate::money::Cents;
use crate::ops::create_hit_with_hit_type;
use crate::shapes::hit::HitStatus;
use crate::store::{hit_groups, hit_requirements, hits};
use crate::turn::Turn;

#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: String,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
    let hit_type = create_hit_with_hit_type::hit_type(turn, &input.hit_type_id).await?;
    hit.standing.change_type(turn.now)?;
    hit_requirements::remove(&mut turn.tx, &hit).await?;
    hit.hit_type = hit_type;
    hit_requirements::add(&mut turn.tx, &hit).await?;
    let standing = hit.standing;
    hold_funds(turn, &mut hit, standing, Cents(0)).await?;
    save_hit(turn, &mut hit).await?;
    if hit.status == HitStatus::Assignable {
        hit_groups::list(&mut turn.tx, &hit.hit_type.id, turn.arrived_at).await?;
        wake_for(turn, &hit).await?;
    }
    Ok(())
}
