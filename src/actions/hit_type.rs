//! HIT types: the same values are the same HIT type.

use crate::actions::requirements::check_types;
use crate::fault::Fault;
use crate::rules::hit_type::Values;
use crate::store::hit_types::{self, HitType};
use crate::turn::Turn;

/// The requester's HIT type with these values.
///
/// # Errors
/// It requires a qualification type that does not exist or is not active.
pub async fn find_or_add(turn: &mut Turn, values: Values) -> Result<HitType, Fault> {
    check_types(turn, &values.requirements).await?;
    let Turn { tx, ids, requester, .. } = turn;
    hit_types::find_or_add(tx, &requester.id, values, || (ids.entity(), ids.entity())).await
}
