//! SendBonus: money for submitted work, besides its reward.

use serde::Deserialize;

use crate::actions::idempotency::check_idempotency;
use crate::actions::money::{charged, pay};
use crate::actions::worker::check_known;
use crate::fault::Fault;
use crate::rules::unique_request_token::Scope;
use crate::rules::{bonus, fees};
use crate::shapes::assignment::Assignment;
use crate::store::bonus_payments::{self, BonusPayment};
use crate::store::{assignments, requester_workers};
use crate::turn::Turn;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    pub worker_id: String,
    pub bonus_amount: String,
    pub assignment_id: String,
    pub reason: String,
    pub unique_request_token: Option<String>,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let amount = bonus::amount(&input.bonus_amount)?;
    // A report shows that the worker is checked before the assignment.
    check_known(turn, &input.worker_id).await?;
    let work = work(turn, &input.assignment_id, &input.worker_id).await?;
    if let Some(token) = &input.unique_request_token {
        check_idempotency(turn, Scope::Bonus, token, &work.assignment_id).await?;
    }
    let requester_id = turn.requester.id.clone();
    let price = fees::bonus(amount);
    pay(turn, &requester_id, price).await?;
    let paid = BonusPayment {
        requester_id,
        assignment_id: work.assignment_id,
        worker_id: work.worker_id,
        amount,
        cost: charged(turn, price),
        reason: input.reason,
        grant_at: turn.now,
    };
    bonus_payments::add(&mut turn.tx, &paid).await
}

/// The work that the bonus is for: the worker's own, submitted, whatever became of it and its HIT.
///
/// Assumed: a deleted HIT is no hindrance, since six months are longer than a HIT is kept.
async fn work(turn: &mut Turn, id: &str, worker_id: &str) -> Result<Assignment, Fault> {
    let Turn { tx, requester, now, .. } = turn;
    let found = assignments::ever_owned(tx, &requester.id, id).await?;
    let work = found.ok_or_else(|| Fault::assignment_does_not_exist(id))?.assignment;
    if work.worker_id != worker_id {
        return Err(Fault::invalid_parameter("WorkerId", worker_id));
    }
    let reviewed = requester_workers::reviewed_at(tx, &requester.id, worker_id).await?;
    let latest = reviewed.map_or(work.submit_time, |at| at.max(work.submit_time));
    bonus::in_time(worker_id, latest, *now)?;
    Ok(work)
}
