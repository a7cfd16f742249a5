//! CSV: the tables of spreadsheets, read and written.
//!
//! How bytes become text, what a table must look like, and where each problem is.

mod decode;
mod records;

use crate::rules::text::is_clean;
use crate::shapes::table::TableNote;

pub use decode::{Decoded, decode};
use records::Records;
pub(in crate::rules) use records::line_breaks;

/// How much a table has at most.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest file, in bytes.
    pub bytes: usize,
    /// The rows below the header.
    pub rows: usize,
    /// The columns.
    pub columns: usize,
    /// The columns that are read; all of them if none is named here. Others may hold anything.
    pub only: &'static [&'static str],
}

impl Limits {
    /// Of what a batch is made from.
    pub const DATA: Self = Self { bytes: 16 << 20, rows: 20_000, columns: MAX_COLUMNS, only: &[] };
    /// Of the results of a batch, with a review.
    pub const REVIEWED: Self = Self {
        bytes: 64 << 20,
        rows: 200_000,
        columns: 100_000,
        only: &["AssignmentId", "RequesterAnnotation", "Approve", "Reject"],
    };
}

/// So many columns at most.
pub const MAX_COLUMNS: usize = 500;
/// The longest cell, in bytes.
pub const MAX_CELL_BYTES: usize = 256 << 10;
/// So many problems are listed at most.
pub const MOST_PROBLEMS: usize = 100;

/// A row below the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it begins, from 1.
    pub line: usize,
    /// As many as the table has columns.
    pub cells: Vec<String>,
}

/// A table with named columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Where the header is, from 1.
    pub line: usize,
    /// The names of the columns; none stands twice.
    pub columns: Vec<String>,
    /// The rows, in their order.
    pub rows: Vec<Row>,
    /// What a person might want to know about the file.
    pub notes: Vec<TableNote>,
}

impl Table {
    /// The place of a column.
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }
}

/// Problems up to a limit; the rest is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    listed: Vec<TableNote>,
    more: usize,
}

impl Problems {
    /// Adds a problem.
    pub fn add(&mut self, line: usize, column: &str, reason: impl Into<String>) {
        if self.listed.len() < MOST_PROBLEMS {
            self.listed.push(TableNote::new(line, column, reason));
        } else {
            self.more += 1;
        }
    }

    /// Adds those of another check.
    pub fn append(&mut self, other: Self) {
        let room = MOST_PROBLEMS.saturating_sub(self.listed.len());
        self.more += other.more + other.listed.len().saturating_sub(room);
        self.listed.extend(other.listed.into_iter().take(room));
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Nothing, if there is no problem.
    ///
    /// # Errors
    /// The problems, by line; the last says how many more there are.
    pub fn result(mut self) -> Result<(), Vec<TableNote>> {
        self.listed.sort_by_key(|problem| problem.line);
        if self.more > 0 {
            let line = self.listed.last().map_or(1, |last| last.line);
            let more = self.more;
            self.listed.push(TableNote::new(line, "", format!("and {more} more problems")));
        }
        if self.listed.is_empty() { Ok(()) } else { Err(self.listed) }
    }
}

/// Reads a table. Lines end with LF, CRLF or CR; cells may be quoted, and quoted ones hold line
/// breaks. Blank lines and rows of empty cells are left out.
///
/// # Errors
/// Every problem, in the order of the lines: a name of a column that is missing or stands twice, a
/// row with another number of cells, a cell that is too long or has characters that nothing shows,
/// a quotation mark without its partner; too many bytes, rows or columns.
pub fn read(bytes: &[u8], limits: Limits) -> Result<Table, Vec<TableNote>> {
    let (table, problems) = read_with_problems(bytes, limits)?;
    problems.result().map(|()| table)
}

/// As [`read`]; a table with a header comes with its problems. Rows with another number of cells
/// are left out of it.
///
/// # Errors
/// There is no table: no header, or a file that is too long or no text.
pub fn read_with_problems(
    bytes: &[u8],
    limits: Limits,
) -> Result<(Table, Problems), Vec<TableNote>> {
    let Decoded { text, note } = decoded(bytes, limits)?;
    let mut rows = Rows::begin(&text, limits)?;
    let mut table =
        Table { line: rows.line, notes: note.into_iter().collect(), ..Table::default() };
    while let Some(line) = rows.next_row() {
        if rows.is_whole() {
            table.rows.push(Row { line, cells: rows.cells().map(str::to_owned).collect() });
        }
    }
    table.columns = std::mem::take(&mut rows.columns);
    Ok((table, rows.problems))
}

/// The text of a table.
///
/// # Errors
/// It is too long, or no text.
pub fn decoded(bytes: &[u8], limits: Limits) -> Result<Decoded, Vec<TableNote>> {
    if bytes.len() > limits.bytes {
        return Err(whole(format!("the file has more than {} MiB", limits.bytes >> 20)));
    }
    decode(bytes).map_err(whole)
}

fn whole(reason: String) -> Vec<TableNote> {
    vec![TableNote::new(1, "", reason)]
}

/// The rows of a table, one at a time.
#[derive(Debug)]
pub struct Rows<'t> {
    /// Where the header is, from 1.
    pub line: usize,
    /// The names of the columns that are read.
    pub columns: Vec<String>,
    /// What is wrong so far.
    pub problems: Problems,
    records: Records<'t>,
    /// Where the columns are that are read.
    places: Vec<usize>,
    /// How many columns the header has.
    wanted: usize,
    limits: Limits,
    count: usize,
}

impl<'t> Rows<'t> {
    /// Reads the header.
    ///
    /// # Errors
    /// There is none, its columns are separated by something else than commas, or there are too
    /// many.
    pub fn begin(text: &'t str, limits: Limits) -> Result<Self, Vec<TableNote>> {
        let most = limits.columns;
        let mut records = Records::new(text, most);
        let Some(line) = records.advance() else { return Err(whole("the file is empty".into())) };
        let wanted = records.count;
        let fails = |reason: String| Err(vec![TableNote::new(line, "", reason)]);
        if records.is_open {
            return fails(NO_PARTNER.to_owned());
        }
        if wanted > most {
            return fails(format!("there are more than {most} columns"));
        }
        if let Some(what) = separator(&records) {
            return fails(format!("the file seems to be separated by {what}, not by commas"));
        }
        let name = |place: usize| records.get(place).unwrap_or_default().trim();
        let is_read = |place: &usize| limits.only.is_empty() || limits.only.contains(&name(*place));
        let places: Vec<usize> = (0..wanted).filter(is_read).collect();
        let columns: Vec<String> = places.iter().map(|place| name(*place).to_owned()).collect();
        let mut problems = Problems::default();
        check_header(&columns, line, &mut problems);
        records.most = wanted;
        Ok(Self { line, columns, problems, records, places, wanted, limits, count: 0 })
    }

    /// Reads the next row; where it begins.
    pub fn next_row(&mut self) -> Option<usize> {
        let line = loop {
            let line = self.records.advance()?;
            if self.records.is_open {
                self.problems.add(line, "", NO_PARTNER);
                return None;
            }
            if !self.records.is_blank {
                break line;
            }
        };
        if self.count == self.limits.rows {
            self.problems.add(line, "", format!("there are more than {} rows", self.limits.rows));
            return None;
        }
        self.count += 1;
        check_count(line, (self.records.count, self.wanted), &mut self.problems);
        for (place, column) in self.places.iter().zip(&self.columns) {
            if let Some(cell) = self.records.get(*place) {
                check_cell(line, (cell, column), &mut self.problems);
            }
        }
        Some(line)
    }

    /// Whether the row has as many cells as the header.
    pub fn is_whole(&self) -> bool {
        self.records.count == self.wanted
    }

    /// The cells of the row that are read.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.places.iter().filter_map(|place| self.records.get(*place))
    }
}

/// What stands between the columns of a header that has no comma, if it seems to have several.
fn separator(header: &Records<'_>) -> Option<&'static str> {
    let cell = header.get(0).filter(|_| header.count == 1)?;
    [(';', "semicolons"), ('\t', "tabs")]
        .iter()
        .find(|(c, _)| cell.contains(*c))
        .map(|(_, what)| *what)
}

const NO_PARTNER: &str = "a quotation mark has no partner";

/// Checks a table that was not read from a file, as [`read`] does; row 0 is the header.
///
/// # Errors
/// Every problem.
pub fn check(table: &Table, limits: Limits) -> Result<(), Vec<TableNote>> {
    let mut problems = Problems::default();
    let wanted = table.columns.len();
    if wanted > limits.columns {
        let reason = format!("there are more than {} columns", limits.columns);
        problems.add(table.line, "", reason);
    }
    check_header(&table.columns, table.line, &mut problems);
    for (index, Row { line, cells }) in table.rows.iter().enumerate() {
        if index == limits.rows {
            problems.add(*line, "", format!("there are more than {} rows", limits.rows));
            break;
        }
        check_count(*line, (cells.len(), wanted), &mut problems);
        for (cell, column) in cells.iter().zip(&table.columns) {
            check_cell(*line, (cell, column), &mut problems);
        }
    }
    problems.result()
}

fn check_count(line: usize, (count, wanted): (usize, usize), problems: &mut Problems) {
    if count != wanted {
        let reason = format!("the row has {count} cells, and the header has {wanted}");
        problems.add(line, "", reason);
    }
}

fn check_cell(line: usize, (cell, column): (&str, &str), problems: &mut Problems) {
    if cell.len() > MAX_CELL_BYTES {
        let limit = MAX_CELL_BYTES >> 10;
        problems.add(line, column, format!("the cell has more than {limit} KiB"));
    } else if !is_clean(cell) {
        problems.add(line, column, "the cell has control characters");
    }
}

fn check_header(columns: &[String], line: usize, problems: &mut Problems) {
    let mut known = std::collections::HashSet::new();
    for (place, name) in columns.iter().enumerate() {
        if name.is_empty() {
            problems.add(line, "", format!("column {} has no name", place + 1));
        } else if !is_clean(name) {
            problems.add(line, "", format!("column {} has control characters", place + 1));
        } else if !known.insert(name) {
            problems.add(line, name, "the column stands twice");
        }
    }
}

/// How cells are written that a spreadsheet would take for a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Formulas {
    /// As they are.
    Kept,
    /// With an apostrophe in front, so that a spreadsheet shows them as text.
    Harmless,
}

/// Writes a table: every cell is quoted, lines end with LF.
#[derive(Debug)]
pub struct Writer {
    text: String,
    formulas: Formulas,
}

impl Writer {
    /// An empty table.
    pub const fn new(formulas: Formulas) -> Self {
        Self { text: String::new(), formulas }
    }

    /// Adds a row.
    pub fn row<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) {
        for (place, cell) in cells.into_iter().enumerate() {
            self.text.push_str(if place == 0 { "\"" } else { ",\"" });
            if self.formulas == Formulas::Harmless && is_formula(cell) {
                self.text.push('\'');
            }
            for c in cell.chars() {
                self.text.push_str(if c == '"' { "\"" } else { "" });
                self.text.push(c);
            }
            self.text.push('"');
        }
        self.text.push('\n');
    }

    /// How many bytes there are so far.
    pub const fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The whole text.
    pub fn finish(self) -> String {
        self.text
    }
}

/// What spreadsheets compute instead of showing.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests;
