//! CreateWorkerBlock: the worker can accept none of the requester's HITs.
//!
//! Assumed: who is blocked already stays so for the newer reason; the fault of one block too many.

use serde::Deserialize;

use crate::acts::make_known::make_known;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::rules::limits::WORKER_BLOCKS;
use crate::store::worker_blocks::{self, WorkerBlock};
use crate::turn::{Access, Turn};

/// `CreateWorkerBlock`.
#[derive(Debug)]
pub struct CreateWorkerBlock;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub worker_id: String,
    pub reason: String,
}

impl Operation for CreateWorkerBlock {
    const NAME: &'static str = "CreateWorkerBlock";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let Input { worker_id, reason } = input;
        make_known(turn, &worker_id).await?;
        let requester_id = turn.requester.id.clone();
        let tx = &mut turn.tx;
        if worker_blocks::are_full(tx, &requester_id, &worker_id, WORKER_BLOCKS).await? {
            let said = format!("You cannot block more than {WORKER_BLOCKS} Workers.");
            return Err(Fault::request("InvalidParameterValue", said));
        }
        let block = WorkerBlock { requester_id, worker_id, reason };
        worker_blocks::put(&mut turn.tx, &block).await?;
        Ok(Void {})
    }
}
