//! What the SDK read, as JSON again: the members that the story looks at.

use aws_sdk_mturk::operation::get_qualification_score::GetQualificationScoreOutput;
use aws_sdk_mturk::operation::list_assignments_for_hit::ListAssignmentsForHitOutput;
use aws_sdk_mturk::operation::list_bonus_payments::ListBonusPaymentsOutput;
use aws_sdk_mturk::primitives::DateTime;
use aws_sdk_mturk::types::{Assignment, BonusPayment, Hit, QualificationType};
use serde_json::{Value, json};

fn seconds(at: Option<&DateTime>) -> Option<f64> {
    at.map(DateTime::as_secs_f64)
}

/// A HIT.
pub fn hit(hit: &Hit) -> Value {
    json!({
        "HITId": hit.hit_id(),
        "HITTypeId": hit.hit_type_id(),
        "HITStatus": hit.hit_status().map(|status| status.as_str()),
        "Title": hit.title(),
        "Question": hit.question(),
        "Reward": hit.reward(),
        "MaxAssignments": hit.max_assignments(),
        "CreationTime": seconds(hit.creation_time()),
        "Expiration": seconds(hit.expiration()),
        "NumberOfAssignmentsCompleted": hit.number_of_assignments_completed(),
    })
}

/// Work.
pub fn assignment(assignment: &Assignment) -> Value {
    json!({
        "AssignmentId": assignment.assignment_id(),
        "WorkerId": assignment.worker_id(),
        "AssignmentStatus": assignment.assignment_status().map(|status| status.as_str()),
        "Answer": assignment.answer(),
        "SubmitTime": seconds(assignment.submit_time()),
    })
}

/// A page of a list.
pub fn page<T>(items: &str, token: Option<&str>, list: &[T], show: impl Fn(&T) -> Value) -> Value {
    let shown: Vec<Value> = list.iter().map(show).collect();
    json!({"NumResults": shown.len(), "NextToken": token, items: shown})
}

/// A page of work.
pub fn assignments(page: &ListAssignmentsForHitOutput) -> Value {
    json!({
        "NumResults": page.num_results(),
        "NextToken": page.next_token(),
        "Assignments": page.assignments().iter().map(assignment).collect::<Vec<_>>(),
    })
}

fn bonus(bonus: &BonusPayment) -> Value {
    json!({
        "WorkerId": bonus.worker_id(),
        "BonusAmount": bonus.bonus_amount(),
        "AssignmentId": bonus.assignment_id(),
        "Reason": bonus.reason(),
    })
}

/// A page of bonuses.
pub fn bonuses(page: &ListBonusPaymentsOutput) -> Value {
    let bonuses: Vec<Value> = page.bonus_payments().iter().map(bonus).collect();
    json!({"NumResults": page.num_results(), "BonusPayments": bonuses})
}

/// A qualification type.
pub fn qualification_type(of: &QualificationType) -> Value {
    json!({"QualificationTypeId": of.qualification_type_id(), "Description": of.description()})
}

/// What a worker has.
pub fn score(score: &GetQualificationScoreOutput) -> Value {
    let Some(score) = score.qualification() else { return json!({}) };
    let status = score.status().map(|status| status.as_str());
    json!({"Qualification": {"IntegerValue": score.integer_value(), "Status": status}})
}
