//! AcceptQualificationRequest: the requester grants what a worker requested.

use serde::Deserialize;

use crate::actions::qualification::grant;
use crate::actions::qualification::notify_worker;
use crate::fault::Fault;
use crate::rules::qualification::request::check_decision;
use crate::shapes::qualification::RequestStatus;
use crate::store::qualification_requests;
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub qualification_request_id: String,
    pub integer_value: Option<i64>,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let Turn { tx, requester, .. } = turn;
    let id = &input.qualification_request_id;
    let mut request = qualification_requests::owned(tx, &requester.id, id).await?;
    check_decision(request.status)?;
    request.status = RequestStatus::Granted;
    qualification_requests::save(tx, &request).await?;
    let value = input.integer_value.unwrap_or(1);
    let (type_id, worker_id) = (&request.type_id, &request.worker_id);
    grant(turn, type_id, worker_id, value).await?;
    notify_worker(turn, worker_id, "You were granted a Qualification", type_id, None).await
}
