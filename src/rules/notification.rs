//! Notification specifications, and the documents that are sent.

use crate::digest::sha256;
use crate::fault::{Code, Fault};
use crate::rules::limits;
use crate::rules::url::without_user_info;
use crate::shapes::notification::{
    Event, EventDocument, EventType, NotificationSpecification, Transport,
};

/// The versions that were named as the only valid one: by the guide, and by the API's model.
pub const VERSIONS: [&str; 2] = ["2014-08-15", "2006-05-05"];

/// The `EventDocVersion` of every document that was recorded.
pub const DOCUMENT_VERSION: &str = "2014-08-15";

/// The longest `Destination`.
pub const DESTINATION: usize = 1024;

/// So many events travel together at most. Assumed: documents with several were recorded.
pub const EVENTS_TOGETHER: i64 = 10;

/// The ids in test events. Assumed: of the right form, and nobody's.
const TEST_HIT: &str = "3TESTEVENT0000000000000000HIT1";
const TEST_ASSIGNMENT: &str = "3TESTEVENT0000000000ASSIGNMENT";
const TEST_HIT_TYPE: &str = "3TESTEVENT000000000000HITTYPE1";

/// Whether a specification can be followed.
pub fn check(specification: &NotificationSpecification) -> Result<(), Fault> {
    let NotificationSpecification { destination, transport, version, event_types } = specification;
    if !VERSIONS.contains(&version.as_str()) {
        return Err(Fault::invalid_parameter("Version", version));
    }
    if event_types.is_empty() {
        // Assumed: the sentence, in the form of another one that was recorded.
        return Err(limits::empty("EventTypes"));
    }
    let good = destination.len() <= DESTINATION
        && match transport {
            Transport::Email => is_mail_address(destination),
            Transport::Sqs => is_queue_url(destination),
            Transport::Sns => is_topic_arn(destination),
        };
    if !good {
        let expected = match transport {
            Transport::Email => "an e-mail address",
            Transport::Sqs => "the URL of an SQS queue, not a FIFO one",
            Transport::Sns => "the ARN of an SNS topic, not a FIFO one",
        };
        return Err(bad_endpoint(destination, &format!("it is not {expected}")));
    }
    Ok(())
}

/// Whether a HIT type can have the specification.
///
/// # Errors
/// As [`check`]; `Ping`, which only tests have (API reference). Assumed: its fault.
pub fn check_settings(specification: &NotificationSpecification) -> Result<(), Fault> {
    check(specification)?;
    if specification.event_types.contains(&EventType::Ping) {
        return Err(Fault::invalid_parameter("EventTypes", EventType::Ping.as_str()));
    }
    Ok(())
}

/// Nothing can be delivered there. The code is known; assumed: the sentence.
pub fn bad_endpoint(destination: &str, why: &str) -> Fault {
    let destination = without_user_info(destination);
    Fault::refused(
        Code::InvalidTransportEndpoint,
        format!("Notifications cannot be delivered to the destination \"{destination}\": {why}."),
    )
}

/// The service sent to standard queues only: it gave no message group.
fn is_queue_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some((host, path)) = rest.and_then(|rest| rest.split_once('/')) else { return false };
    let name = path.rsplit('/').next().unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:[]".contains(&b);
    !host.is_empty() && text.bytes().all(plain) && is_name(name, 80)
}

fn is_topic_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    let [arn, partition, "sns", region, account, name] = parts[..] else { return false };
    let account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
    let region = region.split('-').count() > 2 && is_name(region, 32);
    arn == "arn" && partition.starts_with("aws") && region && account && is_name(name, 256)
}

fn is_name(text: &str, longest: usize) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=longest).contains(&text.len()) && text.bytes().all(plain)
}

fn is_mail_address(text: &str) -> bool {
    let whole = !text.contains(|c: char| c.is_whitespace() || c.is_control());
    let (name, host) = text.rsplit_once('@').unwrap_or_default();
    whole && !name.is_empty() && host.contains('.') && !host.starts_with('.')
}

/// The requester whose events they are.
#[derive(Debug, Clone, Copy)]
pub struct Customer<'a> {
    /// The requester's id.
    pub id: &'a str,
    /// Its 12-digit account.
    pub account: &'a str,
}

/// The body of a notification, as it was recorded from the service.
pub fn body(customer: Customer<'_>, document_id: &str, events: &[Event]) -> Result<String, Fault> {
    let document = EventDocument {
        events,
        event_doc_id: document_id,
        source_account: customer.account,
        customer_id: customer.id,
        event_doc_version: DOCUMENT_VERSION,
    };
    serde_json::to_string(&document).map_err(|e| Fault::Service(e.to_string()))
}

/// The `EventDocId` of a document: 40 hexadecimal digits, from what is unique about it.
pub fn document_id(parts: &[&str]) -> String {
    let digest = sha256(parts.iter().flat_map(|part| [part.as_bytes(), &[0]]));
    let nibbles = digest.into_iter().take(20).flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
}

/// A test event, whose ids are nobody's.
pub fn test_event(event_type: EventType, now: crate::time::Instant) -> Event {
    Event {
        event_type,
        event_timestamp: now,
        hit_id: TEST_HIT.to_owned(),
        assignment_id: event_type.is_of_assignment().then(|| TEST_ASSIGNMENT.to_owned()),
        hit_type_id: TEST_HIT_TYPE.to_owned(),
    }
}

#[cfg(test)]
mod tests;
