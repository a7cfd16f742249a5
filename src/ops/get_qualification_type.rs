//! GetQualificationType: anybody's type, and the system's.

use serde::Deserialize;

use crate::actions::requirements::exists;
use crate::fault::Fault;
use crate::ops::Member;
use crate::rules::qualification::system::System;
use crate::shapes::qualification::QualificationTypeStatus;
use crate::store::qualification_types::{self, QualificationType};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub qualification_type_id: String,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Member<QualificationType>, Fault> {
    Ok(Member("QualificationType", find(turn, &input.qualification_type_id).await?))
}

/// The type with that id as the requester sees it, the system's types included.
///
/// Assumed: a deleted type does not exist at once. The other reading: it is there, as Disposing,
/// until no HIT requires it any more.
async fn find(turn: &mut Turn, id: &str) -> Result<QualificationType, Fault> {
    if let Some(system) = System::find(id).filter(|system| exists(turn, system)) {
        return Ok(QualificationType::of_system(system));
    }
    let found = qualification_types::find(&mut turn.tx, id).await?;
    found
        .filter(|of| of.status != QualificationTypeStatus::Disposing)
        .map(|of| of.shown_to(&turn.requester.id))
        .ok_or_else(|| Fault::qualification_type_does_not_exist(id))
}
