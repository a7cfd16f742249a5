//! DisassociateQualificationFromWorker: the requester takes a qualification away.

use serde::Deserialize;

use crate::acts::tell::tell;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::rules::limits;
use crate::store::qualifications;
use crate::turn::{Access, Turn};

/// `DisassociateQualificationFromWorker`.
#[derive(Debug)]
pub struct DisassociateQualificationFromWorker;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub worker_id: String,
    pub qualification_type_id: String,
    pub reason: Option<String>,
}

impl Operation for DisassociateQualificationFromWorker {
    const NAME: &'static str = "DisassociateQualificationFromWorker";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let reason = input.reason.as_deref();
        limits::optional_at_most("Reason", reason, limits::QUALIFICATION_REASON)?;
        let Turn { tx, requester, .. } = turn;
        let (type_id, worker_id) = (&input.qualification_type_id, &input.worker_id);
        qualifications::granted(tx, &requester.id, type_id, worker_id).await?;
        qualifications::revoke(tx, type_id, worker_id).await?;
        tell(turn, worker_id, "A Qualification of yours was revoked", type_id, reason).await?;
        Ok(Void {})
    }
}
