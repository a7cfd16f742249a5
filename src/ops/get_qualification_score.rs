//! GetQualificationScore: what a worker has of the requester's type.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::shapes::qualification::Qualification;
use crate::store::qualifications;
use crate::turn::{Access, Turn};

/// `GetQualificationScore`.
#[derive(Debug)]
pub struct GetQualificationScore;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_type_id: String,
    pub worker_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    pub qualification: Qualification,
}

impl Operation for GetQualificationScore {
    const NAME: &'static str = "GetQualificationScore";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let Turn { tx, requester, .. } = turn;
        let (type_id, worker_id) = (&input.qualification_type_id, &input.worker_id);
        let found = qualifications::granted(tx, &requester.id, type_id, worker_id).await?;
        Ok(Output { qualification: found.shape() })
    }
}
