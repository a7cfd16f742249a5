//! ListReviewableHITs: HITs that are Reviewable, or Reviewing, of one HIT type or of all.
//!
//! Each is its HITId and nothing else (two public reports, and a sample of the older API).
//!
//! Assumed: the latest expiration first, as the older API's reference names its default.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::page::Listing;
use crate::shapes::hit::HitStatus;
use crate::store::hits;
use crate::turn::{Access, Turn};

/// `ListReviewableHITs`.
#[derive(Debug)]
pub struct ListReviewableHits;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: Option<String>,
    pub status: Option<HitStatus>,
    pub next_token: Option<String>,
    pub max_results: Option<i64>,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    pub num_results: usize,
    #[serde(rename = "HITs")]
    pub hits: Vec<ReviewableHit>,
}

/// A HIT as this operation alone shows it.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct ReviewableHit {
    #[serde(rename = "HITId")]
    pub hit_id: String,
}

impl Operation for ListReviewableHits {
    const NAME: &'static str = "ListReviewableHITs";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Turn { tx, requester, page_key, .. } = turn;
        let status = input.status.unwrap_or(HitStatus::Reviewable);
        let hit_type_id = input.hit_type_id.as_deref();
        let list = Listing {
            requester_id: &requester.id,
            operation: Self::NAME,
            chosen_by: &[hit_type_id.unwrap_or_default(), status.as_str()],
        };
        let page = list.page(page_key, input.next_token.as_deref(), input.max_results)?;
        let hits = hits::list_status(tx, &requester.id, hit_type_id, status, page).await?;
        let next_token = hits.last().map(|hit| list.seal(page_key, hit.expiry_position));
        let hits: Vec<_> = hits.into_iter().map(|hit| ReviewableHit { hit_id: hit.id }).collect();
        Ok(Output { next_token, num_results: hits.len(), hits })
    }
}
