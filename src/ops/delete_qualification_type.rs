//! DeleteQualificationType: nobody can ask for it or require it any more.
//!
//! Who has the qualification keeps it, since HITs may need it; requests that await the requester
//! are rejected. The name is free when no HIT requires the type any more.
//!
//! Assumed: a second deletion is refused with the states that it needs, as recorded, however much
//! later. The other reading: the type does not exist when no HIT requires it any more.

use crate::fault::Fault;
use crate::ops::get_qualification_type::Input;
use crate::shapes::qualification::QualificationTypeStatus;
use crate::store::{qualification_requests, qualification_types};
use crate::turn::Turn;

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let Turn { tx, requester, .. } = turn;
    let id = &input.qualification_type_id;
    let mut of = qualification_types::owned(tx, &requester.id, id).await?;
    of.status = QualificationTypeStatus::Disposing;
    qualification_types::save(tx, &of).await?;
    qualification_requests::reject_pending(tx, &requester.id, id).await
}
