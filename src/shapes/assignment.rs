//! Assignment.

use serde::{Deserialize, Serialize};

use crate::shapes::words::words;
use crate::time::Instant;

words! {
    api
    /// What became of submitted work.
    AssignmentStatus {
        /// Submitted, neither approved nor rejected.
        Submitted = "Submitted",
        /// Approved, by the requester or by time.
        Approved = "Approved",
        /// Rejected.
        Rejected = "Rejected",
    }
}

/// Submitted work as the API shows it; the store keeps it in this form.
///
/// It has no `Deadline` any more. A saved answer of ListAssignmentsForHIT fits its length only
/// without. Assumed: GetAssignment and decided work are alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Assignment {
    pub assignment_id: String,
    pub worker_id: String,
    #[serde(rename = "HITId")]
    pub hit_id: String,
    pub assignment_status: AssignmentStatus,
    /// Submission plus the HIT type's delay; stays when the work is decided earlier.
    pub auto_approval_time: Instant,
    pub accept_time: Instant,
    pub submit_time: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_time: Option<Instant>,
    /// Stays when the rejection is overridden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejection_time: Option<Instant>,
    /// A `QuestionFormAnswers` document, or empty.
    pub answer: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester_feedback: Option<String>,
}
