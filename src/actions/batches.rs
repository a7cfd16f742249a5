//! Batches: what begins, and what a timer then does some rows at a time.
//!
//! Each portion is done in one turn with the note of how far the batch has come, so nothing is done
//! twice, whatever stops the process.

pub mod portions;

use std::sync::Arc;

use crate::actions::hit_type;
use crate::actions::requirements::check_types;
use crate::fault::{Code, Fault};
use crate::rules;
use crate::rules::batch::review::Reviewed;
use crate::rules::batch::{CheckedBatch, Refused};
use crate::rules::csv::Row;
use crate::rules::fees::insufficient_funds;
use crate::rules::limits;
use crate::rules::text::is_access_key;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::batch::{Batch, BatchStatus, Decision, Mark, Work, WorkKind};
use crate::shapes::scalar::{At, Id, WorkerId};
use crate::store::batches::{MadeFrom, MadeRow};
use crate::store::requesters::{self, Requester};
use crate::store::timers::Kind;
use crate::store::{batch_results, batches};
use crate::time::{Instant, Span};
use crate::turn::{Profile, Turn, TurnError};

/// How many digits batches have in the subjects of timers.
const DIGITS: usize = 19;

impl TurnError for Refused {
    fn fault(&self) -> Option<&Fault> {
        if let Self::Fault(fault) = self { Some(fault) } else { None }
    }
}

/// Makes a batch of the requester with that access key or id. Its HITs follow by a timer.
///
/// # Errors
/// No such requester; a qualification type that does not exist; `InsufficientFunds` for all HITs
/// together. Nothing is made then.
pub async fn create(
    turn: &mut Turn,
    checked: &CheckedBatch,
    requester: &str,
) -> Result<Batch, Fault> {
    let is_new = check(turn, checked, requester).await?;
    if is_new {
        requesters::add(&mut turn.tx, &turn.requester).await?;
    }
    let hit_type = hit_type::find_or_add(turn, checked.values.clone()).await?;
    let row_count = i64::try_from(checked.table.rows.len()).unwrap_or(i64::MAX);
    let new = &checked.new;
    let mut batch = Batch {
        batch_id: 0,
        name: new.name.clone().unwrap_or_else(|| new.title.clone()),
        requester_id: WorkerId::known(turn.requester.id.clone()),
        title: new.title.clone(),
        hit_type_id: Id::known(hit_type.id),
        creation_time: At(turn.now),
        status: BatchStatus::Publishing,
        row_count,
        published_count: 0,
        work: Work::new(WorkKind::Publish, row_count),
        problems: Vec::new(),
        assignments: None,
    };
    let made_from = MadeFrom { columns: checked.table.columns.clone(), new: new.clone() };
    let row = |row: &Row| MadeRow { row: row.clone(), hit_key: None, replaced_count: 0 };
    let rows: Vec<MadeRow> = checked.table.rows.iter().map(row).collect();
    batches::add(&mut turn.tx, &mut batch, &made_from, &rows).await?;
    schedule(turn, batch.batch_id).await?;
    Ok(batch)
}

/// Checks that the requester with that access key or id can make the batch now, and acts for that
/// requester from here on. Whether it is a new access key, which would make a requester.
///
/// # Errors
/// As of [`create`].
pub async fn check(
    turn: &mut Turn,
    checked: &CheckedBatch,
    requester: &str,
) -> Result<bool, Fault> {
    let known = requesters::by_key_or_id(&mut turn.tx, requester).await?;
    let is_new = known.is_none();
    if is_new && !is_access_key(requester) {
        return Err(Fault::unreadable("Requester is no access key"));
    }
    let new = || Arc::new(Requester::of_key(requester));
    turn.requester = known.map_or_else(new, |known| known.requester);
    if turn.market.profile == Profile::Production {
        let balance = requesters::balance(&mut turn.tx, &turn.requester).await?;
        if balance.available < checked.cost().total.0 {
            return Err(insufficient_funds());
        }
    }
    check_types(turn, &checked.values.requirements).await?;
    Ok(is_new)
}

/// Lets the next portion follow at once.
///
/// # Errors
/// The database failed.
pub async fn schedule(turn: &mut Turn, batch_id: i64) -> Result<(), Fault> {
    let at = turn.arrived_at;
    turn.set_timer(Kind::Batch, &format!("{batch_id:0DIGITS$}"), at).await
}

/// Begins other work on a batch.
async fn begin(turn: &mut Turn, batch: &mut Batch, work: Work) -> Result<(), Fault> {
    batch.work = work;
    batch.problems = Vec::new();
    turn.touch(&batch.requester_id);
    batches::save(&mut turn.tx, batch).await?;
    if batch.work.is_over() { Ok(()) } else { schedule(turn, batch.batch_id).await }
}

/// Refuses what has to wait for other work on the batch.
fn is_idle(batch: &Batch) -> Result<(), Fault> {
    let is_stopped = batch.status == BatchStatus::Stopped && batch.work.kind == WorkKind::Publish;
    if batch.work.is_over() || is_stopped {
        return Ok(());
    }
    let Work { kind, done, total, .. } = &batch.work;
    let message = format!(
        "The batch is busy: {} has done {done} of {total}. Try again when it is over.",
        kind.as_str()
    );
    Err(Fault::refused(Code::Conflict, message))
}

/// Goes on with a batch of which some HITs could not be made. Nothing changes if it did not stop.
///
/// # Errors
/// There is no such batch; it is canceled.
pub async fn publish(turn: &mut Turn, key: i64, owner: Option<&str>) -> Result<Batch, Fault> {
    let mut batch = batches::find(&mut turn.tx, key, owner).await?;
    match batch.status {
        BatchStatus::Publishing | BatchStatus::Published => return Ok(batch),
        BatchStatus::Canceled => {
            return Err(Fault::refused(Code::Conflict, "The batch is Canceled."));
        }
        BatchStatus::Stopped => is_idle(&batch)?,
    }
    batch.status = BatchStatus::Publishing;
    let done = batch.published_count;
    let work = Work { done, ..Work::new(WorkKind::Publish, batch.row_count) };
    begin(turn, &mut batch, work).await?;
    Ok(batch)
}

/// Makes no more HITs, and lets those that are made expire.
///
/// Assumed: what workers have accepted goes on, and what they submit can be reviewed; a batch that
/// is canceled stays so.
///
/// # Errors
/// There is no such batch; a review is under way.
pub async fn cancel(turn: &mut Turn, key: i64, owner: Option<&str>) -> Result<Batch, Fault> {
    let mut batch = batches::find(&mut turn.tx, key, owner).await?;
    if batch.status == BatchStatus::Canceled {
        return Ok(batch);
    }
    if batch.work.kind != WorkKind::Publish {
        is_idle(&batch)?;
    }
    batch.status = BatchStatus::Canceled;
    let work = Work::new(WorkKind::Cancel, batch.published_count);
    begin(turn, &mut batch, work).await?;
    Ok(batch)
}

/// Gives each HIT more assignments, and lets it last at least until an instant.
///
/// # Errors
/// There is no such batch; it is not published; other work is under way; a value outside its
/// limits.
pub async fn extend(
    turn: &mut Turn,
    (key, owner): (i64, Option<&str>),
    additional: i64,
    until: Option<Instant>,
) -> Result<Batch, Fault> {
    let mut batch = batches::find(&mut turn.tx, key, owner).await?;
    is_idle(&batch)?;
    if additional == 0 && until.is_none() {
        let why = "AdditionalAssignments or Expiration is wanted, or both";
        return Err(Fault::unreadable(why));
    }
    limits::Range { min: 0, ..limits::ASSIGNMENTS }.check("AdditionalAssignments", additional)?;
    let work = Work {
        additional_assignments: Some(additional).filter(|additional| *additional > 0),
        expiration: expiration(turn, until)?,
        ..Work::new(WorkKind::Extend, batch.published_count)
    };
    is_published(&batch, "extended")?;
    begin(turn, &mut batch, work).await?;
    Ok(batch)
}

/// Gives each HIT as many more assignments as were rejected since the last time.
///
/// A HIT that gets some lasts at least until that instant. If it has expired and there is no such
/// instant, it begins another lifetime of the batch's length.
///
/// Assumed: all of that, since the requester site is gone. A rejection that is overturned later
/// keeps the assignment that was added for it.
///
/// # Errors
/// There is no such batch; it is not published; other work is under way; an instant outside its
/// limits.
pub async fn republish(
    turn: &mut Turn,
    (key, owner): (i64, Option<&str>),
    until: Option<Instant>,
) -> Result<Batch, Fault> {
    let mut batch = batches::find(&mut turn.tx, key, owner).await?;
    is_idle(&batch)?;
    let expiration = expiration(turn, until)?;
    is_published(&batch, "republished")?;
    let work = Work { expiration, ..Work::new(WorkKind::Republish, batch.published_count) };
    begin(turn, &mut batch, work).await?;
    Ok(batch)
}

/// Until when HITs last, as it is kept.
fn expiration(turn: &Turn, until: Option<Instant>) -> Result<Option<At>, Fault> {
    let most = turn.now + Span::seconds(limits::YEAR_S);
    if until.is_some_and(|until| until <= turn.now || until > most) {
        return Err(Fault::unreadable("Expiration is within a year from now"));
    }
    Ok(until.map(|until| At(until.whole_second())))
}

fn is_published(batch: &Batch, wanted: &str) -> Result<(), Fault> {
    if batch.status == BatchStatus::Published {
        return Ok(());
    }
    let message = format!("The batch is {}: it cannot be {wanted}.", batch.status.as_str());
    Err(Fault::refused(Code::Conflict, message))
}

/// Takes the decisions of an uploaded file, once all of them are checked. Those that are in force
/// already are left out.
///
/// # Errors
/// There is no such batch, or other work on it is under way; or every problem of the file: an
/// assignment of another batch, a rejection of approved work, an approval of work whose rejection
/// cannot be overridden any more. Nothing is taken then.
pub async fn review(
    turn: &mut Turn,
    (key, owner): (i64, Option<&str>),
    reviewed: &Reviewed,
) -> Result<Batch, Refused> {
    let (mut batch, open) = check_review(turn, (key, owner), reviewed).await?;
    if open.is_empty() {
        // Only the answer says so: what the batch did last stays.
        batch.work = Work::new(WorkKind::Review, 0);
        return Ok(batch);
    }
    batches::add_reviews(&mut turn.tx, key, 0, &open).await?;
    let total = i64::try_from(open.len()).unwrap_or(i64::MAX);
    begin(turn, &mut batch, Work::new(WorkKind::Review, total)).await?;
    Ok(batch)
}

/// What an uploaded file would decide: the batch, and the decisions that are not in force already.
///
/// # Errors
/// As [`review`].
pub async fn check_review<'r>(
    turn: &mut Turn,
    (key, owner): (i64, Option<&str>),
    reviewed: &'r Reviewed,
) -> Result<(Batch, Vec<&'r Mark>), Refused> {
    let batch = batches::find(&mut turn.tx, key, owner).await?;
    is_idle(&batch)?;
    let mut problems = reviewed.problems.clone();
    if let Some((other, line)) = reviewed.batch.filter(|(named, _)| *named != key) {
        let reason = format!("this is a row of batch {other}");
        problems.add(line, "RequesterAnnotation", reason);
        problems.clone().result()?;
    }
    let ids: Vec<&str> = reviewed.entries.iter().map(|entry| &*entry.assignment_id).collect();
    let statuses = batch_results::statuses(&mut turn.tx, key, &ids).await?;
    let mut open = Vec::new();
    for entry in &reviewed.entries {
        let Some((status, position)) = statuses.get(&entry.assignment_id).copied() else {
            let reason = "the batch has no such submitted assignment";
            problems.add(entry.line, "AssignmentId", reason);
            continue;
        };
        if is_in_force(entry, status) {
            continue;
        }
        let submit_at = rules::assignment::submitted_at(position);
        let (column, reason, checked) = match entry.decision {
            Decision::Approve => (
                "Approve",
                "the assignment is rejected, and was submitted more than 30 days ago",
                rules::assignment::approve(status, true, submit_at, turn.now),
            ),
            Decision::Reject => {
                ("Reject", "the assignment is approved already", rules::assignment::reject(status))
            }
        };
        match checked {
            Ok(()) => open.push(entry),
            Err(_) => problems.add(entry.line, column, reason),
        }
    }
    problems.result()?;
    Ok((batch, open))
}

/// Whether an assignment is decided as a file says.
fn is_in_force(entry: &Mark, status: AssignmentStatus) -> bool {
    matches!(
        (entry.decision, status),
        (Decision::Approve, AssignmentStatus::Approved)
            | (Decision::Reject, AssignmentStatus::Rejected)
    )
}
