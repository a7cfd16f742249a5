//! A HIT gets more places, and more time: by the requester or a review policy.

use crate::acts::emit::emit;
use crate::acts::hold::hold;
use crate::acts::keep_hit::keep_hit;
use crate::fault::Fault;
use crate::money::Cents;
use crate::rules;
use crate::shapes::notification::EventType;
use crate::store::hits::Hit;
use crate::store::timers::Kind;
use crate::time::Instant;
use crate::turn::Turn;

/// Adds places, and lets the HIT last until `at_least`, if that is later than its end.
///
/// # Errors
/// Deleted; too old; from fewer than ten places to ten or more; `InsufficientFunds`. The HIT is as
/// it was.
pub async fn extend(
    turn: &mut Turn,
    hit: &mut Hit,
    additional: i64,
    at_least: Option<Instant>,
) -> Result<(), Fault> {
    let mut standing = hit.standing;
    let later = at_least.filter(|at| *at > standing.expire_at);
    if let Some(at) = later {
        standing = standing.last_until(at, turn.now);
    }
    let standing = standing.add_assignments(additional, turn.now)?;
    rules::hit::young_enough(hit.created_at)?;
    hold(turn, hit, standing, Cents(0)).await?;
    if later.is_some() {
        turn.set_timer(Kind::Expiry, &hit.id, standing.expire_at).await?;
    }
    emit(turn, hit, EventType::HitExtended, None).await?;
    keep_hit(turn, hit).await
}
