//! The table of a requester's workers, as the closed requester site gave it for download and took
//! it back with changes.
//!
//! Assumed: the exact names of the columns and of the states, which public scripts quote in part; a
//! rate is a whole percentage, and empty before anything was decided; the words of an upload are
//! read in any case, and an empty cell changes nothing; an upload may leave out all columns but
//! `Worker ID` and those whose names begin with `UPDATE-`.

use std::collections::HashSet;

use crate::rules::batch::results::{ROBOT, Rates, robot_mark};
use crate::rules::csv::{self, Formulas, Limits, Problems, Row, Table, Writer};
use crate::rules::worker::well_formed;
use crate::shapes::table::TableNote;

/// So much is read of an upload.
pub const LIMITS: Limits = Limits { bytes: 4 << 20, rows: 10_000, columns: 500, only: &[] };
/// So many changes at a time: they are one turn.
pub const MAX_CHANGES: usize = 5000;

const WORKER: &str = "Worker ID";
const CURRENT: &str = "CURRENT-";
const UPDATE: &str = "UPDATE-";
const BLOCK_STATUS: &str = "BlockStatus";
const REVOKE: &str = "Revoke";
/// Why a second column of the same meaning is refused.
pub const SAME: &str = "another column says the same";

/// Whether the table can have columns for a qualification type of that name: they would be those of
/// the block otherwise, or a reader would lose a space at the end.
pub fn has_columns(type_name: &str) -> bool {
    !is_block_status(type_name) && type_name.trim_end() == type_name
}

fn is_block_status(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case(BLOCK_STATUS)
}

/// A row of the download.
#[derive(Debug)]
pub struct Line {
    /// Who.
    pub worker_id: String,
    /// How much of the decided work was approved.
    pub rates: Rates,
    /// Whether the requester blocked the worker.
    pub is_blocked: bool,
    /// Whether it is a robot.
    pub is_robot: bool,
    /// The scores, in the order of the types; none where the worker has no such qualification.
    pub scores: Vec<Option<String>>,
}

/// The download: whether it has a column for robots shows when all workers are known.
#[derive(Debug)]
pub struct Download {
    columns: Vec<String>,
    lines: Vec<Line>,
    bytes: usize,
}

impl Download {
    /// One with columns for these qualification types.
    pub fn new(types: &[String]) -> Self {
        let mut columns = vec![WORKER.to_owned()];
        for span in ["Lifetime", "Last 30 Days", "Last 7 Days"] {
            columns.push(format!("Number of HITs approved or rejected - {span}"));
            columns.push(format!("Number of HITs approved - {span}"));
            columns.push(format!("Your approval rate - {span}"));
        }
        for name in [BLOCK_STATUS].into_iter().chain(types.iter().map(String::as_str)) {
            columns.extend([CURRENT, UPDATE].map(|before| format!("{before}{name}")));
        }
        Self { columns, lines: Vec::new(), bytes: 0 }
    }

    /// Adds a worker.
    pub fn add(&mut self, line: Line) {
        let scores = line.scores.iter().flatten().map(String::len).sum::<usize>();
        // Each cell has two quotation marks and a comma, and a number or a word.
        self.bytes += line.worker_id.len() + scores + self.columns.len() * 5;
        self.lines.push(line);
    }

    /// About how many bytes there are so far.
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        let has_robots = self.lines.iter().any(|line| line.is_robot);
        self.columns.extend(has_robots.then(|| ROBOT.to_owned()));
        let mut writer = Writer::new(Formulas::Kept);
        writer.row(self.columns.iter().map(String::as_str));
        for line in self.lines {
            let robot = has_robots.then(|| robot_mark(line.is_robot));
            let cells = line.cells();
            writer.row(cells.iter().map(String::as_str).chain(robot));
        }
        writer.finish()
    }
}

impl Line {
    fn cells(self) -> Vec<String> {
        let mut cells = vec![self.worker_id];
        for (approved, decided) in [self.rates.lifetime, self.rates.days_30, self.rates.days_7] {
            let rate = match decided {
                0 => String::new(),
                decided => format!("{}%", approved.saturating_mul(100) / decided),
            };
            cells.extend([decided.to_string(), approved.to_string(), rate]);
        }
        let state = if self.is_blocked { "Blocked" } else { "Never Blocked" };
        cells.extend([state.to_owned(), String::new()]);
        for score in self.scores {
            cells.extend([score.unwrap_or_default(), String::new()]);
        }
        cells
    }
}

/// What is to be done about a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// The worker is blocked.
    Block,
    /// The worker is not blocked any more.
    Unblock,
    /// The worker gets a score of the qualification type of that name.
    Score(String, i32),
    /// The worker loses the qualification of the type of that name.
    Revoke(String),
}

impl Update {
    /// Whether it needs somebody who has that id; nobody else is blocked or has a qualification.
    pub const fn names_a_worker(&self) -> bool {
        matches!(self, Self::Block | Self::Score(..))
    }
}

/// What is to be done about a worker, and where that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The line, from 1.
    pub line: usize,
    /// The worker.
    pub worker_id: String,
    /// What.
    pub update: Update,
}

/// A column of scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeColumn {
    /// Its line, from 1.
    pub line: usize,
    /// Its name.
    pub column: String,
    /// The name of the qualification type, as it stands there.
    pub type_name: String,
}

/// What was uploaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upload {
    /// The changes, in the order of the file.
    pub changes: Vec<Change>,
    /// The names of the qualification types that they are about, each with its column.
    pub types: Vec<TypeColumn>,
    /// What is wrong with single rows. Others may show when the types and workers are looked up.
    pub problems: Problems,
    /// What a person might want to know about the file.
    pub notes: Vec<TableNote>,
}

/// Reads an upload. Cells that are empty change nothing.
///
/// Problems of rows are kept with what was read: those of [`csv::read`]; a worker that is none, or
/// stands twice; a word that is no update; too many changes.
///
/// # Errors
/// The file is no table of updates: no column `Worker ID`, or none whose name begins with
/// `UPDATE-`, or two that say the same. Problems of rows stand behind that, and what was assumed to
/// read the file before it.
pub fn read(bytes: &[u8]) -> Result<Upload, Vec<TableNote>> {
    let (table, problems) = csv::read_with_problems(bytes, LIMITS)?;
    let upload =
        of_table(&table, problems).map_err(|found| [table.notes.clone(), found].concat())?;
    Ok(Upload { notes: table.notes, ..upload })
}

fn of_table(table: &Table, mut problems: Problems) -> Result<Upload, Vec<TableNote>> {
    let (worker, updates) = places(table, &problems)?;
    let mut upload = Upload::default();
    let named = updates.iter().filter(|(_, name)| !is_block_status(name));
    let named = named.map(|(place, name)| {
        let (line, column) = (table.line, table.columns[*place].clone());
        TypeColumn { line, column, type_name: name.clone() }
    });
    upload.types = named.collect();
    let mut known = HashSet::new();
    for row in &table.rows {
        let worker_id = cell(row, worker);
        let is_id = well_formed(worker_id);
        if !is_id {
            problems.add(row.line, WORKER, "this is no id of a worker");
        } else if !known.insert(worker_id) {
            problems.add(row.line, WORKER, "another row is about this worker");
        }
        for (place, name) in &updates {
            let text = cell(row, *place);
            if text.is_empty() {
                continue;
            }
            match update(name, text) {
                Ok(update) if is_id => {
                    let (line, worker_id) = (row.line, worker_id.to_owned());
                    upload.changes.push(Change { line, worker_id, update });
                }
                Ok(_) => {}
                Err(reason) => problems.add(row.line, &table.columns[*place], reason),
            }
        }
        if upload.changes.len() > MAX_CHANGES {
            let reason = format!("there are more than {MAX_CHANGES} changes: upload it in parts");
            problems.add(row.line, "", reason);
            break;
        }
    }
    upload.problems = problems;
    Ok(upload)
}

/// Columns of updates: where each stands, and its name.
type Updates = Vec<(usize, String)>;

/// Where the workers stand, and the updates with their names.
fn places(table: &Table, of_rows: &Problems) -> Result<(usize, Updates), Vec<TableNote>> {
    let mut problems = Problems::default();
    let named = || table.columns.iter().enumerate();
    let mut workers = named().filter(|(_, name)| name.eq_ignore_ascii_case(WORKER));
    let worker = workers.next().map(|(place, _)| place);
    if worker.is_none() {
        problems.add(table.line, WORKER, "there is no such column");
    }
    for (_, name) in workers {
        problems.add(table.line, name, SAME);
    }
    let updates: Updates =
        named().filter_map(|(place, name)| Some((place, updated(name)?.to_owned()))).collect();
    let mut known = HashSet::new();
    for (place, name) in &updates {
        let meant = if is_block_status(name) { BLOCK_STATUS } else { name };
        if !known.insert(meant) {
            problems.add(table.line, &table.columns[*place], SAME);
        }
    }
    if updates.is_empty() {
        problems.add(table.line, UPDATE, "no column's name begins so: nothing can be changed");
    }
    if !problems.is_empty() {
        problems.append(of_rows.clone());
        problems.result()?;
    }
    Ok((worker.unwrap_or_default(), updates))
}

/// What a column updates.
fn updated(column: &str) -> Option<&str> {
    let (before, name) = column.split_at_checked(UPDATE.len())?;
    before.eq_ignore_ascii_case(UPDATE).then_some(name)
}

fn cell(row: &Row, place: usize) -> &str {
    row.cells.get(place).map_or("", |cell| cell.trim())
}

fn update(name: &str, text: &str) -> Result<Update, &'static str> {
    if is_block_status(name) {
        return match text {
            _ if text.eq_ignore_ascii_case("Block") => Ok(Update::Block),
            _ if text.eq_ignore_ascii_case("Unblock") => Ok(Update::Unblock),
            _ => Err("this is neither Block nor Unblock"),
        };
    }
    if text.eq_ignore_ascii_case(REVOKE) {
        return Ok(Update::Revoke(name.to_owned()));
    }
    let score = text.parse().map_err(
        |_| "this is neither a score, a whole number from -2147483648 to 2147483647, nor Revoke",
    );
    score.map(|score| Update::Score(name.to_owned(), score))
}

#[cfg(test)]
mod tests;
