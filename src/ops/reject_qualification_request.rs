//! RejectQualificationRequest: the requester refuses what a worker requested.

use serde::Deserialize;

use crate::actions::qualification::notify_worker;
use crate::fault::Fault;
use crate::rules::limits;
use crate::rules::qualification::request::check_decision;
use crate::shapes::qualification::RequestStatus;
use crate::store::qualification_requests;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub qualification_request_id: String,
    pub reason: Option<String>,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let reason = input.reason.as_deref();
    limits::optional_at_most("Reason", reason, limits::QUALIFICATION_REASON)?;
    let Turn { tx, requester, .. } = turn;
    let id = &input.qualification_request_id;
    let mut request = qualification_requests::owned(tx, &requester.id, id).await?;
    check_decision(request.status)?;
    request.status = RequestStatus::Rejected;
    qualification_requests::save(tx, &request).await?;
    let subject = "Your request for a Qualification was rejected";
    notify_worker(turn, &request.worker_id, subject, &request.type_id, reason).await
}
