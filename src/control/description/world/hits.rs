//! HIT types, HITs and assignments of a world.

use serde_json::Value;
use utoipa::ToSchema;

use super::reviews::ReportEntry;
use crate::control::description::events::{EventTypes, HitStatuses, Transports};
use crate::control::description::people::Locale;
use crate::control::description::words::{Dollars, Id, Time, WorkerId};
use crate::control::description::work::Answers;

/// A HIT type.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HitTypeEntry {
    requester: Option<String>,
    #[serde(rename = "HITTypeId")]
    hit_type_id: Option<Id>,
    #[serde(rename = "HITGroupId")]
    hit_group_id: Option<Id>,
    #[schema(max_length = 128)]
    title: String,
    #[schema(max_length = 2000)]
    description: Option<String>,
    #[schema(max_length = 1000)]
    keywords: Option<String>,
    reward: Option<Dollars>,
    assignment_duration_in_seconds: Option<i64>,
    auto_approval_delay_in_seconds: Option<i64>,
    qualification_requirements: Option<Vec<RequirementEntry>>,
    notification: Option<NotificationEntry>,
    /// Whether events are told; they are if absent.
    active: Option<bool>,
}

/// Which events of a HIT type are told, and where.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct NotificationEntry {
    /// The URL of an SQS queue, the ARN of an SNS topic, or a mail address.
    #[schema(max_length = 1024)]
    destination: String,
    transport: Transports,
    version: String,
    #[schema(min_items = 1)]
    event_types: Vec<EventTypes>,
}

/// What a worker must have.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct RequirementEntry {
    qualification_type_id: String,
    comparator: Comparator,
    integer_values: Option<Vec<i64>>,
    locale_values: Option<Vec<Locale>>,
    required_to_preview: Option<bool>,
    actions_guarded: Option<ActionsGuarded>,
}

/// How a value is compared.
#[derive(ToSchema)]
pub enum Comparator {
    LessThan,
    LessThanOrEqualTo,
    GreaterThan,
    GreaterThanOrEqualTo,
    EqualTo,
    NotEqualTo,
    Exists,
    DoesNotExist,
    In,
    NotIn,
}

/// What a worker without the qualification cannot do.
#[derive(ToSchema)]
pub enum ActionsGuarded {
    Accept,
    PreviewAndAccept,
    DiscoverPreviewAndAccept,
}

/// A HIT: one of a type that is named, or with the type's members itself.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HitEntry {
    requester: Option<String>,
    #[serde(rename = "HITId")]
    hit_id: Option<Id>,
    #[serde(rename = "HITTypeId")]
    hit_type_id: Option<Id>,
    #[serde(rename = "HITGroupId")]
    hit_group_id: Option<Id>,
    #[schema(max_length = 128)]
    title: Option<String>,
    #[schema(max_length = 2000)]
    description: Option<String>,
    #[schema(max_length = 1000)]
    keywords: Option<String>,
    reward: Option<Dollars>,
    assignment_duration_in_seconds: Option<i64>,
    auto_approval_delay_in_seconds: Option<i64>,
    qualification_requirements: Option<Vec<RequirementEntry>>,
    creation_time: Option<Time>,
    expiration: Option<Time>,
    /// An ExternalQuestion, HTMLQuestion or QuestionForm document.
    question: Option<String>,
    #[serde(rename = "HITStatus")]
    hit_status: Option<HitStatuses>,
    max_assignments: Option<i64>,
    requester_annotation: Option<String>,
    assignment_review_policy: Option<PolicyEntry>,
    #[serde(rename = "HITReviewPolicy")]
    hit_review_policy: Option<PolicyEntry>,
    assignment_review_report: Option<ReportEntry>,
    #[serde(rename = "HITReviewReport")]
    hit_review_report: Option<ReportEntry>,
    /// When the HIT will be deleted by itself.
    disposal_time: Option<Time>,
    assignments: Option<Vec<AssignmentEntry>>,
    /// Not read.
    #[serde(rename = "HITReviewStatus")]
    hit_review_status: Option<Value>,
    /// From which it was made; the layout need not be known.
    #[serde(rename = "HITLayoutId")]
    hit_layout_id: Option<Id>,
    /// Derived, not read.
    number_of_assignments_pending: Option<Value>,
    /// Derived, not read.
    number_of_assignments_available: Option<Value>,
    /// Derived, not read.
    number_of_assignments_completed: Option<Value>,
}

/// A review policy.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct PolicyEntry {
    policy_name: String,
    parameters: Option<Vec<ParameterEntry>>,
}

/// A parameter of a review policy.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ParameterEntry {
    key: Option<String>,
    values: Option<Vec<String>>,
    map_entries: Option<Vec<MapEntry>>,
}

/// One pair of a review policy's map.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct MapEntry {
    key: Option<String>,
    values: Option<Vec<String>>,
}

/// What became of a place of a HIT; the API shows the first three alone.
#[derive(ToSchema)]
pub enum WorkStatus {
    Submitted,
    Approved,
    Rejected,
    Accepted,
    Returned,
    Abandoned,
}

/// An assignment, within its HIT or naming it.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AssignmentEntry {
    requester: Option<String>,
    /// Needed where it does not stand within its HIT.
    #[serde(rename = "HITId")]
    hit_id: Option<Id>,
    assignment_id: Option<Id>,
    worker_id: Option<WorkerId>,
    /// `Submitted` if absent.
    assignment_status: Option<WorkStatus>,
    auto_approval_time: Option<Time>,
    accept_time: Option<Time>,
    submit_time: Option<Time>,
    approval_time: Option<Time>,
    rejection_time: Option<Time>,
    /// Of work that was not handed in; of other work it is not kept.
    deadline: Option<Time>,
    /// A `QuestionFormAnswers` document; not together with `Answers`.
    answer: Option<String>,
    answers: Option<Answers>,
    requester_feedback: Option<String>,
}
