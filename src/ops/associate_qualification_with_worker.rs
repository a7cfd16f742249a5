//! AssociateQualificationWithWorker: the requester gives a worker a qualification.
//!
//! A value that the worker had is replaced, and a revoked qualification granted again. A request of
//! the worker's stays as it is.

use serde::Deserialize;

use crate::acts::grant::grant;
use crate::acts::make_known::make_known;
use crate::acts::tell::tell;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::store::qualification_types;
use crate::turn::{Access, Turn};

/// `AssociateQualificationWithWorker`.
#[derive(Debug)]
pub struct AssociateQualificationWithWorker;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_type_id: String,
    pub worker_id: String,
    pub integer_value: Option<i64>,
    pub send_notification: Option<bool>,
}

impl Operation for AssociateQualificationWithWorker {
    const NAME: &'static str = "AssociateQualificationWithWorker";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let id = &input.qualification_type_id;
        qualification_types::owned(&mut turn.tx, &turn.requester.id, id).await?;
        let worker_id = &input.worker_id;
        make_known(turn, worker_id).await?;
        grant(turn, id, worker_id, input.integer_value.unwrap_or(1)).await?;
        if input.send_notification.unwrap_or(true) {
            tell(turn, worker_id, "You were granted a Qualification", id, None).await?;
        }
        Ok(Void {})
    }
}
