//! What a worker handed in.

use crate::fault::Fault;
use crate::rules::file_link;
use crate::shapes::assignment::Assignment;
use crate::store::hit_types::HitType;
use crate::store::{assignments, hit_groups, hits, uploaded_files};
use crate::time::real_now;
use crate::turn::Turn;

/// Submitted work, and what it was about.
#[derive(Debug)]
pub struct Submitted {
    /// The work, with its answer.
    pub work: Assignment,
    /// The HIT type.
    pub hit_type: HitType,
    /// Whose HIT it is.
    pub requester_id: String,
    /// What workers read of the requester.
    pub requester_name: String,
}

/// Reads it.
///
/// # Errors
/// The worker has submitted no such assignment.
pub async fn submitted(turn: &mut Turn, id: &str, worker_id: &str) -> Result<Submitted, Fault> {
    let found = assignments::of_worker(&mut turn.tx, id, worker_id).await?;
    let placed = found.ok_or_else(none)?;
    let hit = hits::by_key(&mut turn.tx, placed.hit_key).await?;
    let listed = hit_groups::find(&mut turn.tx, &hit.hit_type.id).await?;
    let requester_name = listed.map(|listed| listed.requester_name).unwrap_or_default();
    Ok(Submitted {
        work: placed.assignment,
        hit_type: hit.hit_type,
        requester_id: hit.requester_id,
        requester_name,
    })
}

/// The token of a link to the file that answers a question.
///
/// # Errors
/// The worker has sent no such file, or it was deleted with its HIT.
pub async fn file_token(
    turn: &mut Turn,
    (id, question): (&str, &str),
    worker_id: &str,
) -> Result<String, Fault> {
    let Turn { tx, page_key, .. } = turn;
    let key = uploaded_files::key_of_worker(tx, worker_id, id, question).await?;
    let key = key.ok_or_else(|| Fault::not_found("There is no such file."))?;
    Ok(file_link::token(page_key, &key, real_now()))
}

/// The page that shows no such work.
fn none() -> Fault {
    Fault::not_found("You have submitted no such assignment.")
}
