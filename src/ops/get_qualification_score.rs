//! GetQualificationScore: what a worker has of the requester's type.

use serde::Deserialize;

use crate::fault::Fault;
use crate::ops::Member;
use crate::store::qualifications::{self, Qualification};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub qualification_type_id: String,
    pub worker_id: String,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<Member<Qualification>, Fault> {
    let Turn { tx, requester, .. } = turn;
    let (type_id, worker_id) = (&input.qualification_type_id, &input.worker_id);
    let found = qualifications::granted(tx, &requester.id, type_id, worker_id).await?;
    Ok(Member("Qualification", found))
}
