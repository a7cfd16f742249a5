//! CreateHITWithHITType: a HIT of a HIT type that exists.

use serde::Deserialize;

use crate::actions;
use crate::actions::requirements::check_types;
use crate::fault::{Code, Fault};
use crate::ops::Member;
use crate::shapes::hit::NewHit;
use crate::store::hit_types::{self, HitType};
use crate::store::hits::Hit;
use crate::turn::Turn;

#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: String,
    #[serde(flatten)]
    pub new: NewHit,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Member<Hit>, Fault> {
    let checked = actions::hit::check_new(turn, input.new).await?;
    let hit_type = hit_type(turn, &input.hit_type_id).await?;
    Ok(Member("HIT", actions::hit::create_hit(turn, hit_type, checked).await?))
}

/// The requester's HIT type with that id.
///
/// A qualification type that is deleted takes the HIT types that require it along.
/// Assumed: the fault of a type that is not there, as clients of the older API saw it.
///
/// # Errors
/// No such HIT type, or another requester's; it requires a qualification type that is deleted or
/// inactive.
pub(super) async fn hit_type(turn: &mut Turn, id: &str) -> Result<HitType, Fault> {
    let found = hit_types::find(&mut turn.tx, &turn.requester.id, id).await?;
    let gone = || Fault::invalid_value("HITTypeId", id);
    let found = found.ok_or_else(gone)?;
    match check_types(turn, &found.values.requirements).await {
        Ok(()) => Ok(found),
        Err(fault) if fault.code() == Some(Code::QualificationTypeDoesNotExist) => Err(gone()),
        Err(fault) => Err(fault),
    }
}
