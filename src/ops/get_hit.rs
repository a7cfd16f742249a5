//! GetHIT: one HIT of the requester, deleted ones included, as the service remembered them.

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::ops::Operation;
use crate::store::hits::{self, Hit};
use crate::turn::{Access, Turn};

/// `GetHIT`.
#[derive(Debug)]
pub struct GetHit;

/// The request.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Output {
    #[serde(rename = "HIT")]
    pub hit: Hit,
}

impl Operation for GetHit {
    const NAME: &'static str = "GetHIT";
    const ACCESS: Access = Access::Read;
    type Input = Input;
    type Output = Output;

    async fn run(turn: &mut Turn, input: Input) -> Result<Output, Fault> {
        let hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
        Ok(Output { hit })
    }
}
