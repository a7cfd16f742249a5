//! Reads the results of a batch as the requester site saved them: a CSV file with a row for each
//! assignment.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Map, Value};

use crate::rules::batch::batch_of;
use crate::rules::csv::{self, Decoded, Limits, Problems, Rows};
use crate::rules::question::answers::{Answer, AnswerValue, QuestionFormAnswers};
use crate::shapes::table::TableNote;
use crate::time::{Instant, Span};
use crate::worlds::archive::date;
use crate::worlds::archive::item::{BatchRow, Item};
use crate::worlds::archive::kind::Kind;
use crate::worlds::archive::read::File;
use crate::worlds::entries::hits::{AssignmentEntry, HitEntry};
use crate::worlds::problem::Problem;

const LIMITS: Limits = Limits { bytes: 256 << 20, rows: 200_000, columns: 5_000, only: &[] };
/// The answer documents of one file have so many bytes together at most.
const MAX_ANSWERS: usize = 256 << 20;

/// The columns that no results are without.
const NEEDED: [&str; 3] = ["HITId", "AssignmentId", "WorkerId"];

/// How the value of a column is written.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Time,
    Number,
    Dollars,
}

/// The columns about a HIT, which are members of it.
const OF_HIT: [(&str, Form); 12] = [
    ("HITId", Form::Text),
    ("HITTypeId", Form::Text),
    ("Title", Form::Text),
    ("Description", Form::Text),
    ("Keywords", Form::Text),
    ("Reward", Form::Dollars),
    ("CreationTime", Form::Time),
    ("MaxAssignments", Form::Number),
    ("RequesterAnnotation", Form::Text),
    ("AssignmentDurationInSeconds", Form::Number),
    ("AutoApprovalDelayInSeconds", Form::Number),
    ("Expiration", Form::Time),
];

/// The columns about an assignment, which are members of it.
const OF_WORK: [(&str, Form); 10] = [
    ("AssignmentId", Form::Text),
    ("HITId", Form::Text),
    ("WorkerId", Form::Text),
    ("AssignmentStatus", Form::Text),
    ("AcceptTime", Form::Time),
    ("SubmitTime", Form::Time),
    ("AutoApprovalTime", Form::Time),
    ("ApprovalTime", Form::Time),
    ("RejectionTime", Form::Time),
    ("RequesterFeedback", Form::Text),
];

/// The columns that follow from others, or from more than the file has.
const DERIVED: [&str; 4] = [
    "WorkTimeInSeconds",
    "LifetimeApprovalRate",
    "Last30DaysApprovalRate",
    "Last7DaysApprovalRate",
];

/// Decisions, which are not applied.
const MARKS: [&str; 2] = ["Approve", "Reject"];

/// Whether a column is read, or can do without.
fn is_known(name: &str) -> bool {
    let is_own = name.starts_with("Input.") || name.starts_with("Answer.");
    let is_member = || OF_HIT.iter().chain(&OF_WORK).any(|(known, _)| *known == name);
    is_own || is_member() || DERIVED.contains(&name) || MARKS.contains(&name)
}

/// Whether a file is a table, as its first line shows.
pub fn is_table(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let end = bytes.iter().position(|byte| b"\r\n".contains(byte)).unwrap_or(bytes.len());
    let first = String::from_utf8_lossy(&bytes[..end]);
    !first.trim_start().starts_with(['{', '[']) && first.contains("HITId") && first.contains(',')
}

/// Reads a file. With one problem, it has no items.
pub fn read(bytes: &[u8]) -> File {
    let listed = |problems: Vec<TableNote>| File {
        problems: problems.into_iter().map(Problem::from).collect(),
        is_table: true,
        ..File::default()
    };
    let Decoded { text, note } = match csv::decoded(bytes, LIMITS) {
        Ok(decoded) => decoded,
        Err(problems) => return listed(problems),
    };
    let mut rows = match Rows::begin(&text, LIMITS) {
        Ok(rows) => rows,
        Err(problems) => return listed(problems),
    };
    let mut reader = Reader::of(&rows.columns, rows.line, &mut rows.problems);
    while let Some(line) = rows.next_row() {
        let cells: Vec<&str> = rows.cells().collect();
        reader.row(line, &cells);
    }
    let mut problems = rows.problems.result().err().unwrap_or_default();
    problems.extend(std::mem::take(&mut reader.problems).result().err().unwrap_or_default());
    problems.sort_by_key(|problem| problem.line);
    if problems.is_empty() { reader.file(note) } else { listed(problems) }
}

/// What was read so far.
struct Reader {
    places: HashMap<String, usize>,
    /// The columns of the batch's table, and those of answers, without what they begin with.
    inputs: Vec<(String, usize)>,
    answers: Vec<(String, usize)>,
    problems: Problems,
    hits: Vec<Item>,
    works: Vec<Item>,
    /// By the id of a HIT: its cells, as they stand in its first row.
    known: HashMap<String, Vec<String>>,
    /// HITs whose rows differ.
    differing: BTreeSet<String>,
    answer_bytes: usize,
    marks: usize,
    naive_times: usize,
    /// Columns that are not kept: those that are empty so far, and those that hold something.
    others: Vec<(String, usize)>,
    not_kept: BTreeSet<String>,
}

impl Reader {
    fn of(columns: &[String], line: usize, problems: &mut Problems) -> Self {
        let all = || columns.iter().zip(0..);
        let behind = |prefix: &str| {
            let named = all().filter_map(|(name, at)| Some((name.strip_prefix(prefix)?, at)));
            named.map(|(name, at)| (name.to_owned(), at)).collect::<Vec<_>>()
        };
        let places: HashMap<String, usize> = all().map(|(name, at)| (name.clone(), at)).collect();
        for name in NEEDED.iter().filter(|name| !places.contains_key(**name)) {
            problems.add(line, name, "there is no such column: no results of a batch");
        }
        Self {
            places,
            inputs: behind("Input."),
            answers: behind("Answer."),
            problems: Problems::default(),
            hits: Vec::new(),
            works: Vec::new(),
            known: HashMap::new(),
            differing: BTreeSet::new(),
            answer_bytes: 0,
            marks: 0,
            naive_times: 0,
            others: all()
                .filter(|(name, _)| !is_known(name))
                .map(|(n, at)| (n.clone(), at))
                .collect(),
            not_kept: BTreeSet::new(),
        }
    }

    fn row(&mut self, line: usize, cells: &[&str]) {
        self.notice(cells);
        self.hit(line, cells);
        let Some(mut work) = self.members(line, cells, &OF_WORK) else { return };
        self.complete(&mut work, cells);
        let answer = |(name, place): &(String, usize)| Answer {
            question_identifier: name.clone(),
            // Assumed: an empty cell is an empty text; a file does not tell it from no answer.
            value: AnswerValue::FreeText(cells.get(*place).copied().unwrap_or_default().to_owned()),
        };
        match QuestionFormAnswers(self.answers.iter().map(answer).collect()).xml() {
            Ok(xml) => {
                self.answer_bytes += xml.len();
                work.insert("Answer".to_owned(), xml.into());
            }
            Err(fault) => self.problems.add(line, "Answer", fault.to_string()),
        }
        if self.answer_bytes > MAX_ANSWERS {
            let limit = MAX_ANSWERS >> 20;
            self.problems.add(line, "", format!("the answers have more than {limit} MiB"));
            self.answer_bytes = 0;
        }
        match Item::of_members::<AssignmentEntry>(work, Kind::Assignment.members()) {
            Ok(item) => self.works.push(item),
            Err((column, reason)) => self.problems.add(line, &column, reason),
        }
    }

    /// Adds the HIT of a row, if no row before is about it.
    fn hit(&mut self, line: usize, cells: &[&str]) {
        let names = OF_HIT.iter().filter_map(|(name, _)| self.places.get(*name));
        let places = names.chain(self.inputs.iter().map(|(_, place)| place));
        let own: Vec<&str> = places.map(|place| cells.get(*place).copied().unwrap_or("")).collect();
        let id = self.cell(cells, "HITId").to_owned();
        if let Some(first) = self.known.get(&id) {
            if *first != own {
                self.differing.insert(id);
            }
            return;
        }
        let own = own.into_iter().map(str::to_owned).collect();
        let Some(members) = self.members(line, cells, &OF_HIT) else { return };
        self.known.insert(id, own);
        let cell = |(name, place): &(String, usize)| {
            (name.clone(), cells.get(*place).copied().unwrap_or_default().to_owned())
        };
        let row = BatchRow {
            batch: batch_of(self.cell(cells, "RequesterAnnotation")),
            line,
            cells: self.inputs.iter().map(cell).collect(),
        };
        match Item::of_members::<HitEntry>(members, Kind::Hit.members()) {
            Ok(item) => self.hits.push(Item { row: Some(row), ..item }),
            Err((column, reason)) => self.problems.add(line, &column, reason),
        }
    }

    fn cell<'c>(&self, cells: &[&'c str], name: &str) -> &'c str {
        self.places.get(name).and_then(|place| cells.get(*place)).copied().unwrap_or_default()
    }

    /// The cells of these columns as the members of an entry; none, if one cannot be read.
    fn members(
        &mut self,
        line: usize,
        cells: &[&str],
        columns: &[(&str, Form)],
    ) -> Option<Map<String, Value>> {
        let (mut members, mut is_whole) = (Map::new(), true);
        for (name, form) in columns {
            let text = self.cell(cells, name);
            let plain = text.trim();
            let value: Result<Value, &str> = match form {
                _ if plain.is_empty() => continue,
                Form::Text => Ok(text.into()),
                Form::Dollars => Ok(plain.trim_start_matches('$').into()),
                Form::Number => {
                    plain.parse().map(i64::into).map_err(|_| "a whole number is wanted")
                }
                Form::Time => match date::of(&plain.into()) {
                    Some(read) => {
                        self.naive_times += usize::from(read.is_naive);
                        Ok(read.at.rfc3339().into())
                    }
                    None => Err("no time that is known, such as Fri Nov 27 12:00:00 PST 2026"),
                },
            };
            match value {
                Ok(value) => drop(members.insert((*name).to_owned(), value)),
                Err(why) => {
                    self.problems.add(line, name, format!("{plain:?}: {why}"));
                    is_whole = false;
                }
            }
        }
        for name in NEEDED.iter().filter(|name| columns.iter().any(|(known, _)| known == *name)) {
            // A column that is missing is told once.
            if self.places.contains_key(*name) && !members.contains_key(*name) {
                self.problems.add(line, name, "the cell is empty");
                is_whole = false;
            }
        }
        is_whole.then_some(members)
    }

    /// Adds what follows from other cells: the status, and one time from the other.
    fn complete(&self, work: &mut Map<String, Value>, cells: &[&str]) {
        let has = |work: &Map<String, Value>, name: &str| work.contains_key(name);
        if !has(work, "AssignmentStatus") {
            let status = if has(work, "RejectionTime") {
                "Rejected"
            } else if has(work, "ApprovalTime") {
                "Approved"
            } else {
                "Submitted"
            };
            work.insert("AssignmentStatus".to_owned(), status.into());
        }
        let Ok(seconds) = self.cell(cells, "WorkTimeInSeconds").trim().parse::<i64>() else {
            return;
        };
        let span = Span::seconds(seconds.clamp(0, 1 << 30));
        let at = |name: &str| Instant::parse(work.get(name)?.as_str()?, Instant::default());
        let (accepted, submitted) = (at("AcceptTime"), at("SubmitTime"));
        let (name, other) = match (accepted, submitted) {
            (None, Some(at)) => ("AcceptTime", Instant(at.0 - span.0)),
            (Some(at), None) => ("SubmitTime", at + span),
            _ => return,
        };
        work.insert(name.to_owned(), other.rfc3339().into());
    }

    /// Notices what is not kept.
    fn notice(&mut self, cells: &[&str]) {
        let is_empty = |place: usize| cells.get(place).is_none_or(|cell| cell.trim().is_empty());
        let marks = MARKS.iter().filter_map(|name| self.places.get(*name));
        self.marks += usize::from(marks.into_iter().any(|place| !is_empty(*place)));
        let used = self.others.extract_if(.., |(_, place)| !is_empty(*place));
        self.not_kept.extend(used.map(|(name, _)| name));
    }

    fn file(self, note: Option<TableNote>) -> File {
        let mut notes: Vec<String> =
            note.map(|note| format!("line {}: {}", note.line, note.reason)).into_iter().collect();
        let times = ["AcceptTime", "SubmitTime", "CreationTime", "Expiration", "MaxAssignments"];
        let missing: Vec<&str> =
            times.into_iter().filter(|name| !self.places.contains_key(*name)).collect();
        if !missing.is_empty() {
            notes.push(format!("made up, as there is no such column: {}", missing.join(", ")));
        }
        if let Some(first) = self.differing.first() {
            let count = Kind::Hit.counted(self.differing.len());
            notes.push(format!("the rows of {count} differ, the first row is used: {first}"));
        }
        if self.marks > 0 {
            let marks = self.marks;
            notes.push(format!("marks in Approve and Reject, not applied: {marks}"));
        }
        let hits = self.hits.into_iter().map(|item| (Kind::Hit, item));
        let works = self.works.into_iter().map(|item| (Kind::Assignment, item));
        File {
            items: hits.chain(works).collect(),
            naive_times: self.naive_times,
            unknown_members: self.not_kept,
            is_table: true,
            notes,
            ..File::default()
        }
    }
}

/// The cells of a row by column, for each column of `columns`.
pub fn cells(row: &BTreeMap<String, String>, columns: &[String]) -> Vec<String> {
    columns.iter().map(|name| row.get(name).cloned().unwrap_or_default()).collect()
}
