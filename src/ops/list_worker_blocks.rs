//! ListWorkerBlocks: whom the requester blocked. Assumed: the newest first.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::page::Listing;
use crate::store::worker_blocks;
use crate::turn::{Access, Turn};

/// `ListWorkerBlocks`.
#[derive(Debug)]
pub struct ListWorkerBlocks;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub next_token: Option<String>,
    pub max_results: Option<i64>,
}

/// One block.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct WorkerBlock {
    pub worker_id: String,
    pub reason: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_token: Option<String>,
    pub num_results: usize,
    pub worker_blocks: Vec<WorkerBlock>,
}

impl Operation for ListWorkerBlocks {
    const NAME: &'static str = "ListWorkerBlocks";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Turn { tx, requester, page_key, .. } = turn;
        let list = Listing { requester_id: &requester.id, operation: Self::NAME, chosen_by: &[] };
        let page = list.page(page_key, input.next_token.as_deref(), input.max_results)?;
        let blocks = worker_blocks::list(tx, &requester.id, page).await?;
        let next_token = blocks.last().map(|(_, place)| list.seal(page_key, *place));
        let shown = |(block, _): (worker_blocks::WorkerBlock, i64)| WorkerBlock {
            worker_id: block.worker_id,
            reason: block.reason,
        };
        let num_results = blocks.len();
        let worker_blocks = blocks.into_iter().map(shown).collect();
        Ok(Output { next_token, num_results, worker_blocks })
    }
}
