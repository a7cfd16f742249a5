//! What review policies of a world found and did.

use utoipa::ToSchema;

use crate::control::description::words::{Id, Time};

/// What a review policy found and did.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ReportEntry {
    review_results: Option<Vec<ResultEntry>>,
    review_actions: Option<Vec<ActionEntry>>,
}

/// What was found.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ResultEntry {
    action_id: Option<Id>,
    subject_id: Option<Id>,
    /// `Assignment`, `HIT` or `Question`.
    subject_type: Option<String>,
    question_id: Option<String>,
    #[schema(min_length = 1)]
    key: String,
    value: Option<String>,
}

/// What was done.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ActionEntry {
    action_id: Option<Id>,
    /// `review`, `approve`, `reject` or `extend`.
    #[schema(min_length = 1)]
    action_name: String,
    target_id: Option<Id>,
    /// `Assignment` or `HIT`.
    target_type: Option<String>,
    status: Option<ActionStatus>,
    complete_time: Option<Time>,
    result: Option<String>,
    error_code: Option<String>,
}

/// What became of an action.
#[derive(ToSchema)]
pub enum ActionStatus {
    Intended,
    Succeeded,
    Failed,
    Cancelled,
}
