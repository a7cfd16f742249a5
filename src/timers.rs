//! What falls due: each timer is an action at its own instant.

mod together;

use crate::actions::assignment::return_assignment;
use crate::actions::batches::portions;
use crate::actions::expiration::end_lifetime;
use crate::actions::hit::dispose;
use crate::actions::review::{Approval, approve};
use crate::actions::robots::steps;
use crate::fault::Fault;
use crate::store::acceptances::{self, State};
use crate::store::timers::{self, Entry, Kind};
use crate::store::{assignments, hits};
use crate::turn::Turn;

pub use together::{count_together, fire_together};

/// Does what a timer is for. The turn's instant is the timer's.
///
/// A timer that is not set to that instant any more, or whose subject is gone or has moved on, does
/// nothing.
///
/// # Errors
/// Nobody knows its kind; its subject is damaged; the database failed.
pub async fn fire(turn: &mut Turn, entry: &Entry) -> Result<(), Fault> {
    let Some(timer) = entry.timer() else {
        return Err(Fault::Service(format!("{:?} is no kind of timer", entry.kind)));
    };
    if !timers::take(&mut turn.tx, &timer).await? {
        return Ok(());
    }
    match timer.kind {
        Kind::Abandonment => abandon(turn, &timer.subject).await,
        Kind::AutoApproval => auto_approve(turn, &timer.subject).await,
        Kind::Batch => portions::next(turn, &timer.subject).await,
        Kind::Disposal => auto_dispose(turn, &timer.subject).await,
        Kind::Expiry => expire(turn, &timer.subject).await,
        Kind::RobotArrival => steps::arrive(turn, &timer.subject).await,
        Kind::RobotWork => steps::finish(turn, &timer.subject).await,
    }
}

async fn abandon(turn: &mut Turn, assignment_id: &str) -> Result<(), Fault> {
    match acceptances::find(&mut turn.tx, assignment_id).await? {
        Some(taken) if taken.state == State::Accepted => {
            return_assignment(turn, &taken, State::Abandoned).await
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
        Some(mut hit) => end_lifetime(turn, &mut hit).await,
        None => Ok(()),
    }
}

/// The rules refuse what has moved on; only the store's failures stop a timer.
fn unless_refused(done: Result<(), Fault>) -> Result<(), Fault> {
    done.or_else(|fault| if fault.refusal().is_some() { Ok(()) } else { Err(fault) })
}
