//! AcceptQualificationRequest: the requester grants what a worker asked for.

use serde::Deserialize;

use crate::acts::grant::grant;
use crate::acts::tell::tell;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::rules::qualification::request::may_decide;
use crate::shapes::qualification::RequestStatus;
use crate::store::qualification_requests;
use crate::turn::{Access, Turn};

/// `AcceptQualificationRequest`.
#[derive(Debug)]
pub struct AcceptQualificationRequest;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_request_id: String,
    pub integer_value: Option<i64>,
}

impl Operation for AcceptQualificationRequest {
    const NAME: &'static str = "AcceptQualificationRequest";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let Turn { tx, requester, .. } = turn;
        let id = &input.qualification_request_id;
        let mut request = qualification_requests::owned(tx, &requester.id, id).await?;
        may_decide(request.status)?;
        request.status = RequestStatus::Granted;
        qualification_requests::keep(tx, &request).await?;
        let value = input.integer_value.unwrap_or(1);
        let (type_id, worker_id) = (&request.type_id, &request.worker_id);
        grant(turn, type_id, worker_id, value).await?;
        tell(turn, worker_id, "You were granted a Qualification", type_id, None).await?;
        Ok(Void {})
    }
}
