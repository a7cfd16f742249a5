//! HIT.

use serde::Deserialize;

use crate::shapes::qualification::QualificationRequirement;
use crate::shapes::review::ReviewPolicy;
use crate::shapes::words::words;

words! {
    api
    /// Where a HIT is in its life.
    HitStatus {
        /// A worker can accept it.
        Assignable = "Assignable",
        /// Nobody can accept it, somebody still works on it.
        Unassignable = "Unassignable",
        /// All its work is submitted, or its time is over.
        Reviewable = "Reviewable",
        /// The requester has marked it as being reviewed.
        Reviewing = "Reviewing",
        /// Deleted.
        Disposed = "Disposed",
    }
}

/// The members that make a HIT type, in CreateHIT and CreateHITType.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct HitTypeMembers {
    pub title: String,
    pub description: String,
    pub keywords: Option<String>,
    pub reward: String,
    pub assignment_duration_in_seconds: i64,
    pub auto_approval_delay_in_seconds: Option<i64>,
    pub qualification_requirements: Option<Vec<QualificationRequirement>>,
}

/// The members of a HIT besides its type, in CreateHIT and CreateHITWithHITType.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct NewHit {
    pub lifetime_in_seconds: i64,
    pub max_assignments: Option<i64>,
    pub question: Option<String>,
    pub requester_annotation: Option<String>,
    pub unique_request_token: Option<String>,
    pub assignment_review_policy: Option<ReviewPolicy>,
    #[serde(rename = "HITReviewPolicy")]
    pub hit_review_policy: Option<ReviewPolicy>,
    #[serde(rename = "HITLayoutId")]
    pub hit_layout_id: Option<String>,
    #[serde(rename = "HITLayoutParameters")]
    pub hit_layout_parameters: Option<Vec<HitLayoutParameter>>,
}

/// A value for a placeholder of a layout.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct HitLayoutParameter {
    pub name: String,
    pub value: String,
}
