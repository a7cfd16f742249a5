//! Keeping a HIT whose standing changed: its status follows, and what hangs on the status.

use crate::acts::emit::emit;
use crate::acts::hold::settle;
use crate::fault::Fault;
use crate::rules::hit::DISPOSED_AFTER;
use crate::shapes::hit::HitStatus;
use crate::shapes::notification::EventType;
use crate::store::hit_groups;
use crate::store::hits::{self, Hit};
use crate::store::timers::Kind;
use crate::turn::Turn;

/// Keeps `hit` with the status that its standing has now.
///
/// A HIT that becomes reviewable will be deleted by itself some day; one that workers can take
/// again will not.
///
/// # Errors
/// The database failed.
pub async fn keep_hit(turn: &mut Turn, hit: &mut Hit) -> Result<(), Fault> {
    let was = hit.status;
    let was_over = over(was);
    hit.status = hit.standing.status(turn.now);
    if over(hit.status) && !was_over {
        turn.set_timer(Kind::Disposal, &hit.id, turn.now + DISPOSED_AFTER).await?;
        emit(turn, hit, EventType::HitReviewable, None).await?;
    }
    if was_over && !over(hit.status) {
        turn.drop_timer(Kind::Disposal, &hit.id).await?;
    }
    if hit.status == HitStatus::Assignable && was != HitStatus::Assignable {
        hit_groups::list(&mut turn.tx, &hit.hit_type.id, turn.arrived_at).await?;
    }
    keep_counts(turn, hit).await
}

/// Keeps `hit` whose work was decided; that changes its counts alone.
///
/// # Errors
/// The database failed.
pub async fn keep_counts(turn: &mut Turn, hit: &mut Hit) -> Result<(), Fault> {
    settle(turn, hit).await?;
    hits::keep(&mut turn.tx, hit).await
}

const fn over(status: HitStatus) -> bool {
    matches!(status, HitStatus::Reviewable | HitStatus::Reviewing)
}
