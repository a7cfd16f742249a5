//! DeleteHIT: only what is reviewable and reviewed.

use crate::actions::hit::dispose;
use crate::fault::Fault;
use crate::ops::get_hit::Input;
use crate::store::hits;
use crate::turn::Turn;

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
    dispose(turn, &mut hit).await
}
