//! Events, and the documents that tell of them.

use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the words are the API's")]
pub enum EventType {
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
    /// Nothing: a test.
    Ping,
}

impl EventType {
    /// Every event type.
    pub const ALL: [Self; 12] = [
        Self::AssignmentAccepted,
        Self::AssignmentAbandoned,
        Self::AssignmentReturned,
        Self::AssignmentSubmitted,
        Self::AssignmentRejected,
        Self::AssignmentApproved,
        Self::HitCreated,
        Self::HitExpired,
        Self::HitReviewable,
        Self::HitExtended,
        Self::HitDisposed,
        Self::Ping,
    ];

    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AssignmentAccepted => "AssignmentAccepted",
            Self::AssignmentAbandoned => "AssignmentAbandoned",
            Self::AssignmentReturned => "AssignmentReturned",
            Self::AssignmentSubmitted => "AssignmentSubmitted",
            Self::AssignmentRejected => "AssignmentRejected",
            Self::AssignmentApproved => "AssignmentApproved",
            Self::HitCreated => "HITCreated",
            Self::HitExpired => "HITExpired",
            Self::HitReviewable => "HITReviewable",
            Self::HitExtended => "HITExtended",
            Self::HitDisposed => "HITDisposed",
            Self::Ping => "Ping",
        }
    }

    /// The event type of that name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event_type| event_type.as_str() == word)
    }

    /// Whether it is about one assignment of a HIT.
    #[must_use]
    pub fn is_of_assignment(self) -> bool {
        self.as_str().starts_with("Assignment")
    }
}

/// How notifications travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Transport {
    /// Mail; the service had given it up, and nothing is sent.
    #[serde(rename = "Email")]
    Email,
    /// A message in a queue.
    Sqs,
    /// A message to a topic.
    Sns,
}

impl Transport {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Sqs => "SQS",
            Self::Sns => "SNS",
        }
    }

    /// The transport of that name.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Email, Self::Sqs, Self::Sns].into_iter().find(|one| one.as_str() == word)
    }
}

/// Which events a requester wants to be told of, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct NotificationSpecification {
    pub destination: String,
    pub transport: Transport,
    pub version: String,
    pub event_types: Vec<EventType>,
}

/// An event as a notification tells it. The order of members is the recorded one.
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
fn whole_seconds<S: serde::Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.whole_second().rfc3339())
}
