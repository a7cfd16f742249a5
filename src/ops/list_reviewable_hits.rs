//! ListReviewableHITs: HITs that are Reviewable, or Reviewing, of one HIT type or of all.
//!
//! Each is its HITId and nothing else (two public reports, and a sample of the older API).
//!
//! Assumed: the latest expiration first, as the older API's reference names its default.

use serde::Deserialize;

use crate::fault::Fault;
use crate::ops::Member;
use crate::ops::list::{PageOf, PageRequest};
use crate::shapes::hit::HitStatus;
use crate::store::hits;
use crate::turn::Turn;

/// Which HITs.
#[derive(Deserialize)]
pub struct Filter {
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: Option<String>,
    #[serde(rename = "Status")]
    pub status: Option<HitStatus>,
}

pub(super) async fn run(
    turn: &mut Turn,
    input: PageRequest<Filter>,
) -> Result<PageOf<Member<String>>, Fault> {
    let type_id = input.filter.hit_type_id.as_deref();
    let status = input.filter.status.unwrap_or(HitStatus::Reviewable);
    let chosen_by = vec![type_id.unwrap_or_default(), status.as_str()];
    let list = input.list(turn, "ListReviewableHITs", chosen_by)?;
    let Turn { tx, requester, .. } = turn;
    let found = hits::list_status(tx, &requester.id, type_id, status, list.page).await?;
    let shown = found.into_iter().map(|hit| (hit.expiry_position, Member("HITId", hit.id)));
    Ok(list.answer("HITs", shown))
}
