//! ListHITs: the requester's HITs, newest first, without deleted ones.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::page::Listing;
use crate::store::hits::{self, Hit};
use crate::turn::{Access, Turn};

/// `ListHITs`.
#[derive(Debug)]
pub struct ListHits;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
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
    pub hits: Vec<Hit>,
}

impl Operation for ListHits {
    const NAME: &'static str = "ListHITs";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Turn { tx, requester, page_key, .. } = turn;
        let list = Listing { requester_id: &requester.id, operation: Self::NAME, chosen_by: &[] };
        let page = list.page(page_key, input.next_token.as_deref(), input.max_results)?;
        let hits = hits::list(tx, &requester.id, page).await?;
        let next_token = hits.last().map(|hit| list.seal(page_key, hit.position));
        Ok(Output { next_token, num_results: hits.len(), hits })
    }
}
