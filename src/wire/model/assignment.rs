//! Assignments, and the files handed in with them.

use super::Constraint::OneOf;
use super::hit::HIT;
use super::scalar::{
    BOOLEAN, CUSTOMER_ID, ENTITY_ID, INTEGER, PAGINATION_TOKEN, RESULT_SIZE, STRING, TIMESTAMP,
};
use super::{OperationShape, Shape, opt, req};

const ASSIGNMENT: Shape = Shape::Structure(&[
    opt("AssignmentId", ENTITY_ID),
    opt("WorkerId", CUSTOMER_ID),
    opt("HITId", ENTITY_ID),
    opt("AssignmentStatus", ASSIGNMENT_STATUS),
    opt("AutoApprovalTime", TIMESTAMP),
    opt("AcceptTime", TIMESTAMP),
    opt("SubmitTime", TIMESTAMP),
    opt("ApprovalTime", TIMESTAMP),
    opt("RejectionTime", TIMESTAMP),
    opt("Deadline", TIMESTAMP),
    opt("Answer", STRING),
    opt("RequesterFeedback", STRING),
]);

const ASSIGNMENT_STATUS: Shape = Shape::String(&[OneOf(&["Submitted", "Approved", "Rejected"])]);

pub(super) const GET_ASSIGNMENT: OperationShape = OperationShape {
    name: "GetAssignment",
    input: &[req("AssignmentId", ENTITY_ID)],
    output: &[opt("Assignment", ASSIGNMENT), opt("HIT", HIT)],
};

pub(super) const LIST_ASSIGNMENTS_FOR_HIT: OperationShape = OperationShape {
    name: "ListAssignmentsForHIT",
    input: &[
        req("HITId", ENTITY_ID),
        opt("NextToken", PAGINATION_TOKEN),
        opt("MaxResults", RESULT_SIZE),
        opt("AssignmentStatuses", Shape::List(&ASSIGNMENT_STATUS)),
    ],
    output: &[
        opt("NextToken", PAGINATION_TOKEN),
        opt("NumResults", INTEGER),
        opt("Assignments", Shape::List(&ASSIGNMENT)),
    ],
};

pub(super) const APPROVE_ASSIGNMENT: OperationShape = OperationShape {
    name: "ApproveAssignment",
    input: &[
        req("AssignmentId", ENTITY_ID),
        opt("RequesterFeedback", STRING),
        opt("OverrideRejection", BOOLEAN),
    ],
    output: &[],
};

pub(super) const REJECT_ASSIGNMENT: OperationShape = OperationShape {
    name: "RejectAssignment",
    input: &[req("AssignmentId", ENTITY_ID), req("RequesterFeedback", STRING)],
    output: &[],
};

pub(super) const GET_FILE_UPLOAD_URL: OperationShape = OperationShape {
    name: "GetFileUploadURL",
    input: &[req("AssignmentId", ENTITY_ID), req("QuestionIdentifier", STRING)],
    output: &[opt("FileUploadURL", STRING)],
};
