//! CreateWorkerBlock: the worker can accept none of the requester's HITs.
//!
//! Assumed: who is blocked already stays so for the newer reason; the fault of one block too many.

use serde::Deserialize;

use crate::actions::worker::ensure_worker;
use crate::fault::{Code, Fault};
use crate::rules::limits::WORKER_BLOCKS;
use crate::store::worker_blocks::{self, WorkerBlock};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub worker_id: String,
    pub reason: String,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let Input { worker_id, reason } = input;
    ensure_worker(turn, &worker_id).await?;
    let requester_id = turn.requester.id.clone();
    let tx = &mut turn.tx;
    if worker_blocks::are_full(tx, &requester_id, &worker_id, WORKER_BLOCKS).await? {
        let message = format!("You cannot block more than {WORKER_BLOCKS} Workers.");
        return Err(Fault::refused(Code::UnknownValue, message));
    }
    let block = WorkerBlock { requester_id, worker_id, reason };
    worker_blocks::put(&mut turn.tx, &block).await
}
