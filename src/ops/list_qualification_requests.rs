//! ListQualificationRequests: what workers requested and the requester has not decided.
//!
//! Assumed: the list of a deleted type is empty.

use serde::Deserialize;

use crate::fault::Fault;
use crate::ops::list::{PageOf, PageRequest};
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_types;
use crate::turn::Turn;

/// Which requests.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Filter {
    pub qualification_type_id: Option<String>,
}

pub(super) async fn run(
    turn: &mut Turn,
    input: PageRequest<Filter>,
) -> Result<PageOf<QualificationRequest>, Fault> {
    let id = input.filter.qualification_type_id.as_deref();
    let list = input.list(turn, "ListQualificationRequests", vec![id.unwrap_or_default()])?;
    let Turn { tx, requester, .. } = turn;
    let found = qualification_requests::list(tx, &requester.id, id, list.page).await?;
    if let (true, None, Some(id)) = (found.is_empty(), list.page.after, id) {
        qualification_types::known(tx, &requester.id, id).await?;
    }
    let shown = found.into_iter().map(|request| (request.position, request));
    Ok(list.answer("QualificationRequests", shown))
}
