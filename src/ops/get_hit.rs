//! GetHIT: one HIT of the requester, deleted ones included, as the service remembered them.

use serde::Deserialize;

use crate::fault::Fault;
use crate::ops::Member;
use crate::store::hits::{self, Hit};
use crate::turn::Turn;

#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Member<Hit>, Fault> {
    let hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
    Ok(Member("HIT", hit))
}
