//! A worker is offered the next HIT of a HIT type or HIT group, or told why there is none.

use crate::acts::accept::already_taken;
use crate::fault::Fault;
use crate::rules::hit::{hit_expired, no_more_hits};
use crate::rules::page::Page;
use crate::shapes::hit::HitStatus::{self, Assignable, Reviewable, Reviewing, Unassignable};
use crate::store::hit_groups::{self, Listed};
use crate::store::hits::{self, Hit};
use crate::store::worker_history;
use crate::turn::Turn;

/// The oldest open HIT of a HIT type or HIT group that the worker has not taken.
///
/// # Errors
/// The worker site's refusals, where there is none; the database failed.
pub async fn offer(turn: &mut Turn, type_or_group: &str, worker_id: &str) -> Result<Hit, Fault> {
    if let Some(hit) = hits::offer(&mut turn.tx, type_or_group, worker_id).await? {
        return Ok(hit);
    }
    Err(match hit_groups::find(&mut turn.tx, type_or_group).await? {
        Some(listed) => why_none(turn, &listed, worker_id).await?,
        None => no_more_hits(),
    })
}

/// Why the worker is offered none, told by the HITs of the type that expire last.
///
/// An open one is the worker's own, since it was not offered. If the type has no other HIT, the
/// sentence is about that one; if it has, all of them are full, or have expired.
async fn why_none(turn: &mut Turn, of: &Listed, worker_id: &str) -> Result<Fault, Fault> {
    if !latest(turn, of, Assignable).await?.is_empty() {
        return Ok(already_taken());
    }
    let mut all = Vec::new();
    for status in [Unassignable, Reviewable, Reviewing] {
        all.append(&mut latest(turn, of, status).await?);
    }
    if let [only] = &*all
        && worker_history::own(&mut turn.tx, only.key, worker_id).await?.is_some()
    {
        return Ok(already_taken());
    }
    let is_over = all.iter().all(|hit| hit.standing.expired(turn.now));
    Ok(if is_over && !all.is_empty() { hit_expired() } else { no_more_hits() })
}

async fn latest(turn: &mut Turn, of: &Listed, status: HitStatus) -> Result<Vec<Hit>, Fault> {
    let two = Page { after: None, size: 2 };
    let (requester_id, type_id) = (&of.requester_id, Some(of.hit_type.id.as_str()));
    hits::list_status(&mut turn.tx, requester_id, type_id, status, two).await
}
