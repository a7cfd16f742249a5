//! CreateHITType: the same values give the same HIT type again.

use crate::actions::requirements::check_types;
use crate::fault::Fault;
use crate::ops::Member;
use crate::rules::hit_type::Values;
use crate::shapes::hit::HitTypeMembers;
use crate::store::hit_types::{self, HitType};
use crate::turn::Turn;

pub(super) async fn run(turn: &mut Turn, input: HitTypeMembers) -> Result<Member<String>, Fault> {
    let values = Values::check(input)?;
    Ok(Member("HITTypeId", find_or_add(turn, values).await?.id))
}

/// The requester's HIT type with these values.
///
/// # Errors
/// It requires a qualification type that does not exist or is not active.
pub(super) async fn find_or_add(turn: &mut Turn, values: Values) -> Result<HitType, Fault> {
    check_types(turn, &values.requirements).await?;
    let Turn { tx, ids, requester, .. } = turn;
    hit_types::find_or_add(tx, &requester.id, values, || (ids.entity(), ids.entity())).await
}
