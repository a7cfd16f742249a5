//! Review policies.

use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// One key of a map parameter and its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct ParameterMapEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
}

/// One parameter of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct ReviewPolicy {
    pub policy_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Vec<PolicyParameter>>,
}

/// Whose policy: of each assignment, or of the HIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReviewPolicyLevel {
    /// `AssignmentReviewPolicy`.
    Assignment,
    /// `HITReviewPolicy`.
    #[serde(rename = "HIT")]
    Hit,
}

/// What a review found of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct ReviewResultDetail {
    /// The review that found it.
    pub action_id: String,
    pub subject_id: String,
    /// `Assignment`, `HIT` or `Question`; a question's subject is its HIT.
    pub subject_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_id: Option<String>,
    pub key: String,
    pub value: String,
}

/// What became of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
