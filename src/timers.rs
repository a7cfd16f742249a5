//! What falls due: each timer is a deed at its own instant.

use crate::acts::approve::{Approval, approve};
use crate::acts::dispose::dispose;
use crate::acts::expire::reach_end;
use crate::acts::give_back::give_back;
use crate::fault::Fault;
use crate::store::acceptances::{self, State};
use crate::store::timers::{Kind, Timer};
use crate::store::{assignments, hits};
use crate::turn::Turn;

/// Does what `timer` is for. The turn's instant is the timer's.
///
/// A timer whose subject is gone, or has moved on, does nothing.
///
/// # Errors
/// The database failed.
pub async fn fire(turn: &mut Turn, timer: &Timer) -> Result<(), Fault> {
    turn.drop_timer(timer.kind, &timer.subject).await?;
    match timer.kind {
        Kind::Abandonment => abandon(turn, &timer.subject).await,
        Kind::AutoApproval => auto_approve(turn, &timer.subject).await,
        Kind::Disposal => auto_dispose(turn, &timer.subject).await,
        Kind::Expiry => expire(turn, &timer.subject).await,
    }
}

async fn abandon(turn: &mut Turn, assignment_id: &str) -> Result<(), Fault> {
    match acceptances::find(&mut turn.tx, assignment_id).await? {
        Some(taken) if taken.state == State::Accepted => {
            give_back(turn, &taken, State::Abandoned).await
        }
        _ => Ok(()),
    }
}

async fn auto_approve(turn: &mut Turn, assignment_id: &str) -> Result<(), Fault> {
    let Some(mut placed) = assignments::find(&mut turn.tx, assignment_id).await? else {
        return Ok(());
    };
    let mut hit = hits::by_key(&mut turn.tx, placed.hit_key).await?;
    unless_refused(approve(turn, &mut placed, &mut hit, Approval::default()).await)
}

async fn auto_dispose(turn: &mut Turn, hit_id: &str) -> Result<(), Fault> {
    let Some(mut hit) = hits::find(&mut turn.tx, hit_id).await? else { return Ok(()) };
    unless_refused(dispose(turn, &mut hit).await)
}

async fn expire(turn: &mut Turn, hit_id: &str) -> Result<(), Fault> {
    match hits::find(&mut turn.tx, hit_id).await? {
        Some(mut hit) => reach_end(turn, &mut hit).await,
        None => Ok(()),
    }
}

/// The rules refuse what has moved on; only the store's failures stop a timer.
fn unless_refused(done: Result<(), Fault>) -> Result<(), Fault> {
    match done {
        Err(fault @ (Fault::LostRace | Fault::Unavailable(_) | Fault::Service(_))) => Err(fault),
        _ => Ok(()),
    }
}
