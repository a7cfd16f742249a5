//! DeleteWorkerBlock: the worker may work for the requester again.

use serde::Deserialize;

use crate::acts::make_known::make_known;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::store::worker_blocks;
use crate::turn::{Access, Turn};

/// `DeleteWorkerBlock`.
#[derive(Debug)]
pub struct DeleteWorkerBlock;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// The worker; one who is not blocked is no error.
    pub worker_id: String,
    /// Why; the API shows it nowhere.
    pub reason: Option<String>,
}

impl Operation for DeleteWorkerBlock {
    const NAME: &'static str = "DeleteWorkerBlock";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let Input { worker_id, reason: _ } = input;
        make_known(turn, &worker_id).await?;
        worker_blocks::remove(&mut turn.tx, &turn.requester.id, &worker_id).await?;
        Ok(Void {})
    }
}
