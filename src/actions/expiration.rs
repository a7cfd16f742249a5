//! The end of a HIT's lifetime: moved by the requester, or reached.

use crate::actions::events::emit;
use crate::actions::hit::save_hit;
use crate::actions::money::hold_funds;
use crate::actions::review::policies::review_if_over;
use crate::fault::Fault;
use crate::money::Cents;
use crate::shapes::notification::EventType;
use crate::store::hits::Hit;
use crate::store::timers::Kind;
use crate::time::Instant;
use crate::turn::Turn;

/// Moves the end of a HIT; a past instant ends it now.
///
/// # Errors
/// The HIT cannot have that end; `InsufficientFunds` for the places that would be free again.
pub async fn expire_at(turn: &mut Turn, hit: &mut Hit, at: Instant) -> Result<(), Fault> {
    let standing = hit.standing.expire_at(at, turn.now)?;
    let before = hit.standing;
    hold_funds(turn, hit, standing, Cents(0)).await?;
    if hit.standing.expired(turn.now) {
        turn.drop_timer(Kind::Expiry, &hit.id).await?;
    } else {
        turn.set_timer(Kind::Expiry, &hit.id, hit.standing.expire_at).await?;
    }
    match (before.expired(turn.now), hit.standing.expired(turn.now)) {
        (false, true) => end_lifetime(turn, hit).await,
        (_, false) => {
            // Assumed: the older API had one operation for more places and for more time.
            emit(turn, hit, EventType::HitExtended, None).await?;
            over(turn, hit).await
        }
        (true, true) => over(turn, hit).await,
    }
}

/// The lifetime is over. It is an event unless all assignments were submitted before (guide).
pub async fn end_lifetime(turn: &mut Turn, hit: &mut Hit) -> Result<(), Fault> {
    if hit.standing.available() + hit.standing.pending > 0 {
        emit(turn, hit, EventType::HitExpired, None).await?;
    }
    over(turn, hit).await
}

/// Saves a HIT whose end came; its policy does its work, if all other work is done.
async fn over(turn: &mut Turn, hit: &mut Hit) -> Result<(), Fault> {
    let was = hit.status;
    save_hit(turn, hit).await?;
    review_if_over(turn, hit, was).await
}
