//! What review policies found and did.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shapes::review::{ReviewActionStatus, ReviewResultDetail};
use crate::shapes::scalar::{Id, filled};
use crate::time::Time;

/// What a review policy found and did.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ReportEntry {
    pub review_results: Option<Vec<ReviewResultDetail>>,
    pub review_actions: Option<Vec<ActionEntry>>,
}

/// What was done.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ActionEntry {
    pub action_id: Option<Id>,
    /// `review`, `approve`, `reject` or `extend`.
    #[schema(min_length = 1)]
    #[serde(deserialize_with = "filled")]
    pub action_name: String,
    pub target_id: Option<Id>,
    /// `Assignment` or `HIT`.
    pub target_type: Option<String>,
    pub status: Option<ReviewActionStatus>,
    pub complete_time: Option<Time>,
    pub result: Option<String>,
    pub error_code: Option<String>,
}
