//! CreateHITWithHITType: a HIT of a HIT type that exists.

use serde::{Deserialize, Serialize};

use crate::acts;
use crate::acts::require::require;
use crate::fault::Fault;
use crate::ops::Operation;
use crate::shapes::hit::NewHit;
use crate::store::hit_types::{self, HitType};
use crate::store::hits::Hit;
use crate::turn::{Access, Turn};

/// `CreateHITWithHITType`.
#[derive(Debug)]
pub struct CreateHitWithHitType;

/// The request.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: String,
    #[serde(flatten)]
    pub new: NewHit,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    #[serde(rename = "HIT")]
    pub hit: Hit,
}

impl Operation for CreateHitWithHitType {
    const NAME: &'static str = "CreateHITWithHITType";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let checked = acts::create_hit::check(turn, input.new).await?;
        let hit_type = hit_type(turn, &input.hit_type_id).await?;
        Ok(Output { hit: acts::create_hit::create_hit(turn, hit_type, checked).await? })
    }
}

/// The requester's HIT type with that id.
///
/// A qualification type that is deleted takes the HIT types that require it along.
/// Assumed: the fault of a type that is not there, as clients of the older API saw it.
///
/// # Errors
/// No such HIT type, or another requester's; it requires a qualification type that is deleted or
/// inactive; the database failed.
pub(super) async fn hit_type(turn: &mut Turn, id: &str) -> Result<HitType, Fault> {
    let found = hit_types::find(&mut turn.tx, &turn.requester.id, id).await?;
    let gone = || Fault::invalid_value("HITTypeId", id);
    let found = found.ok_or_else(gone)?;
    match require(turn, &found.values.requirements).await {
        Ok(()) => Ok(found),
        Err(Fault::Request { code: "QualificationTypeDoesNotExist", .. }) => Err(gone()),
        Err(fault) => Err(fault),
    }
}
