//! DeleteHIT: only what is reviewable and reviewed.

use serde::Deserialize;

use crate::acts::dispose::dispose;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::store::hits;
use crate::turn::{Access, Turn};

/// `DeleteHIT`.
#[derive(Debug)]
pub struct DeleteHit;

/// The request.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
}

impl Operation for DeleteHit {
    const NAME: &'static str = "DeleteHIT";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
        dispose(turn, &mut hit).await?;
        Ok(Void {})
    }
}
