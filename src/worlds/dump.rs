//! Dumping: the whole market as a world that loads again.

mod forms;
mod hits;
mod qualifications;

pub use hits::assignment;

use serde_json::{Map, Value, json};

use crate::fault::Fault;
use crate::store::bonus_payments;
use crate::store::messages;
use crate::store::requesters;
use crate::store::worker_blocks;
use crate::store::workers;
use crate::time::Instant;
use crate::turn::{Profile, Turn};

/// Whether a dump names the secrets of requesters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// It does not.
    Left,
    /// It does, so that a market elsewhere can verify the same signatures.
    Named,
}

/// The market as a world.
///
/// Times are absolute; lists are in the market's own order. Page tokens and unique request tokens
/// are not part of a world.
///
/// # Errors
/// The database failed.
pub async fn dump(turn: &mut Turn, secrets: Secrets) -> Result<Value, Fault> {
    Ok(object(json!({
        "Now": time(turn.arrived_at),
        "Ordered": true,
        "Requesters": requesters(turn, secrets).await?,
        "Workers": workers(turn).await?,
        "QualificationTypes": qualifications::types(turn).await?,
        "Qualifications": qualifications::grants(turn).await?,
        "QualificationRequests": qualifications::requests(turn).await?,
        "HITLayouts": forms::layouts(turn).await?,
        "HITTypes": hits::hit_types(turn).await?,
        "HITs": hits::hits(turn).await?,
        "UploadedFiles": forms::files(turn).await?,
        "BonusPayments": bonus_payments(turn).await?,
        "WorkerBlocks": worker_blocks(turn).await?,
        "Messages": messages(turn).await?,
    })))
}

/// An object without its absent members.
fn object(members: Value) -> Value {
    match members {
        Value::Object(map) => {
            let present: Map<String, Value> =
                map.into_iter().filter(|(_, value)| !value.is_null()).collect();
            Value::Object(present)
        }
        other => other,
    }
}

fn time(at: Instant) -> String {
    at.rfc3339()
}

async fn requesters(turn: &mut Turn, secrets: Secrets) -> Result<Vec<Value>, Fault> {
    let all = requesters::all(&mut turn.tx).await?;
    let counts = turn.market.profile == Profile::Production;
    Ok(all
        .into_iter()
        .map(|(known, balance)| {
            object(json!({
                "AccessKeyId": known.requester.access_key,
                "SecretAccessKey": known.secret.filter(|_| secrets == Secrets::Named),
                "RequesterId": known.requester.id,
                "AccountId": known.requester.account,
                "Name": known.requester.name,
                "AvailableBalance": balance.available,
                "OnHoldBalance": counts.then_some(balance.on_hold),
            }))
        })
        .collect())
}

async fn workers(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let mut shown = Vec::new();
    let mut after = String::new();
    loop {
        let batch = workers::list(&mut turn.tx, &after, 500).await?;
        let Some(last) = batch.last() else { return Ok(shown) };
        after.clone_from(&last.worker_id);
        for worker in &batch {
            shown.push(serde_json::to_value(worker).map_err(|e| Fault::Service(e.to_string()))?);
        }
    }
}

async fn bonus_payments(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let all = bonus_payments::all(&mut turn.tx).await?;
    Ok(all
        .into_iter()
        .map(|paid| {
            json!({
                "Requester": paid.requester_id,
                "WorkerId": paid.worker_id,
                "BonusAmount": paid.amount,
                "AssignmentId": paid.assignment_id,
                "Reason": paid.reason,
                "GrantTime": time(paid.grant_at),
            })
        })
        .collect())
}

async fn worker_blocks(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let all = worker_blocks::all(&mut turn.tx).await?;
    Ok(all
        .into_iter()
        .map(|block| {
            json!({
                "Requester": block.requester_id,
                "WorkerId": block.worker_id,
                "Reason": block.reason,
            })
        })
        .collect())
}

async fn messages(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let mut shown = Vec::new();
    let mut after = 0;
    loop {
        let batch = messages::list(&mut turn.tx, after, 500).await?;
        let Some((_, last)) = batch.last() else { return Ok(shown) };
        after = *last;
        shown.extend(batch.into_iter().map(|(sent, _)| {
            json!({
                "Requester": sent.requester_id,
                "WorkerId": sent.worker_id,
                "Subject": sent.subject,
                "MessageText": sent.text,
                "SendTime": time(sent.sent_at),
            })
        }));
    }
}
