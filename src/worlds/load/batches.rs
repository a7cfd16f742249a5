//! Batches: their tables, and what is under way with them.

use std::collections::{HashMap, HashSet};

use crate::actions::batches::schedule;
use crate::fault::Fault;
use crate::rules::batch::review::MAX_DECISIONS;
use crate::rules::batch::{MAX_NUMBER, MOST_PROBLEMS, check_settings, check_table};
use crate::rules::csv::{self, Row, Table};
use crate::rules::hit_type::Values;
use crate::rules::limits::{self, REQUESTER_FEEDBACK};
use crate::shapes::batch::{Batch, BatchStatus, Decision, Mark, NewBatch, Work, WorkKind};
use crate::shapes::scalar::{At, Id, WorkerId};
use crate::shapes::table::TableNote;
use crate::store::batches::{self, MadeFrom, MadeRow};
use crate::store::requesters::Requester;
use crate::store::{batch_results, hit_types};
use crate::worlds::entries::batches::{BatchEntry, RowEntry};
use crate::worlds::load::{Load, sentence};
use crate::worlds::merge::Located;

/// The last line that a file can have, and the most work: more than any file has.
const MOST_LINE: usize = 1 << 30;
const MOST_WORK: i64 = 1 << 30;

/// By the id of a HIT: its key, and the number of its batch or 0.
type Keys = HashMap<String, (i64, i64)>;

impl Load<'_> {
    pub(super) async fn load_batches(&mut self) -> Result<(), Fault> {
        for entry in &self.entries.batches {
            let before = self.problems.count();
            let owner = self.owner(entry).await?;
            self.check_batch(entry).await?;
            let values = check_settings(&entry.settings).map_err(|fault| {
                self.problem(&entry.place, format!("Settings: {}", sentence(&fault)));
            });
            let (Some(owner), Ok(values)) = (owner, values) else { continue };
            let keys = self.keys(entry, &owner).await?;
            let hit_type_id = self.type_of_batch(entry, &owner, values).await?;
            if self.problems.count() == before
                && let Some(hit_type_id) = hit_type_id
            {
                self.add_batch(entry, (&owner, hit_type_id), &keys).await?;
            }
        }
        Ok(())
    }

    /// Whether the batch is whole in itself.
    async fn check_batch(&mut self, entry: &Located<BatchEntry>) -> Result<(), Fault> {
        let (place, now) = (&entry.place, self.turn.now);
        match entry.batch_id {
            Some(id) if !(1..=MAX_NUMBER).contains(&id) => {
                let why = format!("a number from 1 to {MAX_NUMBER} is wanted");
                self.problem(place.of(&["BatchId"]), why);
            }
            Some(id) if batches::find(&mut self.turn.tx, id, None).await.is_ok() => {
                self.problem(place.of(&["BatchId"]), format!("there is a batch {id} already"));
            }
            _ => {}
        }
        if self.instant(place, "CreationTime", entry.creation_time).is_some_and(|at| at > now) {
            self.problem(place.of(&["CreationTime"]), "CreationTime is in the future");
        }
        for why in table_problems(entry).into_iter().chain(state_problems(entry)) {
            self.problem(place, why);
        }
        Ok(())
    }

    /// The HITs of the rows; a problem for each that is not the requester's, or another's row.
    async fn keys(
        &mut self,
        entry: &Located<BatchEntry>,
        owner: &Requester,
    ) -> Result<Keys, Fault> {
        let ids: Vec<&str> =
            entry.rows.iter().filter_map(|row| Some(row.hit_id.as_deref()?.as_str())).collect();
        let keys = batches::hit_keys(&mut self.turn.tx, &owner.id, &ids).await?;
        // A HIT of these files with a problem was not written.
        let unwritten: HashSet<&str> = if self.problems.is_empty() {
            HashSet::new()
        } else {
            self.entries.hit_ids().collect()
        };
        let mut seen = HashSet::new();
        for (index, row) in entry.rows.iter().enumerate() {
            let Some(id) = row.hit_id.as_deref() else { continue };
            let at = format!("Rows[{index}].HITId");
            match keys.get(id.as_str()) {
                None if unwritten.contains(id.as_str()) => {}
                None => {
                    self.missing(&entry.place, format!("{at}: the requester has no HIT {id}"));
                }
                Some((_, batch)) if *batch > 0 => {
                    let why = format!("{at}: the HIT {id} is of batch {batch} already");
                    self.problem(&entry.place, why);
                }
                Some(_) if !seen.insert(id.as_str()) => {
                    self.problem(&entry.place, format!("{at}: the HIT {id} stands twice"));
                }
                Some(_) => {}
            }
        }
        Ok(keys)
    }

    /// The HIT type that is named, or else that of the settings.
    async fn type_of_batch(
        &mut self,
        entry: &Located<BatchEntry>,
        owner: &Requester,
        values: Values,
    ) -> Result<Option<String>, Fault> {
        let (tx, ids) = (&mut self.turn.tx, &mut self.turn.ids);
        let Some(id) = entry.hit_type_id.as_deref() else {
            let new_ids = || (ids.entity(), ids.entity());
            let made = hit_types::find_or_add(tx, &owner.id, values, new_ids).await?;
            return Ok(Some(made.id));
        };
        let found = hit_types::find(tx, &owner.id, id).await?;
        if found.is_none() {
            let why = format!("the requester has no HIT type {id}");
            self.missing(entry.place.of(&["HITTypeId"]), why);
        }
        Ok(found.map(|found| found.id))
    }

    async fn add_batch(
        &mut self,
        entry: &Located<BatchEntry>,
        (owner, hit_type_id): (&Requester, String),
        keys: &Keys,
    ) -> Result<(), Fault> {
        let created_at = self.instant(&entry.place, "CreationTime", entry.creation_time);
        let settings = NewBatch { requester: None, dry_run: false, ..entry.settings.clone() };
        let mut batch = Batch {
            batch_id: entry.batch_id.unwrap_or_default(),
            name: settings.name.clone().unwrap_or_else(|| settings.title.clone()),
            requester_id: WorkerId::known(owner.id.clone()),
            title: settings.title.clone(),
            hit_type_id: Id::known(hit_type_id),
            creation_time: At(created_at.unwrap_or(self.turn.now)),
            status: status(entry),
            row_count: counted(entry.rows.len()),
            published_count: published(entry),
            work: work(entry),
            problems: entry.problems.clone().unwrap_or_default(),
            assignments: None,
        };
        let made_from = MadeFrom { columns: entry.columns.clone(), new: settings };
        let row = |(number, row): (usize, &RowEntry)| MadeRow {
            row: Row {
                line: row.line.unwrap_or(number + 1).clamp(1, MOST_LINE),
                cells: row.cells.clone(),
            },
            hit_key: row.hit_id.as_deref().and_then(|id| keys.get(id.as_str())).map(|key| key.0),
            replaced_count: row.replaced_count.unwrap_or_default(),
        };
        let rows: Vec<MadeRow> = (1..).zip(&entry.rows).map(row).collect();
        batches::add(&mut self.turn.tx, &mut batch, &made_from, &rows).await?;
        self.add_decisions(entry, &batch).await?;
        let is_stopped =
            batch.status == BatchStatus::Stopped && batch.work.kind == WorkKind::Publish;
        if !batch.work.is_over() && !is_stopped {
            schedule(self.turn, batch.batch_id).await?;
        }
        self.loaded.batches += 1;
        Ok(())
    }

    /// What an uploaded file says of the batch's assignments and was not applied.
    async fn add_decisions(
        &mut self,
        entry: &Located<BatchEntry>,
        batch: &Batch,
    ) -> Result<(), Fault> {
        let decisions = entry.decisions.as_deref().unwrap_or_default();
        let ids: Vec<&str> = decisions.iter().map(|mark| &*mark.assignment_id).collect();
        let known = batch_results::statuses(&mut self.turn.tx, batch.batch_id, &ids).await?;
        if self.problems.is_empty() {
            for (index, id) in ids.iter().enumerate().filter(|(_, id)| !known.contains_key(**id)) {
                let at = format!("Decisions[{index}].AssignmentId");
                let why = format!("{at}: the batch has no submitted assignment {id}");
                self.missing(&entry.place, why);
            }
        }
        let marks: Vec<_> = decisions.iter().collect();
        batches::add_reviews(&mut self.turn.tx, batch.batch_id, batch.work.done, &marks).await
    }
}

fn counted(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// How many of the first rows have HITs.
fn published(entry: &BatchEntry) -> i64 {
    counted(entry.rows.iter().take_while(|row| row.hit_id.is_some()).count())
}

fn status(entry: &BatchEntry) -> BatchStatus {
    let is_whole = published(entry) == counted(entry.rows.len());
    let derived = if is_whole { BatchStatus::Published } else { BatchStatus::Publishing };
    entry.status.unwrap_or(derived)
}

fn work(entry: &BatchEntry) -> Work {
    let derived = || Work {
        done: published(entry),
        ..Work::new(WorkKind::Publish, counted(entry.rows.len()))
    };
    entry.work.clone().unwrap_or_else(derived)
}

/// The table. The line of a row is its number, from 1, so that problems name it.
fn table(entry: &BatchEntry) -> Table {
    let row = |(line, row): (usize, &RowEntry)| Row { line, cells: row.cells.clone() };
    let rows = (1..).zip(&entry.rows).map(row).collect();
    Table { line: 0, columns: entry.columns.clone(), rows, notes: Vec::new() }
}

/// What is wrong with the table: the same as in a file.
fn table_problems(entry: &BatchEntry) -> Vec<String> {
    let mut table = table(entry);
    let checked = csv::check(&table, csv::Limits::DATA)
        .and_then(|()| check_table(&mut table, &entry.settings.template).map(drop));
    let sentence = |TableNote { line, column, reason }: TableNote| {
        let at = line.checked_sub(1).map_or("Columns".to_owned(), |row| format!("Rows[{row}]"));
        if column.is_empty() {
            format!("{at}: {reason}")
        } else {
            format!("{at}: {column}: {reason}")
        }
    };
    checked.err().into_iter().flatten().map(sentence).collect()
}

/// What cannot be of how far the batch has come.
fn state_problems(entry: &BatchEntry) -> Vec<String> {
    let (rows, published) = (counted(entry.rows.len()), published(entry));
    let (status, work) = (status(entry), work(entry));
    let mut wrong = Vec::new();
    let mut unless = |is_right: bool, why: String| wrong.extend((!is_right).then_some(why));
    let behind = entry.rows.iter().rposition(|row| row.hit_id.is_some()).map_or(0, |at| at + 1);
    let first = usize::try_from(published).unwrap_or(usize::MAX);
    unless(behind == first, format!("Rows[{first}].HITId is missing: a later row has its HIT"));
    for (index, row) in entry.rows.iter().enumerate() {
        let count = row.replaced_count.unwrap_or_default();
        let most = if row.hit_id.is_some() { limits::ASSIGNMENTS.max } else { 0 };
        let can_be = (0..=most).contains(&count);
        unless(can_be, format!("Rows[{index}].ReplacedCount: a HIT has so many rejected"));
    }
    let is_whole = status != BatchStatus::Published || published == rows;
    unless(is_whole, "Status: Published, but not each row has its HIT".to_owned());
    let is_publishing = work.kind == WorkKind::Publish && !work.is_over();
    let can_publish = status != BatchStatus::Publishing || is_publishing;
    unless(can_publish, "Status: Publishing, but no HIT is left to be made".to_owned());
    let bounds = (0..=work.total).contains(&work.done);
    unless(bounds, "Work.Done: must be between 0 and Total".to_owned());
    let bounds = work.total <= MOST_WORK && (0..=work.total).contains(&work.failed);
    unless(bounds, format!("Work: Failed is at most Total, and Total at most {MOST_WORK}"));
    let additional = work.additional_assignments.unwrap_or(1);
    let bounds = (1..=limits::ASSIGNMENTS.max).contains(&additional);
    unless(bounds, "Work.AdditionalAssignments: more than a HIT can have, or none".to_owned());
    let left = counted(entry.decisions.as_ref().map_or(0, Vec::len));
    let (total, is_right) = match work.kind {
        WorkKind::Publish => (rows, work.total == rows && work.done == published),
        WorkKind::Extend | WorkKind::Republish | WorkKind::Cancel => {
            (published, work.total == published)
        }
        WorkKind::Review => {
            (work.done.saturating_add(left), work.total == work.done.saturating_add(left))
        }
    };
    unless(is_right, format!("Work: Total and Done are not those of {total} in all"));
    let is_review = left == 0 || work.kind == WorkKind::Review;
    unless(is_review, "Decisions: the work is no review".to_owned());
    let problems = entry.problems.as_ref().map_or(0, Vec::len);
    unless(problems <= MOST_PROBLEMS, format!("Problems: more than {MOST_PROBLEMS}"));
    wrong.extend(decision_problems(entry.decisions.as_deref().unwrap_or_default()));
    wrong
}

fn decision_problems(decisions: &[Mark]) -> Vec<String> {
    let mut wrong = Vec::new();
    if decisions.len() > MAX_DECISIONS {
        wrong.push(format!("Decisions: more than {MAX_DECISIONS}"));
    }
    for (index, mark) in decisions.iter().enumerate() {
        let length = mark.reason.chars().count();
        let can_be = match mark.decision {
            Decision::Approve => length == 0,
            Decision::Reject => (1..=REQUESTER_FEEDBACK).contains(&length),
        };
        if !can_be {
            let why = format!("a rejection has a reason of up to {REQUESTER_FEEDBACK} characters");
            wrong.push(format!("Decisions[{index}].Reason: {why}"));
        }
    }
    wrong
}
