//! A place of a HIT becomes free again: the worker returned it, or ran out of time.

use crate::acts::emit::emit;
use crate::acts::keep_hit::keep_hit;
use crate::acts::review::review_if_over;
use crate::fault::Fault;
use crate::shapes::notification::EventType;
use crate::store::acceptances::{self, Acceptance, State};
use crate::store::hits;
use crate::store::timers::Kind;
use crate::turn::Turn;

/// Frees the place; `state` says why.
///
/// # Errors
/// The database failed.
pub async fn give_back(turn: &mut Turn, taken: &Acceptance, state: State) -> Result<(), Fault> {
    acceptances::end(&mut turn.tx, &taken.assignment_id, state).await?;
    turn.drop_timer(Kind::Abandonment, &taken.assignment_id).await?;
    let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
    hit.standing = hit.standing.give_back();
    let event_type = match state {
        State::Abandoned => EventType::AssignmentAbandoned,
        State::Accepted | State::Returned => EventType::AssignmentReturned,
    };
    emit(turn, &hit, event_type, Some((&taken.assignment_id, &taken.worker_id))).await?;
    let was = hit.status;
    keep_hit(turn, &mut hit).await?;
    review_if_over(turn, &mut hit, was).await
}
