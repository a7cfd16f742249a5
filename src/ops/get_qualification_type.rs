//! GetQualificationType: anybody's type, and the system's.

use serde::{Deserialize, Serialize};

use crate::acts::require::exists;
use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::qualification::system::System;
use crate::shapes::qualification::{QualificationType, QualificationTypeStatus};
use crate::store::qualification_types;
use crate::turn::{Access, Turn};

/// `GetQualificationType`.
#[derive(Debug)]
pub struct GetQualificationType;

/// The request.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    pub qualification_type_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    pub qualification_type: QualificationType,
}

impl Operation for GetQualificationType {
    const NAME: &'static str = "GetQualificationType";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let qualification_type = find(turn, &input.qualification_type_id).await?;
        Ok(Output { qualification_type })
    }
}

/// The type with that id as the requester sees it, the system's types included.
///
/// Assumed: a deleted type does not exist at once. The other reading: it is there, as Disposing,
/// until no HIT requires it any more.
async fn find(turn: &mut Turn, id: &str) -> Result<QualificationType, Fault> {
    if let Some(system) = System::find(id).filter(|system| exists(turn, system)) {
        return Ok(system.shape());
    }
    let found = qualification_types::find(&mut turn.tx, id).await?;
    found
        .filter(|of| of.status != QualificationTypeStatus::Disposing)
        .map(|of| of.shape(&turn.requester.id))
        .ok_or_else(|| Fault::qualification_type_does_not_exist(id))
}
