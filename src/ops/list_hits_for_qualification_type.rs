//! ListHITsForQualificationType: the requester's HITs that require a type, without deleted ones.
//!
//! Assumed: newest first, as in ListHITs; the type may be anybody's or the system's; the list of a
//! deleted type stays, since HITs may require it still.

use crate::actions::requirements::exists;
use crate::fault::Fault;
use crate::ops::get_qualification_type::Input;
use crate::ops::list::{PageOf, PageRequest};
use crate::rules::qualification::system::System;
use crate::store::hits::Hit;
use crate::store::{hit_requirements, qualification_types};
use crate::turn::Turn;

pub(super) async fn run(turn: &mut Turn, input: PageRequest<Input>) -> Result<PageOf<Hit>, Fault> {
    let id = &input.filter.qualification_type_id;
    let list = input.list(turn, "ListHITsForQualificationType", vec![id])?;
    let found = hit_requirements::list(&mut turn.tx, &turn.requester.id, id, list.page).await?;
    if found.is_empty() && list.page.after.is_none() {
        check_known(turn, id).await?;
    }
    Ok(list.answer("HITs", found.into_iter().map(|hit| (hit.position, hit))))
}

/// Whether there is such a type, or was.
async fn check_known(turn: &mut Turn, id: &str) -> Result<(), Fault> {
    if System::find(id).is_some_and(|system| exists(turn, system)) {
        return Ok(());
    }
    match qualification_types::find(&mut turn.tx, id).await? {
        Some(_) => Ok(()),
        None => Err(Fault::qualification_type_does_not_exist(id)),
    }
}
