//! DisassociateQualificationFromWorker: the requester takes a qualification away.

use serde::Deserialize;

use crate::actions::qualification::notify_worker;
use crate::actions::robots::waiting::wake_of;
use crate::fault::Fault;
use crate::rules::limits;
use crate::store::qualifications;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub worker_id: String,
    pub qualification_type_id: String,
    pub reason: Option<String>,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let reason = input.reason.as_deref();
    limits::optional_at_most("Reason", reason, limits::QUALIFICATION_REASON)?;
    let Turn { tx, requester, .. } = turn;
    let (type_id, worker_id) = (&input.qualification_type_id, &input.worker_id);
    qualifications::granted(tx, &requester.id, type_id, worker_id).await?;
    qualifications::revoke(tx, type_id, worker_id).await?;
    wake_of(turn, worker_id).await?;
    notify_worker(turn, worker_id, "A Qualification of yours was revoked", type_id, reason).await
}
