//! What much work has in common: measures of each field, and counts for charts.

use std::collections::{HashMap, HashSet};

use crate::digest::sha256;
use crate::rules::measures::{Labels, Majority, Measures};
use crate::rules::question::columns::{Column, ColumnValue};
use crate::rules::review::Work;
use crate::rules::review::chart::{self, Bar};
use crate::shapes::assignment::AssignmentStatus;
use crate::time::Instant;

/// Fields that are measured, at most: the first ones.
pub const MAX_FIELDS: usize = 50;
/// So many names of other fields are counted.
pub const MAX_LEFT_OUT: usize = 1000;
/// Workers whose work is a bar of its own.
const MAX_WORKERS: usize = 10;
/// A longer value, in bytes, is counted by its beginning and a digest of the whole.
const MAX_LABEL: usize = 200;

/// Work that was read, one after the other. What was rejected is left out.
#[derive(Debug, Default)]
pub struct Summary {
    fields: Vec<(String, Labels)>,
    numbers: HashMap<String, usize>,
    left_out: HashSet<String>,
    /// How many assignments have more fields than are read.
    pub cut_count: u64,
    submitted_at: Vec<Instant>,
    lengths_s: Vec<i64>,
    workers: HashMap<String, u64>,
    /// How much was done by robots.
    pub by_robots: u64,
}

/// What the answers to one field have in common.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// The measures.
    pub measures: Measures,
    /// What most workers answered, if there is one HIT.
    pub majority: Option<Majority>,
}

impl Summary {
    /// Adds an assignment.
    pub fn add(&mut self, work: &Work, is_robot: bool) {
        let assignment = &work.assignment;
        if assignment.assignment_status == AssignmentStatus::Rejected {
            return;
        }
        self.submitted_at.push(assignment.submit_time);
        self.lengths_s.push(work.time_on_task_s());
        *self.workers.entry(assignment.worker_id.clone()).or_default() += 1;
        self.by_robots += u64::from(is_robot);
        self.cut_count += u64::from(work.left_out > 0);
        for Column { name, value } in &work.columns {
            let ColumnValue::Text(text) = value else { continue };
            let Some(labels) = self.labels(name) else { continue };
            labels.add(&assignment.hit_id, &assignment.worker_id, &label(text));
        }
    }

    fn labels(&mut self, name: &str) -> Option<&mut Labels> {
        let number = match self.numbers.get(name) {
            Some(number) => *number,
            None if self.fields.len() < MAX_FIELDS => {
                self.numbers.insert(name.to_owned(), self.fields.len());
                self.fields.push((name.to_owned(), Labels::default()));
                self.fields.len() - 1
            }
            None => {
                if self.left_out.len() < MAX_LEFT_OUT && !self.left_out.contains(name) {
                    self.left_out.insert(name.to_owned());
                }
                return None;
            }
        };
        self.fields.get_mut(number).map(|(_, labels)| labels)
    }

    /// How much work was added.
    pub fn count(&self) -> usize {
        self.submitted_at.len()
    }

    /// How many workers did it.
    pub fn worker_count(&self) -> usize {
        self.workers.len()
    }

    /// The fields in the order in which they were met.
    pub fn fields(&self) -> Vec<Field> {
        let field = |(name, labels): &(String, Labels)| {
            let mut majorities = labels.majorities();
            let first = majorities.next().map(|(_, majority)| majority);
            let majority = first.filter(|_| majorities.next().is_none());
            Field { name: name.clone(), measures: labels.measures(), majority }
        };
        self.fields.iter().map(field).collect()
    }

    /// How many other fields there are that are not measured, up to [`MAX_LEFT_OUT`].
    pub fn left_out_count(&self) -> usize {
        self.left_out.len()
    }

    /// Submissions over time.
    pub fn submissions(&self) -> Vec<(Instant, u64)> {
        chart::over_time(&self.submitted_at)
    }

    /// Time on task.
    pub fn times(&self) -> Vec<Bar> {
        chart::by_length(&self.lengths_s)
    }

    /// The middle of the times on task, in seconds.
    pub fn median_s(&self) -> Option<i64> {
        chart::median(&self.lengths_s)
    }

    /// The workers who did most, and all others together.
    pub fn by_worker(&self) -> Vec<Bar> {
        let mut bars: Vec<Bar> = self
            .workers
            .iter()
            .map(|(label, count)| Bar { label: label.clone(), count: *count })
            .collect();
        bars.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.label.cmp(&b.label)));
        if bars.len() > MAX_WORKERS {
            let others = bars.split_off(MAX_WORKERS);
            let label = format!("{} others", others.len());
            bars.push(Bar { label, count: others.iter().map(|bar| bar.count).sum() });
        }
        bars
    }
}

/// What stands for a value where values are counted.
fn label(text: &str) -> String {
    let text = text.trim();
    if text.len() <= MAX_LABEL {
        return text.to_owned();
    }
    let end = (0..=MAX_LABEL).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let digest = sha256([text.as_bytes()]);
    let digest = digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    format!("{}… {digest:016x}", &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::assignment::Assignment;

    fn work(worker: &str, hit: &str, fields: &[(&str, &str)]) -> Work {
        let column = |(name, text): &(&str, &str)| Column {
            name: (*name).to_owned(),
            value: ColumnValue::Text((*text).to_owned()),
        };
        let assignment = Assignment {
            assignment_id: format!("{worker}{hit}"),
            worker_id: worker.to_owned(),
            hit_id: hit.to_owned(),
            assignment_status: AssignmentStatus::Submitted,
            auto_approval_time: Instant(0),
            accept_time: Instant(0),
            submit_time: Instant(10_000),
            approval_time: None,
            rejection_time: None,
            answer: String::new(),
            requester_feedback: None,
        };
        Work {
            assignment,
            columns: fields.iter().map(column).collect(),
            left_out: 0,
            unreadable: None,
        }
    }

    #[test]
    fn fields_are_measured_apart_and_rejected_work_is_left_out() {
        let mut summary = Summary::default();
        let mut rejected = work("A3", "H1", &[("label", "cow")]);
        rejected.assignment.assignment_status = AssignmentStatus::Rejected;
        summary.add(&rejected, false);
        summary.add(&work("A1", "H1", &[("label", "cat"), ("note", "x")]), true);
        summary.add(&work("A2", "H1", &[("label", " cat"), ("note", "y")]), false);
        let fields = summary.fields();
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(names, ["label", "note"]);
        assert_eq!(fields[0].measures.agreement, Ok(1.0));
        assert_eq!(fields[1].measures.agreement, Ok(0.0));
        assert_eq!(fields[0].majority, Some(Majority::Value("cat".to_owned())));
        assert!(matches!(&fields[1].majority, Some(Majority::Tie(_))));
        assert_eq!((summary.count(), summary.worker_count(), summary.by_robots), (2, 2, 1));
        assert_eq!(summary.median_s(), Some(10));
        summary.add(&work("A1", "H2", &[("label", "dog")]), false);
        assert_eq!(summary.fields()[0].majority, None);
    }

    #[test]
    fn fields_and_workers_are_bounded() {
        let mut summary = Summary::default();
        let names: Vec<String> = (0..=MAX_FIELDS).map(|number| number.to_string()).collect();
        let fields: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
        for number in 0..12 {
            summary.add(&work(&format!("A{number:02}"), "H", &fields), false);
        }
        assert_eq!((summary.fields().len(), summary.left_out_count()), (MAX_FIELDS, 1));
        let bars = summary.by_worker();
        assert_eq!((bars.len(), bars[0].label.as_str()), (11, "A00"));
        assert_eq!(bars[10], Bar { label: "2 others".to_owned(), count: 2 });
    }

    #[test]
    fn long_values_that_begin_alike_stay_apart() {
        let long = |end: &str| label(&format!("{}{end}", "ä".repeat(1000)));
        assert_ne!(long("a"), long("b"));
        assert_eq!(long("a"), long("a"));
        assert!(long("a").len() < 250);
        assert_eq!(label(&"x".repeat(MAX_LABEL)).len(), MAX_LABEL);
    }
}
