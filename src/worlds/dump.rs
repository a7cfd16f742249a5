//! Dumping: the whole market as a world that loads again.

mod qualifications;

use serde_json::{Map, Value, json};

use crate::fault::Fault;
use crate::shapes::assignment::Assignment;
use crate::store::acceptances::{self, Acceptance};
use crate::store::assignments;
use crate::store::hit_types::{self, HitType};
use crate::store::hits::{self, Hit};
use crate::store::payments;
use crate::store::requesters;
use crate::store::timers::{self, Kind};
use crate::store::workers;
use crate::time::Instant;
use crate::turn::Turn;

/// The market as a world.
///
/// Times are absolute. Page tokens and unique request tokens are not part of a world.
///
/// # Errors
/// The database failed.
pub async fn dump(turn: &mut Turn) -> Result<Value, Fault> {
    Ok(json!({
        "Requesters": requesters(turn).await?,
        "Workers": workers(turn).await?,
        "QualificationTypes": qualifications::types(turn).await?,
        "Qualifications": qualifications::grants(turn).await?,
        "QualificationRequests": qualifications::requests(turn).await?,
        "HITTypes": hit_types(turn).await?,
        "HITs": hits(turn).await?,
        "BonusPayments": bonus_payments(turn).await?,
        "WorkerBlocks": worker_blocks(turn).await?,
    }))
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

async fn requesters(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let all = requesters::all(&mut turn.tx).await?;
    Ok(all
        .into_iter()
        .map(|(known, balance)| {
            object(json!({
                "AccessKeyId": known.requester.access_key,
                "SecretAccessKey": known.secret,
                "RequesterId": known.requester.id,
                "AccountId": known.requester.account,
                "Name": known.requester.name,
                "AvailableBalance": balance,
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

fn type_members(hit_type: &HitType, requester_id: &str) -> Value {
    let values = &hit_type.values;
    json!({
        "Requester": requester_id,
        "HITTypeId": hit_type.id,
        "HITGroupId": hit_type.group_id,
        "Title": values.title,
        "Description": values.description,
        "Keywords": values.keywords,
        "Reward": values.reward,
        "AssignmentDurationInSeconds": values.assignment_duration_s,
        "AutoApprovalDelayInSeconds": values.auto_approval_delay_s,
        "QualificationRequirements": values.requirements,
    })
}

async fn hit_types(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let mut shown = Vec::new();
    let mut after = String::new();
    loop {
        let batch = hit_types::batch(&mut turn.tx, &after).await?;
        let Some((last, _)) = batch.last() else { return Ok(shown) };
        after.clone_from(&last.id);
        shown.extend(batch.iter().map(|(of, owner)| object(type_members(of, owner))));
    }
}

async fn hits(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let mut shown = Vec::new();
    let mut after = 0;
    loop {
        let batch = hits::batch(&mut turn.tx, after).await?;
        let Some(last) = batch.last() else { return Ok(shown) };
        after = last.key;
        for hit in &batch {
            shown.push(one_hit(turn, hit).await?);
        }
    }
}

async fn one_hit(turn: &mut Turn, hit: &Hit) -> Result<Value, Fault> {
    let policies = hits::policies(&mut turn.tx, hit.key).await?;
    let policy =
        |text: Option<String>| text.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let disposal = timers::when(&mut turn.tx, Kind::Disposal, &hit.id).await?;
    Ok(object(json!({
        "Requester": hit.requester_id,
        "HITId": hit.id,
        "HITTypeId": hit.hit_type.id,
        "CreationTime": time(hit.created_at),
        "Expiration": time(hit.standing.expire_at),
        "HITStatus": hit.status,
        "MaxAssignments": hit.standing.max,
        "RequesterAnnotation": hit.requester_annotation,
        "AssignmentReviewPolicy": policy(policies.assignment),
        "HITReviewPolicy": policy(policies.hit),
        "DisposalTime": disposal.map(time),
        "Question": hit.question,
        "Assignments": work(turn, hit).await?,
    })))
}

async fn work(turn: &mut Turn, hit: &Hit) -> Result<Vec<Value>, Fault> {
    let mut shown = Vec::new();
    let mut after = i64::MIN;
    loop {
        let batch = assignments::batch(&mut turn.tx, hit.key, after).await?;
        let Some(last) = batch.last() else { break };
        after = last.position;
        shown.extend(batch.into_iter().map(|placed| assignment(placed.assignment, false)));
    }
    let held = acceptances::of_hit(&mut turn.tx, hit.key).await?;
    shown.extend(held.iter().map(taken));
    Ok(shown)
}

/// Submitted work with the API's names and RFC 3339 times; within its HIT it need not name it.
#[must_use]
pub fn assignment(work: Assignment, with_hit: bool) -> Value {
    object(json!({
        "AssignmentId": work.assignment_id,
        "WorkerId": work.worker_id,
        "HITId": with_hit.then_some(work.hit_id),
        "AssignmentStatus": work.assignment_status,
        "AutoApprovalTime": time(work.auto_approval_time),
        "AcceptTime": time(work.accept_time),
        "SubmitTime": time(work.submit_time),
        "ApprovalTime": work.approval_time.map(time),
        "RejectionTime": work.rejection_time.map(time),
        "Deadline": time(work.deadline),
        "Answer": work.answer,
        "RequesterFeedback": work.requester_feedback,
    }))
}

fn taken(held: &Acceptance) -> Value {
    json!({
        "AssignmentId": held.assignment_id,
        "WorkerId": held.worker_id,
        "AssignmentStatus": held.state.as_str(),
        "AcceptTime": time(held.accept_at),
        "Deadline": time(held.deadline_at),
    })
}

async fn bonus_payments(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let all = payments::bonuses(&mut turn.tx).await?;
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
    let all = payments::blocks(&mut turn.tx).await?;
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
