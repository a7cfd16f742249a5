//! DeleteQualificationType: nobody can ask for it or require it any more.
//!
//! Who has the qualification keeps it, since HITs may need it; requests that await the requester
//! are rejected. The name is free when no HIT requires the type any more.
//!
//! Assumed: a second deletion is told the states that it wants, as recorded, however much later.
//! The other reading: the type does not exist when no HIT requires it any more.

use serde::Deserialize;

use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::shapes::qualification::QualificationTypeStatus;
use crate::store::{qualification_requests, qualification_types};
use crate::turn::{Access, Turn};

/// `DeleteQualificationType`.
#[derive(Debug)]
pub struct DeleteQualificationType;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_type_id: String,
}

impl Operation for DeleteQualificationType {
    const NAME: &'static str = "DeleteQualificationType";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let Turn { tx, requester, .. } = turn;
        let id = &input.qualification_type_id;
        let mut of = qualification_types::owned(tx, &requester.id, id).await?;
        of.status = QualificationTypeStatus::Disposing;
        qualification_types::keep(tx, &of).await?;
        qualification_requests::reject_pending(tx, &requester.id, id).await?;
        Ok(Void {})
    }
}
