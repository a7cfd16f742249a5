//! HIT types, HITs, the work on them and what review policies found.

use serde_json::{Value, json};

use super::{object, time};
use crate::fault::Fault;
use crate::rules::page::Page;
use crate::shapes::assignment::Assignment;
use crate::shapes::review::{ReviewActionDetail, ReviewPolicyLevel};
use crate::store::acceptances::{self, Acceptance};
use crate::store::assignments;
use crate::store::hit_types::{self, HitType};
use crate::store::hits::{self, Hit};
use crate::store::notifications;
use crate::store::review_reports::{self, Entry, Part};
use crate::store::timers::{self, Kind};
use crate::turn::Turn;

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

pub(super) async fn hit_types(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
    let mut shown = Vec::new();
    let mut after = String::new();
    loop {
        let batch = hit_types::batch(&mut turn.tx, &after).await?;
        let Some((last, _)) = batch.last() else { return Ok(shown) };
        let mut told = notifications::between(&mut turn.tx, &after, &last.id).await?;
        after.clone_from(&last.id);
        for (hit_type, owner) in &batch {
            let mut members = type_members(hit_type, owner);
            if let Some(settings) = told.remove(&hit_type.id) {
                members["Notification"] = json!(settings.specification);
                members["Active"] = settings.active.into();
            }
            shown.push(object(members));
        }
    }
}

pub(super) async fn hits(turn: &mut Turn) -> Result<Vec<Value>, Fault> {
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
    let disposal = timers::when(&mut turn.tx, Kind::Disposal, &hit.id).await?;
    Ok(object(json!({
        "Requester": hit.requester_id,
        "HITId": hit.id,
        "HITTypeId": hit.hit_type.id,
        "HITLayoutId": hit.layout_id,
        "CreationTime": time(hit.created_at),
        "Expiration": time(hit.standing.expire_at),
        "HITStatus": hit.status,
        "MaxAssignments": hit.standing.max,
        "RequesterAnnotation": hit.requester_annotation,
        "AssignmentReviewPolicy": policies.assignment,
        "HITReviewPolicy": policies.hit,
        "DisposalTime": disposal.map(time),
        "AssignmentReviewReport": report(turn, hit, ReviewPolicyLevel::Assignment).await?,
        "HITReviewReport": report(turn, hit, ReviewPolicyLevel::Hit).await?,
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

/// What the policy of a level found and did; nothing where it has not run.
async fn report(
    turn: &mut Turn,
    hit: &Hit,
    level: ReviewPolicyLevel,
) -> Result<Option<Value>, Fault> {
    if !hit.has_policies {
        return Ok(None);
    }
    let parts = Part::ALL.into_iter().filter(|part| part.level == level);
    let parts: Vec<Part> = parts.collect();
    let (mut results, mut actions, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = Page { after, size: 500 };
        let batch = review_reports::page(&mut turn.tx, hit.key, &parts, page).await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.place);
        for reported in batch {
            match reported.entry {
                Entry::Result(result) => results.push(json!(result)),
                Entry::Action(done) => actions.push(action(&done)),
            }
        }
    }
    let is_empty = results.is_empty() && actions.is_empty();
    Ok((!is_empty).then(|| json!({"ReviewResults": results, "ReviewActions": actions})))
}

fn action(done: &ReviewActionDetail) -> Value {
    let at = time(done.complete_time);
    let mut shown = json!(done);
    shown["CompleteTime"] = at.into();
    shown
}
