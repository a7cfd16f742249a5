//! The table of a requester's workers, as the closed requester site gave it for download and took
//! it back with changes.
//!
//! Assumed: the exact names of the columns and of the states, which public scripts quote in part;
//! an upload may leave out all columns but `Worker ID` and those whose names begin with `UPDATE-`.

use std::collections::HashSet;

use crate::rules::batch::results::Rates;
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

/// A row of the download.
#[derive(Debug)]
pub struct Line {
    /// Who.
    pub worker_id: String,
    /// How much of the decided work was approved.
    pub rates: Rates,
    /// Whether the requester blocked the worker.
    pub is_blocked: bool,
    /// The scores, in the order of the types; none where the worker has no such qualification.
    pub scores: Vec<Option<String>>,
}

/// The download, a row at a time.
#[derive(Debug)]
pub struct Download(Writer);

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
        let mut writer = Writer::new(Formulas::Kept);
        writer.row(columns.iter().map(String::as_str));
        Self(writer)
    }

    /// Adds a worker.
    pub fn add(&mut self, line: Line) {
        let mut cells = vec![line.worker_id];
        for (approved, decided) in [line.rates.lifetime, line.rates.days_30, line.rates.days_7] {
            let rate = match decided {
                0 => String::new(),
                decided => format!("{}%", approved.saturating_mul(100) / decided),
            };
            cells.extend([decided.to_string(), approved.to_string(), rate]);
        }
        let state = if line.is_blocked { "Blocked" } else { "Never Blocked" };
        cells.extend([state.to_owned(), String::new()]);
        for score in line.scores {
            cells.extend([score.unwrap_or_default(), String::new()]);
        }
        self.0.row(cells.iter().map(String::as_str));
    }

    /// How many bytes there are so far.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing, not even the names of the columns.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.0.finish()
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

/// What was uploaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upload {
    /// The changes, in the order of the file.
    pub changes: Vec<Change>,
    /// The names of the qualification types that they are about, each with the line of its column.
    pub types: Vec<(usize, String)>,
    /// What a person might want to know about the file.
    pub notes: Vec<TableNote>,
}

/// Reads an upload. Cells that are empty change nothing.
///
/// # Errors
/// Every problem, with its line: those of [`csv::read`]; no column `Worker ID`, or none whose name
/// begins with `UPDATE-`; a worker that is none, or stands twice; a word that is no update; too
/// many changes.
pub fn read(bytes: &[u8]) -> Result<Upload, Vec<TableNote>> {
    let table = csv::read(bytes, LIMITS)?;
    let (worker, updates) = places(&table)?;
    let (mut upload, mut problems) = (Upload::default(), Problems::default());
    let named = updates.iter().filter(|(_, name)| name != BLOCK_STATUS);
    upload.types = named.map(|(_, name)| (table.line, name.clone())).collect();
    let mut known = HashSet::new();
    for row in &table.rows {
        let worker_id = cell(row, worker);
        if !well_formed(worker_id) {
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
                Ok(update) => {
                    let (line, worker_id) = (row.line, worker_id.to_owned());
                    upload.changes.push(Change { line, worker_id, update });
                }
                Err(reason) => problems.add(row.line, &format!("{UPDATE}{name}"), reason),
            }
        }
        if upload.changes.len() > MAX_CHANGES {
            let reason = format!("there are more than {MAX_CHANGES} changes: upload it in parts");
            problems.add(row.line, "", reason);
            break;
        }
    }
    problems.result()?;
    Ok(Upload { notes: table.notes, ..upload })
}

/// Columns of updates: where each stands, and its name.
type Updates = Vec<(usize, String)>;

/// Where the workers stand, and the updates with their names.
fn places(table: &Table) -> Result<(usize, Updates), Vec<TableNote>> {
    let mut problems = Problems::default();
    let worker = table.columns.iter().position(|name| name.eq_ignore_ascii_case(WORKER));
    if worker.is_none() {
        problems.add(table.line, WORKER, "there is no such column");
    }
    let named = table.columns.iter().enumerate();
    let updates: Updates = named
        .filter_map(|(place, name)| Some((place, name.strip_prefix(UPDATE)?.trim().to_owned())))
        .collect();
    if updates.is_empty() {
        problems.add(table.line, UPDATE, "no column's name begins so: nothing can be changed");
    }
    problems.result()?;
    Ok((worker.unwrap_or_default(), updates))
}

fn cell(row: &Row, place: usize) -> &str {
    row.cells.get(place).map_or("", |cell| cell.trim())
}

fn update(name: &str, text: &str) -> Result<Update, &'static str> {
    if name == BLOCK_STATUS {
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
