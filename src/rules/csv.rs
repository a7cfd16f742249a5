//! CSV: the tables of spreadsheets, read and written.
//!
//! The crate `csv` splits a text into records. Here are the rules around it: how bytes become text,
//! what a table must look like, and where each problem is.

mod decode;

use csv::{ReaderBuilder, StringRecord};

use crate::rules::text::is_clean;
use crate::shapes::table::TableNote;

pub use decode::{Decoded, decode};

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
#[derive(Debug, Default)]
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

    /// Nothing, if there is no problem.
    ///
    /// # Errors
    /// The problems, in order; the last says how many more there are.
    pub fn result(mut self) -> Result<(), Vec<TableNote>> {
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
    let whole = |reason: String| vec![TableNote::new(1, "", reason)];
    if bytes.len() > limits.bytes {
        return Err(whole(format!("the file has more than {} MiB", limits.bytes >> 20)));
    }
    let Decoded { text, note } = decode(bytes).map_err(whole)?;
    let mut records = Records::new(&text);
    let Some(line) = records.next()? else { return Err(whole("the file is empty".into())) };
    let (header, most) = (&records.record, limits.columns);
    let wanted = header.len();
    if wanted > most {
        return Err(vec![TableNote::new(line, "", format!("there are more than {most} columns"))]);
    }
    let is_read = |name: &str| limits.only.is_empty() || limits.only.contains(&name.trim());
    let places: Vec<usize> = (0..wanted).filter(|place| is_read(&header[*place])).collect();
    let columns: Vec<String> =
        places.iter().map(|place| header[*place].trim().to_owned()).collect();
    let mut problems = Problems::default();
    check_header(&columns, line, &mut problems);
    let mut table = Table { line, columns, rows: Vec::new(), notes: note.into_iter().collect() };
    while let Some(line) = records.next()? {
        if table.rows.len() == limits.rows {
            problems.add(line, "", format!("there are more than {} rows", limits.rows));
            break;
        }
        let record = &records.record;
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() != wanted {
            let cells = record.len();
            let reason = format!("the row has {cells} cells, and the header has {wanted}");
            problems.add(line, "", reason);
        }
        let cells = places.iter().filter_map(|place| record.get(*place)).map(str::to_owned);
        let row = Row { line, cells: cells.collect() };
        check_row(&row, &table.columns, &mut problems);
        table.rows.push(row);
    }
    problems.result().map(|()| table)
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

fn check_row(row: &Row, columns: &[String], problems: &mut Problems) {
    for (cell, column) in row.cells.iter().zip(columns) {
        if cell.len() > MAX_CELL_BYTES {
            let limit = MAX_CELL_BYTES >> 10;
            problems.add(row.line, column, format!("the cell has more than {limit} KiB"));
        } else if !is_clean(cell) {
            problems.add(row.line, column, "the cell has control characters");
        }
    }
}

/// The records of a text, each with its line.
struct Records<'t> {
    text: &'t str,
    reader: csv::Reader<&'t [u8]>,
    record: StringRecord,
    /// The line of the byte `counted`.
    line: usize,
    counted: usize,
}

impl<'t> Records<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, reader: reader(text), record: StringRecord::new(), line: 1, counted: 0 }
    }

    /// Reads the next record that is no blank line; where it begins.
    fn next(&mut self) -> Result<Option<usize>, Vec<TableNote>> {
        let unreadable = |line, reason: String| vec![TableNote::new(line, "", reason)];
        match self.reader.read_record(&mut self.record) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => return Err(unreadable(self.line, error.to_string())),
        }
        let begin = self.record.position().map_or(0, csv::Position::byte);
        // Blank lines belong to the record that follows.
        let rest = usize::try_from(begin).ok().and_then(|begin| self.text.get(begin..));
        let rest = rest.unwrap_or_default().trim_start_matches(['\r', '\n']);
        let begin = self.text.len() - rest.len();
        self.line += line_breaks(&self.text[self.counted..begin]);
        self.counted = begin;
        let is_last = self.reader.position().byte() >= self.text.len() as u64;
        if is_last && self.is_open(begin) {
            return Err(unreadable(self.line, "a quotation mark has no partner".into()));
        }
        Ok(Some(self.line))
    }

    /// Whether the last record ends within quotation marks: a comma then begins no new cell.
    fn is_open(&self, begin: usize) -> bool {
        let longer = format!("{},", &self.text[begin..]);
        let mut reader = reader(&longer);
        let mut records = reader.records();
        let both = (records.next(), records.next());
        matches!(both, (Some(Ok(record)), None) if record.len() == self.record.len())
    }
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).from_reader(text.as_bytes())
}

fn line_breaks(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |(place, byte): (usize, &u8)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(place + 1) != Some(&b'\n'),
        _ => false,
    };
    bytes.iter().enumerate().filter(|found| ends(*found)).count()
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
