//! AssociateQualificationWithWorker: the requester gives a worker a qualification.
//!
//! A value that the worker had is replaced, and a revoked qualification granted again. A request of
//! the worker's stays as it is.

use serde::Deserialize;

use crate::actions::qualification::grant;
use crate::actions::qualification::notify_worker;
use crate::actions::worker::ensure_worker;
use crate::fault::Fault;
use crate::store::qualification_types;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub qualification_type_id: String,
    pub worker_id: String,
    pub integer_value: Option<i64>,
    pub send_notification: Option<bool>,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let id = &input.qualification_type_id;
    qualification_types::owned(&mut turn.tx, &turn.requester.id, id).await?;
    let worker_id = &input.worker_id;
    ensure_worker(turn, worker_id).await?;
    grant(turn, id, worker_id, input.integer_value.unwrap_or(1)).await?;
    if input.send_notification.unwrap_or(true) {
        notify_worker(turn, worker_id, "You were granted a Qualification", id, None).await?;
    }
    Ok(())
}
