//! Money on hold for what a HIT may still cost. The sandbox holds and charges nothing.

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::fees;
use crate::rules::hit::Standing;
use crate::store::hits::Hit;
use crate::store::requesters;
use crate::turn::{Profile, Turn};

/// Puts `hit` into `standing` and holds what it may cost then; `charge` is paid besides.
///
/// # Errors
/// `InsufficientFunds`; the HIT is as it was.
pub async fn hold_funds(
    turn: &mut Turn,
    hit: &mut Hit,
    standing: Standing,
    charge: Cents,
) -> Result<(), Fault> {
    if turn.market.profile == Profile::Production {
        let held = fees::held(&hit.hit_type.values, &standing, turn.now);
        let more = held - hit.held;
        let spent = more + charge;
        let moves = more != Cents(0) || spent != Cents(0);
        if moves && !afford(turn, &hit.requester_id, spent, more).await? {
            return Err(fees::insufficient_funds());
        }
        hit.held = held;
    }
    hit.standing = standing;
    Ok(())
}

/// What leaves a requester's balance for what costs `price`.
pub fn charged(turn: &Turn, price: Cents) -> Cents {
    match turn.market.profile {
        Profile::Production => price,
        Profile::Sandbox => Cents(0),
    }
}

/// Pays `amount` out of what is available.
///
/// # Errors
/// `InsufficientFunds`.
pub async fn pay(turn: &mut Turn, requester_id: &str, amount: Cents) -> Result<(), Fault> {
    if turn.market.profile == Profile::Production
        && !requesters::afford(&mut turn.tx, requester_id, amount, Cents(0)).await?
    {
        return Err(fees::insufficient_funds());
    }
    Ok(())
}

/// Holds what `hit` may cost as it stands now, and gives back what it cannot cost any more.
///
/// Only a store of the sandbox that production took over has HITs for which too little is on hold;
/// then the balance may fall below zero, since what workers and time do is not refused.
pub async fn adjust_hold(turn: &mut Turn, hit: &mut Hit) -> Result<(), Fault> {
    if turn.market.profile == Profile::Sandbox {
        return Ok(());
    }
    let held = fees::held(&hit.hit_type.values, &hit.standing, turn.now);
    let more = held - hit.held;
    if more != Cents(0) {
        match &mut turn.deferred {
            Some(deferred) => deferred.shift(&hit.requester_id, more, more)?,
            None => requesters::settle(&mut turn.tx, &hit.requester_id, more, more).await?,
        }
        hit.held = held;
    }
    Ok(())
}

/// Takes `spent` from what is available and puts `held` more on hold, if there is as much.
async fn afford(turn: &mut Turn, id: &str, spent: Cents, held: Cents) -> Result<bool, Fault> {
    match &mut turn.deferred {
        Some(deferred) => deferred.shift(id, spent, held).map(|()| true),
        None => requesters::afford(&mut turn.tx, id, spent, held).await,
    }
}
