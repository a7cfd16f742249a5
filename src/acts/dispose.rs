//! A HIT is deleted: by the requester, or because nobody wanted it for 120 days.

use crate::acts::emit::emit;
use crate::acts::keep_hit::keep_hit;
use crate::fault::Fault;
use crate::shapes::notification::EventType;
use crate::store::hit_requirements;
use crate::store::hits::Hit;
use crate::store::timers::Kind;
use crate::turn::Turn;

/// Deletes; the HIT stays in the store, since the service went on to know its status.
///
/// # Errors
/// The HIT is not reviewable, or work awaits review.
pub async fn dispose(turn: &mut Turn, hit: &mut Hit) -> Result<(), Fault> {
    hit.standing = hit.standing.dispose(turn.now)?;
    hit_requirements::remove(&mut turn.tx, hit).await?;
    turn.drop_timer(Kind::Expiry, &hit.id).await?;
    emit(turn, hit, EventType::HitDisposed, None).await?;
    keep_hit(turn, hit).await
}
