//! CreateHIT: a HIT and, if its values are new, its HIT type.

use serde::{Deserialize, Serialize};

use crate::acts;
use crate::fault::Fault;
use crate::ops::{Operation, create_hit_type};
use crate::rules::hit_type::Values;
use crate::shapes::hit::{HitTypeMembers, NewHit};
use crate::store::hits::Hit;
use crate::turn::{Access, Turn};

/// `CreateHIT`.
#[derive(Debug)]
pub struct CreateHit;

/// The request.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(flatten)]
    pub values: HitTypeMembers,
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

impl Operation for CreateHit {
    const NAME: &'static str = "CreateHIT";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let values = Values::check(input.values)?;
        let checked = acts::create_hit::check(turn, input.new).await?;
        let hit_type = create_hit_type::find_or_add(turn, values).await?;
        Ok(Output { hit: acts::create_hit::create_hit(turn, hit_type, checked).await? })
    }
}
