//! Events, and what is waited for.
#![expect(dead_code, clippy::struct_field_names, reason = "they are described, never made")]

use utoipa::ToSchema;

use crate::control::description::words::{At, Id, WorkerId};

/// What happened.
#[derive(ToSchema)]
pub enum EventTypes {
    AssignmentAccepted,
    AssignmentAbandoned,
    AssignmentReturned,
    AssignmentSubmitted,
    AssignmentRejected,
    AssignmentApproved,
    #[serde(rename = "HITCreated")]
    HitCreated,
    #[serde(rename = "HITExpired")]
    HitExpired,
    #[serde(rename = "HITReviewable")]
    HitReviewable,
    #[serde(rename = "HITExtended")]
    HitExtended,
    #[serde(rename = "HITDisposed")]
    HitDisposed,
    Ping,
}

/// The status of a HIT.
#[derive(ToSchema)]
pub enum HitStatuses {
    Assignable,
    Unassignable,
    Reviewable,
    Reviewing,
    Disposed,
}

/// How notifications travel.
#[derive(ToSchema)]
pub enum Transports {
    Email,
    #[serde(rename = "SQS")]
    Sqs,
    #[serde(rename = "SNS")]
    Sns,
}

/// Where an event goes, and how far it got.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Delivery {
    transport: Transports,
    /// The URL of a queue, or the ARN of a topic.
    destination: String,
    delivered: bool,
    /// The document that tells of it, from the first attempt on.
    #[schema(nullable = false, pattern = "^[0-9a-f]{40}$")]
    event_doc_id: Option<String>,
    /// How often the destination failed since it last succeeded.
    #[schema(nullable = false, minimum = 1)]
    failures: Option<i64>,
    /// Why it failed last.
    #[schema(nullable = false)]
    failure: Option<String>,
}

/// An event.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Event {
    /// A number that grows; `after` takes it.
    #[schema(minimum = 1)]
    event: i64,
    event_type: EventTypes,
    event_timestamp: At,
    /// The id of the requester whose HIT it is.
    requester: WorkerId,
    #[serde(rename = "HITTypeId")]
    hit_type_id: Id,
    #[serde(rename = "HITId")]
    hit_id: Id,
    #[schema(nullable = false)]
    assignment_id: Option<Id>,
    #[schema(nullable = false)]
    worker_id: Option<WorkerId>,
    /// Absent if nobody wants to be told.
    #[schema(nullable = false)]
    delivery: Option<Delivery>,
}

/// Events, the oldest first.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Events {
    events: Vec<Event>,
}

/// How a HIT stands.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Standing {
    #[serde(rename = "HITId")]
    hit_id: Id,
    #[serde(rename = "HITStatus")]
    hit_status: HitStatuses,
    #[schema(minimum = 0)]
    available: i64,
    /// Accepted, and the worker is at it.
    #[schema(minimum = 0)]
    pending: i64,
    /// Handed in, awaiting review.
    #[schema(minimum = 0)]
    submitted: i64,
    #[schema(minimum = 0)]
    approved: i64,
    #[schema(minimum = 0)]
    rejected: i64,
}

/// What was waited for: one of the two.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Waited {
    #[serde(rename = "HIT")]
    #[schema(nullable = false)]
    hit: Option<Standing>,
    #[serde(rename = "Event")]
    #[schema(nullable = false)]
    event: Option<Event>,
}
