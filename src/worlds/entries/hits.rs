//! HIT types, HITs, assignments.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::reviews::ReportEntry;
use super::{Entry, Rule};
use crate::money::Cents;
use crate::rules::question::answers;
use crate::shapes::answer::Given;
use crate::shapes::hit::HitStatus;
use crate::shapes::notification::NotificationSpecification;
use crate::shapes::qualification::QualificationRequirement;
use crate::shapes::review::ReviewPolicy;
use crate::shapes::scalar::{AccessKey, Id, WorkerId};
use crate::time::Time;

/// A HIT type.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct HitTypeEntry {
    pub requester: Option<AccessKey>,
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: Option<Id>,
    #[serde(rename = "HITGroupId")]
    pub hit_group_id: Option<Id>,
    #[schema(required, max_length = 128)]
    pub title: Option<String>,
    #[schema(max_length = 2000)]
    pub description: Option<String>,
    #[schema(max_length = 1000)]
    pub keywords: Option<String>,
    pub reward: Option<Cents>,
    pub assignment_duration_in_seconds: Option<i64>,
    pub auto_approval_delay_in_seconds: Option<i64>,
    pub qualification_requirements: Option<Vec<QualificationRequirement>>,
    pub notification: Option<NotificationSpecification>,
    /// Whether notifications are sent; they are if absent.
    pub active: Option<bool>,
}

impl Entry for HitTypeEntry {
    const ID: &[&str] = &["HITTypeId"];
}

/// A HIT: one of a type that is named, or with the type's members itself.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct HitEntry {
    pub requester: Option<AccessKey>,
    #[serde(rename = "HITId")]
    pub hit_id: Option<Id>,
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: Option<Id>,
    #[serde(rename = "HITGroupId")]
    pub hit_group_id: Option<Id>,
    #[schema(max_length = 128)]
    pub title: Option<String>,
    #[schema(max_length = 2000)]
    pub description: Option<String>,
    #[schema(max_length = 1000)]
    pub keywords: Option<String>,
    pub reward: Option<Cents>,
    pub assignment_duration_in_seconds: Option<i64>,
    pub auto_approval_delay_in_seconds: Option<i64>,
    pub qualification_requirements: Option<Vec<QualificationRequirement>>,
    /// From which it was made; the layout need not be known.
    #[serde(rename = "HITLayoutId")]
    pub hit_layout_id: Option<Id>,
    pub creation_time: Option<Time>,
    pub expiration: Option<Time>,
    #[serde(rename = "HITStatus")]
    pub hit_status: Option<HitStatus>,
    pub max_assignments: Option<i64>,
    pub requester_annotation: Option<String>,
    pub assignment_review_policy: Option<ReviewPolicy>,
    #[serde(rename = "HITReviewPolicy")]
    pub hit_review_policy: Option<ReviewPolicy>,
    /// When the HIT will be deleted by itself.
    pub disposal_time: Option<Time>,
    pub assignment_review_report: Option<ReportEntry>,
    #[serde(rename = "HITReviewReport")]
    pub hit_review_report: Option<ReportEntry>,
    /// An ExternalQuestion, HTMLQuestion or QuestionForm document.
    pub question: Option<String>,
    pub assignments: Option<Vec<AssignmentEntry>>,
    /// Not read.
    #[serde(rename = "HITReviewStatus", skip_serializing)]
    pub hit_review_status: Option<Value>,
    /// Derived, not read.
    #[serde(skip_serializing)]
    pub number_of_assignments_pending: Option<Value>,
    /// Derived, not read.
    #[serde(skip_serializing)]
    pub number_of_assignments_available: Option<Value>,
    /// Derived, not read.
    #[serde(skip_serializing)]
    pub number_of_assignments_completed: Option<Value>,
}

impl HitEntry {
    /// The members that make its HIT type.
    pub fn hit_type(&self) -> HitTypeEntry {
        HitTypeEntry {
            hit_type_id: self.hit_type_id.clone(),
            hit_group_id: self.hit_group_id.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            keywords: self.keywords.clone(),
            reward: self.reward,
            assignment_duration_in_seconds: self.assignment_duration_in_seconds,
            auto_approval_delay_in_seconds: self.auto_approval_delay_in_seconds,
            qualification_requirements: self.qualification_requirements.clone(),
            ..HitTypeEntry::default()
        }
    }
}

impl Entry for HitEntry {
    const ID: &[&str] = &["HITId"];
    const ONE_BY_CONTENT: bool = false;
    const NESTED: &[&str] = &["Assignments", "AssignmentReviewReport", "HITReviewReport"];
    /// What `list-review-policy-results-for-hit` printed.
    const OF_FILE: &[&str] = &[
        "HITId",
        "AssignmentReviewPolicy",
        "AssignmentReviewReport",
        "HITReviewPolicy",
        "HITReviewReport",
    ];
    /// What the requester alone decides, and what is final.
    const LIFE: (&str, &[&str]) = ("HITStatus", &["Reviewing", "Disposed"]);
    /// Saved results name a policy without its parameters.
    const RULES: &[(&str, Rule)] = &[
        ("HITStatus", Rule::FurtherOrLast),
        ("AssignmentReviewPolicy", Rule::Fuller),
        ("HITReviewPolicy", Rule::Fuller),
    ];
}

/// What became of a place of a HIT; the API shows the first three alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum WorkStatus {
    #[default]
    Submitted,
    Approved,
    Rejected,
    Accepted,
    Returned,
    Abandoned,
}

/// An assignment, within its HIT or naming it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct AssignmentEntry {
    pub requester: Option<AccessKey>,
    pub assignment_id: Option<Id>,
    pub worker_id: Option<WorkerId>,
    /// Needed where it is not inside its HIT.
    #[serde(rename = "HITId")]
    pub hit_id: Option<Id>,
    /// `Submitted` if absent.
    pub assignment_status: Option<WorkStatus>,
    pub auto_approval_time: Option<Time>,
    pub accept_time: Option<Time>,
    pub submit_time: Option<Time>,
    pub approval_time: Option<Time>,
    pub rejection_time: Option<Time>,
    /// Of work that was not submitted; of other work it is not kept.
    pub deadline: Option<Time>,
    /// A `QuestionFormAnswers` document; not together with `Answers`.
    #[serde(deserialize_with = "answer")]
    pub answer: Option<String>,
    pub answers: Option<Given>,
    pub requester_feedback: Option<String>,
}

impl Entry for AssignmentEntry {
    const ID: &[&str] = &["AssignmentId"];
    const ONE_BY_CONTENT: bool = false;
    /// A rejection can be overridden, an approval stays.
    const LIFE: (&str, &[&str]) = ("AssignmentStatus", &["Rejected", "Approved"]);
    /// What a review leaves is that of the latest review.
    const RULES: &[(&str, Rule)] =
        &[("AssignmentStatus", Rule::Further), ("RequesterFeedback", Rule::Further)];
}

/// An answer as the service stored it.
fn answer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let answer = Option::<String>::deserialize(deserializer)?;
    answer.as_deref().map_or(Ok(()), answers::check).map_err(D::Error::custom)?;
    Ok(answer)
}
