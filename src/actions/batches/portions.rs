//! A portion of the work on a batch: in a turn of a timer.

use std::sync::Arc;

use crate::actions::batches::{is_in_force, schedule};
use crate::actions::expiration::expire_at;
use crate::actions::hit::{CheckedHit, create_hit, extend};
use crate::actions::review::{Approval, approve, reject};
use crate::fault::{Code, Fault};
use crate::rules::batch::template::{Template, number};
use crate::rules::batch::{MOST_PROBLEMS, annotation};
use crate::shapes::batch::{Batch, BatchStatus, Decision, Mark, Work, WorkKind};
use crate::shapes::hit::{HitStatus, NewHit};
use crate::shapes::table::TableNote;
use crate::store::batches::{MadeFrom, RejectedHit};
use crate::store::hits::Hit;
use crate::store::{assignments, batches, hit_types, requesters};
use crate::time::Span;
use crate::turn::Turn;

/// So many rows, HITs or decisions are done in one turn.
const PORTION: i64 = 10;
/// A turn in which the pages of new HITs have so many bytes makes no more.
const PORTION_BYTES: usize = 1 << 20;

/// Does the next portion of the work on a batch, and lets another follow if that is not all.
///
/// # Errors
/// The database failed. What the rules refuse is noted among the batch's problems.
pub async fn next(turn: &mut Turn, subject: &str) -> Result<(), Fault> {
    let key = subject.parse::<i64>().unwrap_or_default();
    let mut batch = match batches::find(&mut turn.tx, key, None).await {
        Ok(batch) if !batch.work.is_over() => batch,
        Ok(_) => return Ok(()),
        // It went with a reset.
        Err(fault) if fault.refusal().is_some() => return Ok(()),
        Err(fault) => return Err(fault),
    };
    let Some(known) = requesters::by_id(&mut turn.tx, &batch.requester_id).await? else {
        return Ok(());
    };
    let nobody = std::mem::replace(&mut turn.requester, known.requester);
    let done = match batch.work.kind {
        WorkKind::Publish => publish(turn, &mut batch).await,
        WorkKind::Extend | WorkKind::Cancel => change_hits(turn, &mut batch).await,
        WorkKind::Republish => republish(turn, &mut batch).await,
        WorkKind::Review => review(turn, &mut batch).await,
    };
    turn.requester = nobody;
    done?;
    turn.touch(&batch.requester_id);
    batches::save(&mut turn.tx, &batch).await?;
    let is_stopped = batch.work.kind == WorkKind::Publish && batch.status == BatchStatus::Stopped;
    if batch.work.is_over() || is_stopped { Ok(()) } else { schedule(turn, key).await }
}

/// Notes what the rules refuse, up to a limit; the store's failures go on.
fn note(batch: &mut Batch, line: usize, done: Result<(), Fault>) -> Result<bool, Fault> {
    let Err(fault) = done else { return Ok(true) };
    let Some(refusal) = fault.refusal() else { return Err(fault) };
    let reason = refusal.text();
    batch.work.failed += 1;
    if batch.problems.len() < MOST_PROBLEMS {
        batch.problems.push(TableNote::new(line, "", reason));
    }
    Ok(false)
}

async fn publish(turn: &mut Turn, batch: &mut Batch) -> Result<(), Fault> {
    let (key, requester_id) = (batch.batch_id, Arc::clone(&turn.requester));
    let MadeFrom { columns, new } = batches::made_from(&mut turn.tx, key).await?;
    let found = hit_types::find(&mut turn.tx, &requester_id.id, &batch.hit_type_id).await?;
    let gone = || Fault::Service(format!("the HIT type of batch {key} is gone"));
    let hit_type = found.ok_or_else(gone)?;
    let template = Template::new(&new.template, new.frame_height);
    let annotation = annotation(key, number(&new.template));
    let mut bytes = 0;
    for row in batches::rows(&mut turn.tx, key, batch.published_count, PORTION).await? {
        if bytes >= PORTION_BYTES {
            break;
        }
        let question = template.question(&columns, &row.cells);
        bytes += question.len();
        let hit = NewHit {
            lifetime_in_seconds: new.lifetime_in_seconds,
            max_assignments: Some(new.max_assignments),
            question: None,
            requester_annotation: Some(annotation.clone()),
            unique_request_token: None,
            assignment_review_policy: None,
            hit_review_policy: None,
            hit_layout_id: None,
            hit_layout_parameters: None,
        };
        let checked = CheckedHit::of_batch(question, hit);
        match create_hit(turn, hit_type.clone(), checked).await {
            Ok(hit) => {
                batch.published_count += 1;
                batches::set_hit(&mut turn.tx, key, batch.published_count, hit.key).await?;
            }
            Err(fault) => {
                note(batch, row.line, Err(fault))?;
                batch.status = BatchStatus::Stopped;
                break;
            }
        }
    }
    batch.work.done = batch.published_count;
    if batch.work.is_over() {
        batch.status = BatchStatus::Published;
    }
    Ok(())
}

async fn change_hits(turn: &mut Turn, batch: &mut Batch) -> Result<(), Fault> {
    let (key, after) = (batch.batch_id, batch.work.done);
    let found = batches::hits(&mut turn.tx, key, after, PORTION).await?;
    if found.is_empty() {
        batch.work.done = batch.work.total;
    }
    for (mut hit, line) in found {
        let done = change_hit(turn, &batch.work, &mut hit).await;
        note(batch, usize::try_from(line).unwrap_or(1), done)?;
        batch.work.done += 1;
    }
    Ok(())
}

async fn change_hit(turn: &mut Turn, work: &Work, hit: &mut Hit) -> Result<(), Fault> {
    let now = turn.now;
    let until = work.expiration.map(|until| until.0);
    match (work.kind, work.additional_assignments) {
        (WorkKind::Cancel, _) if hit.status == HitStatus::Disposed => Ok(()),
        (WorkKind::Cancel, _) if hit.standing.expired(now) => Ok(()),
        (WorkKind::Cancel, _) => expire_at(turn, hit, now).await,
        (_, Some(additional)) => extend(turn, hit, additional, until).await,
        (_, None) => match until.filter(|until| *until > hit.standing.expire_at) {
            Some(until) => expire_at(turn, hit, until).await,
            None => Ok(()),
        },
    }
}

async fn republish(turn: &mut Turn, batch: &mut Batch) -> Result<(), Fault> {
    let (key, after) = (batch.batch_id, batch.work.done);
    let found = batches::rejected(&mut turn.tx, key, after, PORTION).await?;
    if found.is_empty() {
        batch.work.done = batch.work.total;
        return Ok(());
    }
    let MadeFrom { new, .. } = batches::made_from(&mut turn.tx, key).await?;
    let again = turn.now + Span::seconds(new.lifetime_in_seconds);
    for RejectedHit { mut hit, line, number, replaced_count } in found {
        let rejected = hit.standing.rejected;
        let expired = Some(again).filter(|_| hit.standing.expired(turn.now));
        let until = batch.work.expiration.map(|until| until.0).or(expired);
        let done = extend(turn, &mut hit, rejected - replaced_count, until).await;
        if note(batch, usize::try_from(line).unwrap_or(1), done)? {
            batches::set_replaced(&mut turn.tx, key, number, rejected).await?;
        }
        batch.work.done = number;
    }
    Ok(())
}

async fn review(turn: &mut Turn, batch: &mut Batch) -> Result<(), Fault> {
    let (key, after) = (batch.batch_id, batch.work.done);
    let entries = batches::reviews(&mut turn.tx, key, after, PORTION).await?;
    if entries.is_empty() {
        batch.work.done = batch.work.total;
    }
    for entry in entries {
        let line = entry.line;
        let done = decide(turn, entry).await;
        note(batch, line, done)?;
        batch.work.done += 1;
    }
    batches::remove_reviews(&mut turn.tx, key, batch.work.done).await
}

/// Applies a decision, unless it is in force by now.
async fn decide(turn: &mut Turn, entry: Mark) -> Result<(), Fault> {
    let found = assignments::owned(&mut turn.tx, &turn.requester.id, &entry.assignment_id).await?;
    let Some((mut placed, mut hit)) = found else {
        let message = format!("Assignment {} is gone with its HIT.", entry.assignment_id);
        return Err(Fault::refused(Code::AssignmentDoesNotExist, message));
    };
    if is_in_force(&entry, placed.assignment.assignment_status) {
        return Ok(());
    }
    match entry.decision {
        // Assumed: a mark in Approve overturns a rejection too.
        Decision::Approve => {
            let approval = Approval { feedback: None, override_rejection: true };
            approve(turn, &mut placed, &mut hit, approval).await
        }
        Decision::Reject => reject(turn, &mut placed, &mut hit, entry.reason).await,
    }
}
