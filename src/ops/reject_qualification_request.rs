//! RejectQualificationRequest: the requester refuses what a worker asked for.

use serde::Deserialize;

use crate::acts::tell::tell;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::rules::limits;
use crate::rules::qualification::request::may_decide;
use crate::shapes::qualification::RequestStatus;
use crate::store::qualification_requests;
use crate::turn::{Access, Turn};

/// `RejectQualificationRequest`.
#[derive(Debug)]
pub struct RejectQualificationRequest;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_request_id: String,
    pub reason: Option<String>,
}

impl Operation for RejectQualificationRequest {
    const NAME: &'static str = "RejectQualificationRequest";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let reason = input.reason.as_deref();
        limits::optional_at_most("Reason", reason, limits::QUALIFICATION_REASON)?;
        let Turn { tx, requester, .. } = turn;
        let id = &input.qualification_request_id;
        let mut request = qualification_requests::owned(tx, &requester.id, id).await?;
        may_decide(request.status)?;
        request.status = RequestStatus::Rejected;
        qualification_requests::keep(tx, &request).await?;
        let subject = "Your request for a Qualification was rejected";
        tell(turn, &request.worker_id, subject, &request.type_id, reason).await?;
        Ok(Void {})
    }
}
