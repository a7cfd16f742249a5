//! ListWorkersWithQualificationType: who has a qualification of the requester's type.
//!
//! Assumed: the newest first; those who have it, unless the request names those who had it; of a
//! deleted type too, as its qualifications stay.

use serde::Deserialize;

use crate::fault::Fault;
use crate::ops::list::{PageOf, PageRequest};
use crate::shapes::qualification::QualificationStatus;
use crate::store::qualification_types;
use crate::store::qualifications::{self, Qualification};
use crate::turn::Turn;

/// Which workers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    pub qualification_type_id: String,
    pub status: Option<QualificationStatus>,
}

pub(super) async fn run(
    turn: &mut Turn,
    input: PageRequest<Filter>,
) -> Result<PageOf<Qualification>, Fault> {
    let id = &input.filter.qualification_type_id;
    let status = input.filter.status.unwrap_or(QualificationStatus::Granted);
    let chosen_by = vec![id.as_str(), status.as_str()];
    let list = input.list(turn, "ListWorkersWithQualificationType", chosen_by)?;
    let Turn { tx, requester, .. } = turn;
    let found = qualifications::list(tx, &requester.id, id, status, list.page).await?;
    if found.is_empty() && list.page.after.is_none() {
        qualification_types::known(tx, &requester.id, id).await?;
    }
    Ok(list.answer("Qualifications", found.into_iter().map(|held| (held.key, held))))
}
