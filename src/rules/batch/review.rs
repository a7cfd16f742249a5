//! A results file with marks in its columns `Approve` and `Reject`.

use std::collections::HashSet;

use crate::ids::is_id;
use crate::rules::batch::batch_of;
use crate::rules::csv::{self, Limits, Problems, Row, Table};
use crate::rules::limits::REQUESTER_FEEDBACK;
use crate::shapes::batch::{Decision, Mark};
use crate::shapes::table::TableNote;

/// So many decisions at a time.
pub const MAX_DECISIONS: usize = 20_000;

/// What was uploaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// The number of the batch, if the file names one in `RequesterAnnotation`, and the first line
    /// that does.
    pub batch: Option<(i64, usize)>,
    /// The decisions, in the order of the lines; rows without a mark are left out.
    pub entries: Vec<Mark>,
    /// What is wrong with single rows. Others may show when the marks are compared with the work.
    pub problems: Problems,
    /// What a person might want to know about the file.
    pub notes: Vec<TableNote>,
}

/// Reads a results file. Any text in `Approve` approves; a text in `Reject` rejects, and is the
/// reason that the worker reads.
///
/// Problems of rows are kept with what was read: those of [`csv::read`]; both marks, no assignment
/// id, or one that another row is about; rows of two batches; a reason that is too long; too many
/// decisions.
///
/// # Errors
/// The file is no table of marks: no column `AssignmentId`, or neither `Approve` nor `Reject`;
/// problems of rows stand behind that.
pub fn read(bytes: &[u8]) -> Result<Reviewed, Vec<TableNote>> {
    let (table, problems) = csv::read_with_problems(bytes, Limits::REVIEWED)?;
    let columns = Columns::of(&table, &problems)?;
    let mut read = Reviewed { notes: table.notes, problems, ..Reviewed::default() };
    let mut known = HashSet::new();
    for row in &table.rows {
        let named = batch_of(Columns::cell(row, columns.annotation));
        if named.is_some() && read.batch.is_some_and(|(known, _)| Some(known) != named) {
            read.problems.add(row.line, "RequesterAnnotation", "this is a row of another batch");
        }
        read.batch = read.batch.or(named.map(|batch| (batch, row.line)));
        let Some(entry) = columns.entry(row, &mut read.problems) else { continue };
        if !known.insert(entry.assignment_id.clone()) {
            let reason = "another row is about this assignment";
            read.problems.add(row.line, "AssignmentId", reason);
            continue;
        }
        if read.entries.len() == MAX_DECISIONS {
            let reason =
                format!("there are more than {MAX_DECISIONS} decisions: upload it in parts");
            read.problems.add(row.line, "", reason);
            break;
        }
        read.entries.push(entry);
    }
    Ok(read)
}

/// Where the columns are.
struct Columns {
    assignment: usize,
    approve: Option<usize>,
    reject: Option<usize>,
    annotation: Option<usize>,
}

impl Columns {
    fn of(table: &Table, of_rows: &Problems) -> Result<Self, Vec<TableNote>> {
        let mut problems = Problems::default();
        let assignment = table.place("AssignmentId");
        if assignment.is_none() {
            problems.add(table.line, "AssignmentId", "there is no such column");
        }
        let (approve, reject) = (table.place("Approve"), table.place("Reject"));
        if approve.or(reject).is_none() {
            let reason = "there is neither this column nor Reject";
            problems.add(table.line, "Approve", reason);
        }
        if !problems.is_empty() {
            problems.append(of_rows.clone());
            problems.result()?;
        }
        let annotation = table.place("RequesterAnnotation");
        Ok(Self { assignment: assignment.unwrap_or_default(), approve, reject, annotation })
    }

    fn cell(row: &Row, place: Option<usize>) -> &str {
        place.and_then(|place| row.cells.get(place)).map_or("", |cell| cell.trim())
    }

    fn entry(&self, row: &Row, problems: &mut Problems) -> Option<Mark> {
        let (approve, reject) = (Self::cell(row, self.approve), Self::cell(row, self.reject));
        let decision = match (approve.is_empty(), reject.is_empty()) {
            (true, true) => return None,
            (false, true) => Decision::Approve,
            (true, false) => Decision::Reject,
            (false, false) => {
                problems.add(row.line, "Reject", "Approve has a mark too");
                return None;
            }
        };
        let assignment_id = Self::cell(row, Some(self.assignment)).to_owned();
        if !is_id(&assignment_id) {
            problems.add(row.line, "AssignmentId", "this is not an id of an assignment");
            return None;
        }
        let reason = reject.to_owned();
        if reason.chars().count() > REQUESTER_FEEDBACK {
            let limit = format!("the reason has more than {REQUESTER_FEEDBACK} characters");
            problems.add(row.line, "Reject", limit);
        }
        Some(Mark { line: row.line, assignment_id, decision, reason })
    }
}
