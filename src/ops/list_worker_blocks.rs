//! ListWorkerBlocks: whom the requester blocked. Assumed: the newest first.

use crate::fault::Fault;
use crate::ops::list::{Everything, PageOf, PageRequest};
use crate::store::worker_blocks::{self, WorkerBlock};
use crate::turn::Turn;

pub(super) async fn run(
    turn: &mut Turn,
    input: PageRequest<Everything>,
) -> Result<PageOf<WorkerBlock>, Fault> {
    let list = input.list(turn, "ListWorkerBlocks", vec![])?;
    let found = worker_blocks::list(&mut turn.tx, &turn.requester.id, list.page).await?;
    Ok(list.answer("WorkerBlocks", found))
}
