//! Submitted work as a requester reviews it: what was answered, and how long it took.

pub mod chart;
pub mod summary;

use crate::fault::Fault;
use crate::rules::question::columns::{Column, ColumnValue, Columns, columns};
use crate::shapes::assignment::Assignment;

/// One assignment, read.
#[derive(Debug, Clone)]
pub struct Work {
    /// What the API shows of it, but for its answer.
    pub assignment: Assignment,
    /// What was answered.
    pub columns: Vec<Column>,
    /// How much more was answered.
    pub left_out: usize,
    /// Why the answer cannot be shown as columns: saved work of the closed service may have any.
    pub unreadable: Option<String>,
}

impl Work {
    /// Reads what the store keeps.
    ///
    /// # Errors
    /// Our own failure: it is no assignment.
    pub fn read(document: &str) -> Result<Self, Fault> {
        let damaged = |why: serde_json::Error| Fault::Service(format!("damaged document: {why}"));
        let mut assignment: Assignment = serde_json::from_str(document).map_err(damaged)?;
        let answer = std::mem::take(&mut assignment.answer);
        let (Columns { columns, left_out }, unreadable) = match columns(&answer) {
            Ok(columns) => (columns, None),
            Err(why) => (Columns::default(), Some(why.to_string())),
        };
        Ok(Self { assignment, columns, left_out, unreadable })
    }

    /// From acceptance to submission, in seconds.
    pub const fn time_on_task_s(&self) -> i64 {
        (self.assignment.submit_time.0 - self.assignment.accept_time.0) / 1000
    }
}

/// What work must be like to be shown; an empty part asks for nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// It took less than so many seconds.
    pub below_s: Option<i64>,
    /// The name of a column that has the value.
    pub field: String,
    /// What the column holds, but for blanks around it.
    pub value: String,
}

impl Filter {
    /// Whether the work is like that.
    pub fn wants(&self, work: &Work) -> bool {
        self.below_s.is_none_or(|below| work.time_on_task_s() < below) && self.wants_value(work)
    }

    fn wants_value(&self, work: &Work) -> bool {
        let has_value = |column: &Column| {
            let ColumnValue::Text(text) = &column.value else { return false };
            column.name == self.field && text.trim() == self.value.trim()
        };
        self.field.is_empty() || work.columns.iter().any(has_value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::question::answers::{Repeated, from_fields};

    fn work(answer: &str) -> Work {
        let document = serde_json::json!({
            "AssignmentId": "3A", "WorkerId": "A1", "HITId": "3H", "AssignmentStatus": "Submitted",
            "AutoApprovalTime": 1_800_000_000, "AcceptTime": 1_700_000_000,
            "SubmitTime": 1_700_000_030, "Answer": answer
        });
        Work::read(&document.to_string()).unwrap()
    }

    #[test]
    fn work_is_wanted_by_its_time_and_by_a_value() {
        let field = ("label".to_owned(), " cat ".to_owned());
        let work = work(&from_fields(&[field], Repeated::Join).unwrap());
        assert_eq!(work.time_on_task_s(), 30);
        let wants = |below_s, field: &str, value: &str| {
            let (field, value) = (field.to_owned(), value.to_owned());
            Filter { below_s, field, value }.wants(&work)
        };
        assert!(wants(None, "", "") && wants(Some(31), "label", "cat"));
        assert!(!wants(Some(30), "", ""));
        assert!(!wants(None, "label", "Cat") && !wants(None, "other", "cat"));
        assert!(!wants(None, "label", ""));
    }

    #[test]
    fn an_answer_that_is_no_answer_document_says_why() {
        let work = work("<html>");
        assert!(work.columns.is_empty() && work.unreadable.is_some());
        assert!(Work::read("{}").is_err());
    }
}
