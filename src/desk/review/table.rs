//! A page of answers: a row for each assignment, a column for each field.

use std::collections::{BTreeMap, HashMap};

use crate::desk::review::cell::Cell;
use crate::desk::review::query::{Cursor, Query, shown};
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::assignment;
use crate::rules::review::{Filter, Work};
use crate::shapes::assignment::AssignmentStatus;
use crate::time::Instant;
use crate::views::desk::review::{self, Place, Scope, Wanted};

/// So many assignments are on a page.
pub const SIZE: usize = 50;
/// So many columns.
const MAX_COLUMNS: usize = 100;
/// For one page so many rows are read, and documents of so many bytes.
const MOST_READ: usize = 2000;
const MOST_BYTES: usize = 4 << 20;
/// And in so many turns: HITs of a type that have no work take some, too.
const MOST_TURNS: usize = 40;
const MOST_SORTING_TURNS: usize = 200;
/// So many rows are sorted, and documents of so many bytes.
pub const MOST_SORTED: usize = 5000;
pub const MOST_SORTED_BYTES: usize = 64 << 20;

/// So many rows are looked through for all work that is submitted, in so many turns.
const MOST_LOOKED_THROUGH: usize = 200_000;
const MOST_LOOKING_TURNS: usize = 4000;

/// A page of answers.
#[derive(Debug, Default)]
pub struct Table {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// How many columns are left out.
    pub left_out: usize,
    /// The assignments.
    pub rows: Vec<Row>,
    /// Where the next page begins, as an address has it; none at the end.
    pub next: Option<String>,
    /// Whether the page ended because enough was read, not because it is full.
    pub is_cut: bool,
    /// Whether there is more work than was sorted.
    pub is_partly_sorted: bool,
}

/// An assignment on the page.
#[derive(Debug)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its HIT.
    pub hit_id: String,
    /// Who did it.
    pub worker_id: String,
    /// Whether that is a robot.
    pub is_robot: bool,
    /// What became of it.
    pub status: AssignmentStatus,
    /// From acceptance to submission, in seconds.
    pub time_on_task_s: i64,
    /// When it was submitted.
    pub submit_at: Instant,
    /// What the worker was told.
    pub feedback: Option<String>,
    /// Why the answer is not shown.
    pub unreadable: Option<String>,
    /// Whether its rejection may be taken back.
    pub may_override: bool,
    /// What was answered, in the order of the columns; an answer may have several values for one.
    pub cells: Vec<Vec<Cell>>,
    /// How many more values the answer has.
    pub left_out: usize,
    found: Vec<(String, Cell)>,
}

impl Table {
    /// Whether a row is still to be decided.
    pub fn has_submitted(&self) -> bool {
        self.rows.iter().any(|row| row.status == AssignmentStatus::Submitted)
    }

    /// Whether a rejection may be taken back.
    pub fn has_rejected(&self) -> bool {
        self.rows.iter().any(|row| row.may_override)
    }

    /// About how many bytes the cells take on a page.
    pub fn bytes(&self) -> usize {
        self.rows.iter().flat_map(|row| &row.cells).flatten().map(Cell::bytes).sum()
    }

    /// Puts what was answered under the columns, which come in the order in which they are met.
    fn arrange(&mut self) {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        for (name, _) in self.rows.iter().flat_map(|row| &row.found) {
            if !numbers.contains_key(name) {
                numbers.insert(name.clone(), self.columns.len());
                self.columns.push(name.clone());
            }
        }
        self.left_out = self.columns.len().saturating_sub(MAX_COLUMNS);
        self.columns.truncate(MAX_COLUMNS);
        for row in &mut self.rows {
            row.cells.resize_with(self.columns.len(), Vec::new);
            for (name, cell) in row.found.drain(..) {
                let place = numbers.get(&name).and_then(|number| row.cells.get_mut(*number));
                if let Some(place) = place {
                    place.push(cell);
                }
            }
        }
    }
}

/// Reads a page, as of `now`.
pub async fn read(
    desk: &Desk,
    session: &Session,
    scope: &Scope,
    query: &Query,
    now: Instant,
) -> Result<Table, Fault> {
    let reading = Reading { desk, session, query, now };
    let mut table = if query.is_by_time() {
        reading.by_time(scope).await?
    } else {
        reading.by_place(scope).await?
    };
    table.arrange();
    Ok(table)
}

/// The ids of all submitted work that the filters show, on all pages: `most` at most; and whether
/// there may be more.
pub async fn submitted(
    desk: &Desk,
    session: &Session,
    scope: &Scope,
    query: &Query,
    (now, most): (Instant, usize),
) -> Result<(Vec<String>, bool), Fault> {
    let (mut ids, mut read_count, mut turns) = (Vec::new(), 0, 0);
    if !query.has_submitted() {
        return Ok((ids, false));
    }
    let status = Some(AssignmentStatus::Submitted);
    let mut wanted = Wanted { backward: false, status, after: None, ..query.wanted(scope) };
    let reading = Reading { desk, session, query, now };
    loop {
        let found = reading.batch(&wanted).await?;
        turns += 1;
        read_count += found.read_count;
        ids.extend(found.rows.into_iter().map(|(_, row)| row.id));
        let is_over = ids.len() > most;
        ids.truncate(most);
        let Some(next) = found.next.filter(|_| !is_over) else { return Ok((ids, is_over)) };
        if read_count >= MOST_LOOKED_THROUGH || turns >= MOST_LOOKING_TURNS {
            return Ok((ids, true));
        }
        wanted.after = Some(next);
    }
}

struct Reading<'r> {
    desk: &'r Desk,
    session: &'r Session,
    query: &'r Query,
    now: Instant,
}

/// Rows with their places, and what it took to find them.
struct Found {
    rows: Vec<(Place, Row)>,
    read_count: usize,
    bytes: usize,
    next: Option<Place>,
}

impl Reading<'_> {
    /// The next rows that are wanted: read in one turn, understood beside it.
    async fn batch(&self, wanted: &Wanted) -> Result<Found, Fault> {
        let (requester, wanted) = (self.session.requester.clone(), wanted.clone());
        let batch = self.desk.engine.read(requester, wanted, |turn, wanted| {
            Box::pin(review::batch(turn, wanted, batch_size(wanted)))
        });
        let review::Batch { rows: found, read_count, bytes, next } = batch.await?;
        let (filter, now) = (self.query.filter(), self.now);
        let rows = compute(move || rows(found, &filter, now)).await??;
        Ok(Found { rows, read_count, bytes, next })
    }

    /// A page in the order in which work is read.
    async fn by_place(&self, scope: &Scope) -> Result<Table, Fault> {
        let (mut wanted, mut table) = (self.query.wanted(scope), Table::default());
        let (mut places, mut read_count, mut bytes, mut turns) = (Vec::new(), 0, 0, 0);
        loop {
            let found = self.batch(&wanted).await?;
            turns += 1;
            read_count += found.read_count;
            bytes += found.bytes;
            let (of_rows, rows): (Vec<Place>, Vec<Row>) = found.rows.into_iter().unzip();
            places.extend(of_rows);
            table.rows.extend(rows);
            if table.rows.len() > SIZE {
                table.rows.truncate(SIZE);
                table.next = places.get(SIZE - 1).map(shown);
                return Ok(table);
            }
            let Some(next) = found.next else { return Ok(table) };
            if read_count >= MOST_READ || bytes >= MOST_BYTES || turns >= MOST_TURNS {
                (table.next, table.is_cut) = (Some(shown(&next)), true);
                return Ok(table);
            }
            wanted.after = Some(next);
        }
    }

    /// A page of the work that took the least time; of all work, at most [`MOST_SORTED`] pieces are
    /// sorted: those on the oldest HITs.
    async fn by_time(&self, scope: &Scope) -> Result<Table, Fault> {
        let mut wanted = Wanted { backward: false, after: None, ..self.query.wanted(scope) };
        let (after, mut kept) = (self.query.cursor(), BTreeMap::new());
        let (mut table, mut read_count, mut bytes, mut turns) = (Table::default(), 0, 0, 0);
        loop {
            let found = self.batch(&wanted).await?;
            turns += 1;
            read_count += found.read_count;
            bytes += found.bytes;
            for (place, row) in found.rows {
                let cursor = Cursor { seconds: row.time_on_task_s, place };
                if after.is_none_or(|after| cursor > after) {
                    kept.insert(cursor, row);
                }
                if kept.len() > SIZE + 1 {
                    kept.pop_last();
                }
            }
            let Some(next) = found.next else { break };
            let is_enough = read_count >= MOST_SORTED || bytes >= MOST_SORTED_BYTES;
            if is_enough || turns >= MOST_SORTING_TURNS {
                table.is_partly_sorted = true;
                break;
            }
            wanted.after = Some(next);
        }
        if kept.len() > SIZE {
            kept.pop_last();
            table.next = kept.last_key_value().map(|(cursor, _)| cursor.shown());
        }
        let mut bytes = 0;
        for (cursor, row) in kept {
            bytes += row.found.iter().map(|(name, cell)| name.len() + cell.bytes()).sum::<usize>();
            table.rows.push(row);
            if bytes >= MOST_BYTES {
                // The rest is on the next page.
                (table.next, table.is_cut) = (Some(cursor.shown()), true);
                break;
            }
        }
        Ok(table)
    }
}

/// A page and one more where all work is wanted, else as many as may be.
fn batch_size(wanted: &Wanted) -> i64 {
    let is_all = wanted.status.is_none() && wanted.worker_id.is_empty();
    if is_all { i64::try_from(SIZE + 1).unwrap_or(i64::MAX) } else { review::MOST_ROWS }
}

/// The rows of the work that the filter wants.
fn rows(
    found: Vec<review::Submitted>,
    filter: &Filter,
    now: Instant,
) -> Result<Vec<(Place, Row)>, Fault> {
    let mut rows = Vec::new();
    for submitted in found {
        let Some(document) = &submitted.document else { continue };
        let work = Work::read(document)?;
        if filter.wants(&work) {
            rows.push((submitted.place, row(work, submitted.is_robot, now)));
        }
    }
    Ok(rows)
}

fn row(work: Work, is_robot: bool, now: Instant) -> Row {
    let time_on_task_s = work.time_on_task_s();
    let Work { assignment: of, columns, left_out, unreadable } = work;
    let status = of.assignment_status;
    Row {
        may_override: status == AssignmentStatus::Rejected
            && assignment::approve(status, true, of.submit_time, now).is_ok(),
        id: of.assignment_id,
        hit_id: of.hit_id,
        worker_id: of.worker_id,
        is_robot,
        status,
        time_on_task_s,
        submit_at: of.submit_time,
        feedback: of.requester_feedback,
        unreadable,
        cells: Vec::new(),
        left_out,
        found: columns.into_iter().map(|of| (of.name, Cell::of(&of.value))).collect(),
    }
}
