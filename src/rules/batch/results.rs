//! The results of a batch as the requester site wrote them.
//!
//! Facts: the names of the columns and the forms of the values are from saved files in public
//! projects. Assumed: that `NumberOfSimilarHITs` and `LifetimeInSeconds` are empty; that `Approve`
//! and `Reject` are empty whatever was decided; that the rates are about work for this
//! requester, and those of the last days about what was submitted then, whenever it was decided.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::DateTime;

use crate::money::Cents;
use crate::rules::csv::{Formulas, Writer};
use crate::rules::question::answers::{Answer, AnswerValue, parse};
use crate::shapes::assignment::Assignment;
use crate::time::Instant;

/// The columns before those of the table and of the answers.
const COLUMNS: [&str; 27] = [
    "HITId",
    "HITTypeId",
    "Title",
    "Description",
    "Keywords",
    "Reward",
    "CreationTime",
    "MaxAssignments",
    "RequesterAnnotation",
    "AssignmentDurationInSeconds",
    "AutoApprovalDelayInSeconds",
    "Expiration",
    "NumberOfSimilarHITs",
    "LifetimeInSeconds",
    "AssignmentId",
    "WorkerId",
    "AssignmentStatus",
    "AcceptTime",
    "SubmitTime",
    "AutoApprovalTime",
    "ApprovalTime",
    "RejectionTime",
    "RequesterFeedback",
    "WorkTimeInSeconds",
    "LifetimeApprovalRate",
    "Last30DaysApprovalRate",
    "Last7DaysApprovalRate",
];

/// The columns for a review.
const MARKS: [&str; 2] = ["Approve", "Reject"];

/// The last column of tables that the requester site wrote, where there is work of robots: the site
/// had none.
pub const ROBOT: &str = "Robot";

/// What stands in that column.
pub const fn robot_mark(is_robot: bool) -> &'static str {
    if is_robot { "yes" } else { "" }
}

/// The results of a batch.
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// The columns of the batch's table.
    pub columns: Vec<String>,
    /// The submitted work.
    pub lines: Vec<Line>,
    /// By worker.
    pub rates: HashMap<String, Rates>,
    /// The workers that are robots.
    pub robots: HashSet<String>,
}

/// One assignment with its HIT.
#[derive(Debug, Clone)]
pub struct Line {
    /// What is the same for all assignments of the HIT.
    pub hit: HitFacts,
    /// The row of the table from which the HIT was made.
    pub cells: Vec<String>,
    /// What was submitted.
    pub assignment: Assignment,
}

impl Line {
    /// About how many bytes it has.
    pub fn bytes(&self) -> usize {
        let cells = self.cells.iter().map(String::len).sum::<usize>();
        self.assignment.answer.len() + self.hit.description.len() + cells + 500
    }
}

/// What the results say of a HIT.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct HitFacts {
    pub id: String,
    pub hit_type_id: String,
    pub title: String,
    pub description: String,
    pub keywords: Option<String>,
    pub reward: Cents,
    pub created_at: Instant,
    pub max: i64,
    pub annotation: Option<String>,
    pub duration_s: i64,
    pub delay_s: i64,
    pub expire_at: Instant,
}

/// How much of a worker's decided work is approved: how much was approved, and how much decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Of all.
    pub lifetime: (i64, i64),
    /// Of what was submitted in the last 30 days.
    pub days_30: (i64, i64),
    /// Of what was submitted in the last 7 days.
    pub days_7: (i64, i64),
}

impl Results {
    /// The results as CSV, in the order of the lines. Columns of the table and of the answers stand
    /// in the order of their names. None if they could have more than `most` bytes: workers choose
    /// the names of answers, and each is a cell of every line.
    pub fn csv(&self, formulas: Formulas, most: usize) -> Option<String> {
        let answers: Vec<Vec<Answer>> = self
            .lines
            .iter()
            .map(|line| parse(&line.assignment.answer).unwrap_or_default())
            .collect();
        let names: BTreeSet<&str> =
            answers.iter().flatten().map(|answer| &*answer.question_identifier).collect();
        let of_marks = MARKS.len() + 1;
        let columns = COLUMNS.len() + self.columns.len() + names.len() + of_marks;
        let cells = (self.lines.len() + 1) * columns;
        let texts = self.lines.iter().map(Line::bytes).chain(names.iter().map(|name| name.len()));
        if cells * EMPTY_CELL + texts.sum::<usize>() > most {
            return None;
        }
        let mut inputs: Vec<usize> = (0..self.columns.len()).collect();
        inputs.sort_by_key(|place| &self.columns[*place]);
        let mut writer = Writer::new(formulas);
        let header = COLUMNS.iter().map(|name| (*name).to_owned());
        let of_inputs = inputs.iter().map(|place| format!("Input.{}", self.columns[*place]));
        let of_answers = names.iter().map(|name| format!("Answer.{name}"));
        let has_robots = !self.robots.is_empty();
        let last = MARKS.into_iter().chain(has_robots.then_some(ROBOT)).map(str::to_owned);
        let header: Vec<String> = header.chain(of_inputs).chain(of_answers).chain(last).collect();
        writer.row(header.iter().map(String::as_str));
        for (line, answers) in self.lines.iter().zip(&answers) {
            let known: HashMap<&str, &AnswerValue> =
                answers.iter().map(|one| (&*one.question_identifier, &one.value)).collect();
            let mut cells = self.facts(line);
            let cell = |place: &usize| line.cells.get(*place).cloned().unwrap_or_default();
            cells.extend(inputs.iter().map(cell));
            cells.extend(
                names
                    .iter()
                    .map(|name| known.get(name).map_or_else(String::new, |value| text(value))),
            );
            cells.extend([String::new(), String::new()]);
            if has_robots {
                let is_robot = self.robots.contains(&line.assignment.worker_id);
                cells.push(robot_mark(is_robot).to_owned());
            }
            writer.row(cells.iter().map(String::as_str));
        }
        Some(writer.finish())
    }

    fn facts(&self, Line { hit, assignment: work, .. }: &Line) -> Vec<String> {
        let rates = self.rates.get(&work.worker_id).copied().unwrap_or_default();
        let optional = |at: Option<Instant>| at.map_or_else(String::new, date);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let work_s = (work.submit_time.0 - work.accept_time.0).max(0) / 1000;
        [
            hit.id.clone(),
            hit.hit_type_id.clone(),
            hit.title.clone(),
            hit.description.clone(),
            text(&hit.keywords),
            format!("${}", hit.reward),
            date(hit.created_at),
            hit.max.to_string(),
            text(&hit.annotation),
            hit.duration_s.to_string(),
            hit.delay_s.to_string(),
            date(hit.expire_at),
            String::new(),
            String::new(),
            work.assignment_id.clone(),
            work.worker_id.clone(),
            work.assignment_status.as_str().to_owned(),
            date(work.accept_time),
            date(work.submit_time),
            date(work.auto_approval_time),
            optional(work.approval_time),
            optional(work.rejection_time),
            text(&work.requester_feedback),
            work_s.to_string(),
            rate(rates.lifetime),
            rate(rates.days_30),
            rate(rates.days_7),
        ]
        .into()
    }
}

/// The bytes of a cell without a text: two quotation marks and a comma.
const EMPTY_CELL: usize = 3;

/// As the site wrote times, in UTC: `Fri Nov 27 12:00:00 UTC 2026`.
fn date(at: Instant) -> String {
    let date = DateTime::from_timestamp_millis(at.0).unwrap_or_default();
    date.format("%a %b %d %H:%M:%S UTC %Y").to_string()
}

/// `80% (4/5)`; of nothing `0% (0/0)`. Assumed: fractions of a percent are cut off.
fn rate((approved, decided): (i64, i64)) -> String {
    let percent = if decided == 0 { 0 } else { approved * 100 / decided };
    format!("{percent}% ({approved}/{decided})")
}

/// Assumed: several choices are joined by `|`; of a file the key is shown.
fn text(value: &AnswerValue) -> String {
    match value {
        AnswerValue::FreeText(text) => text.clone(),
        AnswerValue::Selections { identifiers, other } => {
            let chosen: Vec<&str> = identifiers.iter().chain(other).map(String::as_str).collect();
            chosen.join("|")
        }
        AnswerValue::File { key, .. } => key.clone(),
    }
}
