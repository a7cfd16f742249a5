//! Review policies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shapes::scalar::{Id, filled, id};
use crate::shapes::words::words;
use crate::time::Instant;

/// One key of a map parameter and its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct ParameterMapEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
}

/// One parameter of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct PolicyParameter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub map_entries: Option<Vec<ParameterMapEntry>>,
}

/// A review policy of a HIT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct ReviewPolicy {
    pub policy_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Vec<PolicyParameter>>,
}

words! {
    api
    /// Whose policy: of each assignment, or of the HIT.
    ReviewPolicyLevel {
        /// `AssignmentReviewPolicy`.
        Assignment = "Assignment",
        /// `HITReviewPolicy`.
        Hit = "HIT",
    }
}

/// What a review found of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct ReviewResultDetail {
    // Assumed: the service always named it, and the subject, so a world must too.
    /// The review that found it.
    #[schema(value_type = Id)]
    #[serde(deserialize_with = "id")]
    pub action_id: String,
    #[schema(value_type = Id)]
    #[serde(deserialize_with = "id")]
    pub subject_id: String,
    /// `Assignment`, `HIT` or `Question`; a question's subject is its HIT.
    #[serde(default)]
    pub subject_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_id: Option<String>,
    #[schema(min_length = 1)]
    #[serde(deserialize_with = "filled")]
    pub key: String,
    #[serde(default)]
    pub value: String,
}

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ReviewActionStatus {
    /// Waits to be done; nothing waits here.
    Intended,
    /// Done, or there was nothing to do.
    Succeeded,
    /// Refused.
    Failed,
    /// Stopped by the service.
    Cancelled,
}

/// What a review did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct ReviewActionDetail {
    pub action_id: String,
    /// `review`, `approve`, `reject` or `extend`.
    pub action_name: String,
    pub target_id: String,
    /// `Assignment` or `HIT`.
    pub target_type: String,
    pub status: ReviewActionStatus,
    pub complete_time: Instant,
    pub result: String,
    /// Of a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
}
