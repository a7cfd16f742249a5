//! CreateHIT: a HIT and, if its values are new, its HIT type.

use serde::Deserialize;

use crate::actions;
use crate::fault::Fault;
use crate::ops::Member;
use crate::rules::hit_type::Values;
use crate::shapes::hit::{HitTypeMembers, NewHit};
use crate::store::hits::Hit;
use crate::turn::Turn;

#[derive(Deserialize)]
pub struct Input {
    #[serde(flatten)]
    pub values: HitTypeMembers,
    #[serde(flatten)]
    pub new: NewHit,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Member<Hit>, Fault> {
    let values = Values::check(input.values)?;
    let checked = actions::hit::check_new(turn, input.new).await?;
    let hit_type = actions::hit_type::find_or_add(turn, values).await?;
    Ok(Member("HIT", actions::hit::create_hit(turn, hit_type, checked).await?))
}
