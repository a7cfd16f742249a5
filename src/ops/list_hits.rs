//! ListHITs: the requester's HITs, newest first, without deleted ones.

use crate::fault::Fault;
use crate::ops::list::{Everything, PageOf, PageRequest};
use crate::store::hits::{self, Hit};
use crate::turn::Turn;

pub(super) async fn run(
    turn: &mut Turn,
    input: PageRequest<Everything>,
) -> Result<PageOf<Hit>, Fault> {
    let list = input.list(turn, "ListHITs", vec![])?;
    let found = hits::list(&mut turn.tx, &turn.requester.id, list.page).await?;
    Ok(list.answer("HITs", found.into_iter().map(|hit| (hit.position, hit))))
}
