//! CreateHITType: the same values give the same HIT type again.

use crate::actions::hit_type::find_or_add;
use crate::fault::Fault;
use crate::ops::Member;
use crate::rules::hit_type::Values;
use crate::shapes::hit::HitTypeMembers;
use crate::turn::Turn;

pub(super) async fn run(turn: &mut Turn, input: HitTypeMembers) -> Result<Member<String>, Fault> {
    let values = Values::check(input)?;
    Ok(Member("HITTypeId", find_or_add(turn, values).await?.id))
}
