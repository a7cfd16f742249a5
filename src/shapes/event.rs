//! What happened in the market, as the control API shows it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::shapes::notification::{EventType, Transport, whole_seconds};
use crate::shapes::scalar::{At, Id, WorkerId};
use crate::time::Instant;

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Event {
    /// A number that grows; `after` takes it.
    #[serde(rename = "Event")]
    #[schema(minimum = 1)]
    pub number: i64,
    pub event_type: EventType,
    #[serde(rename = "EventTimestamp", serialize_with = "whole_seconds")]
    #[schema(value_type = At)]
    pub at: Instant,
    /// The id of the requester whose HIT it is.
    #[serde(rename = "Requester")]
    #[schema(value_type = WorkerId)]
    pub requester_id: String,
    #[serde(rename = "HITTypeId")]
    #[schema(value_type = Id)]
    pub hit_type_id: String,
    #[serde(rename = "HITId")]
    #[schema(value_type = Id)]
    pub hit_id: String,
    #[schema(value_type = Option<Id>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_id: Option<String>,
    #[schema(value_type = Option<WorkerId>, nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker_id: Option<String>,
    /// Absent if no notification goes out for it.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
}

/// Where an event goes, and how far it got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Delivery {
    pub transport: Transport,
    /// The URL of a queue, or the ARN of a topic.
    pub destination: String,
    pub delivered: bool,
    /// The document that notifies of it, from the first attempt on.
    #[schema(nullable = false, pattern = "^[0-9a-f]{40}$")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_doc_id: Option<String>,
    /// How often the destination failed since it last succeeded.
    #[schema(nullable = false, minimum = 1)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures: Option<i64>,
    /// Why it failed last.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}
