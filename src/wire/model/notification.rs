//! Notifications of events.

use super::Constraint::OneOf;
use super::scalar::{BOOLEAN, ENTITY_ID, STRING};
use super::{OperationShape, Shape, opt, req};

const NOTIFICATION_SPECIFICATION: Shape = Shape::Structure(&[
    req("Destination", STRING),
    req("Transport", NOTIFICATION_TRANSPORT),
    req("Version", STRING),
    req("EventTypes", Shape::List(&EVENT_TYPE)),
]);

const NOTIFICATION_TRANSPORT: Shape = Shape::String(&[OneOf(&["Email", "SQS", "SNS"])]);

const EVENT_TYPE: Shape = Shape::String(&[OneOf(&[
    "AssignmentAccepted",
    "AssignmentAbandoned",
    "AssignmentReturned",
    "AssignmentSubmitted",
    "AssignmentRejected",
    "AssignmentApproved",
    "HITCreated",
    "HITExpired",
    "HITReviewable",
    "HITExtended",
    "HITDisposed",
    "Ping",
])]);

pub(super) const UPDATE_NOTIFICATION_SETTINGS: OperationShape = OperationShape {
    name: "UpdateNotificationSettings",
    input: &[
        req("HITTypeId", ENTITY_ID),
        opt("Notification", NOTIFICATION_SPECIFICATION),
        opt("Active", BOOLEAN),
    ],
    output: &[],
};

pub(super) const SEND_TEST_EVENT_NOTIFICATION: OperationShape = OperationShape {
    name: "SendTestEventNotification",
    input: &[req("Notification", NOTIFICATION_SPECIFICATION), req("TestEventType", EVENT_TYPE)],
    output: &[],
};
