//! CreateHITType: the same values give the same HIT type again.

use serde::{Deserialize, Serialize};

use crate::acts::require::require;
use crate::fault::Fault;
use crate::ops::Operation;
use crate::rules::hit_type::Values;
use crate::shapes::hit::HitTypeMembers;
use crate::store::hit_types::{self, HitType};
use crate::turn::{Access, Turn};

/// `CreateHITType`.
#[derive(Debug)]
pub struct CreateHitType;

/// The request.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(flatten)]
    pub values: HitTypeMembers,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: String,
}

impl Operation for CreateHitType {
    const NAME: &'static str = "CreateHITType";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let values = Values::check(input.values)?;
        let HitType { id, .. } = find_or_add(turn, values).await?;
        Ok(Output { hit_type_id: id })
    }
}

/// The requester's HIT type with these values.
///
/// # Errors
/// It requires a qualification type that does not exist or is not active; the database failed.
pub(super) async fn find_or_add(turn: &mut Turn, values: Values) -> Result<HitType, Fault> {
    require(turn, &values.requirements).await?;
    let Turn { tx, ids, requester, .. } = turn;
    hit_types::find_or_add(tx, &requester.id, values, || (ids.entity(), ids.entity())).await
}
