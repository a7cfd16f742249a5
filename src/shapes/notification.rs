//! Events, and the documents that notify of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shapes::words::words;
use crate::time::Instant;

words! {
    api
    /// What happened.
    #[expect(missing_docs, reason = "the words are the API's")]
    EventType {
        AssignmentAccepted = "AssignmentAccepted",
        AssignmentAbandoned = "AssignmentAbandoned",
        AssignmentReturned = "AssignmentReturned",
        AssignmentSubmitted = "AssignmentSubmitted",
        AssignmentRejected = "AssignmentRejected",
        AssignmentApproved = "AssignmentApproved",
        HitCreated = "HITCreated",
        HitExpired = "HITExpired",
        HitReviewable = "HITReviewable",
        HitExtended = "HITExtended",
        HitDisposed = "HITDisposed",
        /// Nothing: a test.
        Ping = "Ping",
    }
}

impl EventType {
    /// Whether it is about one assignment of a HIT.
    pub fn is_of_assignment(self) -> bool {
        self.as_str().starts_with("Assignment")
    }
}

words! {
    api
    /// How notifications travel.
    Transport {
        /// Mail; the service had given it up, and nothing is sent.
        Email = "Email",
        /// A message in a queue.
        Sqs = "SQS",
        /// A message to a topic.
        Sns = "SNS",
    }
}

/// Which events a requester is notified of, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct NotificationSpecification {
    /// The URL of an SQS queue, the ARN of an SNS topic, or a mail address.
    #[schema(max_length = 1024)]
    pub destination: String,
    pub transport: Transport,
    pub version: String,
    #[schema(min_items = 1)]
    pub event_types: Vec<EventType>,
}

/// An event as a notification has it. The order of members is the recorded one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the service")]
pub struct Event {
    pub event_type: EventType,
    /// In whole seconds.
    #[serde(serialize_with = "whole_seconds")]
    pub event_timestamp: Instant,
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_id: Option<String>,
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: String,
}

/// The body of a notification. The order of members is the recorded one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the service")]
pub struct EventDocument<'a> {
    pub events: &'a [Event],
    pub event_doc_id: &'a str,
    pub source_account: &'a str,
    pub customer_id: &'a str,
    pub event_doc_version: &'a str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
pub(super) fn whole_seconds<S: serde::Serializer>(
    at: &Instant,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.whole_second().rfc3339())
}
