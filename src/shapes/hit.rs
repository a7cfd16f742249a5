//! HIT.

use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::money::Cents;
use crate::shapes::qualification::QualificationRequirement;
use crate::shapes::review::ReviewPolicy;
use crate::time::Instant;

/// Where a HIT is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HitStatus {
    /// A worker can accept it.
    Assignable,
    /// Nobody can accept it, somebody still works on it.
    Unassignable,
    /// All its work is handed in, or its time is over.
    Reviewable,
    /// The requester said that it is being reviewed.
    Reviewing,
    /// Deleted.
    Disposed,
}

impl HitStatus {
    /// Every status.
    pub const ALL: [Self; 5] =
        [Self::Assignable, Self::Unassignable, Self::Reviewable, Self::Reviewing, Self::Disposed];

    /// The word on the wire and in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assignable => "Assignable",
            Self::Unassignable => "Unassignable",
            Self::Reviewable => "Reviewable",
            Self::Reviewing => "Reviewing",
            Self::Disposed => "Disposed",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// A HIT as every operation that answers with one shows it.
///
/// Recorded: its members come in alphabetical order.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Hit<'a> {
    #[expect(missing_docs, reason = "named by the API")]
    pub assignment_duration_in_seconds: i64,
    #[expect(missing_docs, reason = "named by the API")]
    pub auto_approval_delay_in_seconds: i64,
    #[expect(missing_docs, reason = "named by the API")]
    pub creation_time: Instant,
    #[expect(missing_docs, reason = "named by the API")]
    pub description: &'a str,
    #[expect(missing_docs, reason = "named by the API")]
    pub expiration: Instant,
    /// One group for one HIT type; the worker site lists groups.
    #[serde(rename = "HITGroupId")]
    pub hit_group_id: &'a str,
    #[serde(rename = "HITId")]
    #[expect(missing_docs, reason = "named by the API")]
    pub hit_id: &'a str,
    /// The layout from which it was made.
    #[serde(rename = "HITLayoutId", skip_serializing_if = "Option::is_none")]
    pub hit_layout_id: Option<&'a str>,
    /// Always `NotReviewed`: Amazon's content review does not exist here.
    #[serde(rename = "HITReviewStatus")]
    pub hit_review_status: &'static str,
    #[serde(rename = "HITStatus")]
    #[expect(missing_docs, reason = "named by the API")]
    pub hit_status: HitStatus,
    #[serde(rename = "HITTypeId")]
    #[expect(missing_docs, reason = "named by the API")]
    pub hit_type_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[expect(missing_docs, reason = "named by the API")]
    pub keywords: Option<&'a str>,
    #[expect(missing_docs, reason = "named by the API")]
    pub max_assignments: i64,
    /// Free places; an expired HIT keeps its count.
    pub number_of_assignments_available: i64,
    /// Approved or rejected.
    pub number_of_assignments_completed: i64,
    /// Accepted and neither submitted, returned nor abandoned.
    pub number_of_assignments_pending: i64,
    /// Present even when empty.
    #[serde(serialize_with = "in_order")]
    pub qualification_requirements: &'a [QualificationRequirement],
    /// The question document as the requester sent it.
    pub question: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[expect(missing_docs, reason = "named by the API")]
    pub requester_annotation: Option<&'a str>,
    #[expect(missing_docs, reason = "named by the API")]
    pub reward: Cents,
    #[expect(missing_docs, reason = "named by the API")]
    pub title: &'a str,
}

/// The members of each in alphabetical order, as those of the HIT; the store keeps another one.
fn in_order<S: Serializer>(
    requirements: &&[QualificationRequirement],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut shown = serde_json::to_value(requirements).map_err(S::Error::custom)?;
    shown.sort_all_objects();
    shown.serialize(serializer)
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
