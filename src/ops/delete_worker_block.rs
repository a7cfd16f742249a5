//! DeleteWorkerBlock: the worker may work for the requester again.

use serde::Deserialize;

use crate::actions::robots::waiting::wake_of;
use crate::actions::worker::ensure_worker;
use crate::fault::Fault;
use crate::store::worker_blocks;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    /// The worker; one who is not blocked is no error.
    pub worker_id: String,
    /// The API shows it nowhere, but it must be a text.
    #[serde(rename = "Reason")]
    _reason: Option<String>,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let Input { worker_id, .. } = input;
    ensure_worker(turn, &worker_id).await?;
    worker_blocks::remove(&mut turn.tx, &turn.requester.id, &worker_id).await?;
    wake_of(turn, &worker_id).await
}
