//! What review policies found and did.

use serde_json::Value;

use crate::shapes::review::{ReviewActionStatus, ReviewResultDetail};
use crate::time::When;
use crate::worlds::fields::{Differing, Fields, Node, Place};
use crate::worlds::nouns::one;

/// A review action, with its time as the file says it.
#[derive(Debug)]
pub struct ActionEntry {
    pub place: Place,
    pub action_id: String,
    pub action_name: String,
    pub target_id: String,
    pub target_type: String,
    pub status: ReviewActionStatus,
    pub complete_time: Option<When>,
    pub result: String,
    pub error_code: Option<String>,
}

/// A report within a HIT.
#[derive(Debug, Default)]
pub struct ReportEntry {
    pub results: Vec<ReviewResultDetail>,
    pub actions: Vec<ActionEntry>,
}

/// What `list-review-policy-results-for-hit` printed, at the top of a file.
pub const RESULTS: [&str; 5] = [
    "HITId",
    "AssignmentReviewPolicy",
    "AssignmentReviewReport",
    "HITReviewPolicy",
    "HITReviewReport",
];

/// Reads a report from its pages; an absent one is empty.
pub fn report(pages: &[Node<'_>]) -> ReportEntry {
    let mut report = ReportEntry::default();
    for page in pages {
        let mut fields = page.fields();
        let results = fields.elements("ReviewResults");
        let actions = fields.elements("ReviewActions");
        fields.finish();
        report.results.extend(results.iter().filter_map(|node| one(node, result)));
        report.actions.extend(actions.iter().filter_map(|node| one(node, action)));
    }
    report
}

/// Which of two policies says more: results name theirs without parameters.
pub fn fuller(first: &Value, last: &Value) -> Differing {
    let name = |policy: &Value| policy["PolicyName"].as_str().map(str::to_owned);
    if name(first).is_none() || name(first) != name(last) {
        return Differing::Refused;
    }
    match (first.get("Parameters"), last.get("Parameters")) {
        (_, None) => Differing::First,
        (None, _) => Differing::Last,
        _ => Differing::Refused,
    }
}

fn result(fields: &mut Fields<'_>) -> Option<ReviewResultDetail> {
    let entry = ReviewResultDetail {
        action_id: fields.id("ActionId").unwrap_or_default(),
        subject_id: fields.id("SubjectId").unwrap_or_default(),
        subject_type: fields.take("SubjectType").unwrap_or_default(),
        question_id: fields.take("QuestionId"),
        key: fields.take("Key").unwrap_or_default(),
        value: fields.take("Value").unwrap_or_default(),
    };
    fields.need(!entry.key.is_empty(), "Key").then_some(entry)
}

fn action(fields: &mut Fields<'_>) -> Option<ActionEntry> {
    let entry = ActionEntry {
        place: fields.place().clone(),
        action_id: fields.id("ActionId").unwrap_or_default(),
        action_name: fields.take("ActionName").unwrap_or_default(),
        target_id: fields.id("TargetId").unwrap_or_default(),
        target_type: fields.take("TargetType").unwrap_or_default(),
        status: fields.take("Status").unwrap_or(ReviewActionStatus::Succeeded),
        complete_time: fields.time("CompleteTime"),
        result: fields.take("Result").unwrap_or_default(),
        error_code: fields.take("ErrorCode"),
    };
    fields.need(!entry.action_name.is_empty(), "ActionName").then_some(entry)
}
