//! The Requester API, version 2017-01-17, written down as facts.
//!
//! For each of the 39 operations: the members of its request, which of them are required, and what
//! their values may be. Only what the published model of the API states is
//! here; limits that the service keeps without publishing them belong to `rules`. A test,
//! `tests/it/model.rs`, compares every fact with botocore's copy of the published model.

mod shape;
mod values;

use shape::{opt, req};
use values::{
    ASSIGNMENT_STATUS, BOOLEAN, CURRENCY_AMOUNT, CUSTOMER_ID, ENTITY_ID, EVENT_TYPE,
    HIT_LAYOUT_PARAMETER_LIST, IDEMPOTENCY_TOKEN, INTEGER, LONG, NOTIFICATION_SPECIFICATION,
    PAGINATION_TOKEN, QUALIFICATION_REQUIREMENT_LIST, QUALIFICATION_STATUS,
    QUALIFICATION_TYPE_STATUS, RESULT_SIZE, REVIEW_POLICY, REVIEW_POLICY_LEVEL,
    REVIEWABLE_HIT_STATUS, STRING, TIMESTAMP,
};

pub use shape::{Constraint, Member, OperationShape, Pattern, Shape};

/// The operation of that name, or nothing; names are case-sensitive.
pub fn operation(name: &str) -> Option<&'static OperationShape> {
    let at = OPERATIONS.binary_search_by(|operation| operation.name.cmp(name)).ok()?;
    OPERATIONS.get(at)
}

// Members of several requests.
const HIT_ID: Member = req("HITId", ENTITY_ID);
const ASSIGNMENT_ID: Member = req("AssignmentId", ENTITY_ID);
const WORKER_ID: Member = req("WorkerId", CUSTOMER_ID);
const QUALIFICATION_TYPE_ID: Member = req("QualificationTypeId", ENTITY_ID);
const HIT_TYPE_ID: Member = req("HITTypeId", ENTITY_ID);
const NEXT_TOKEN: Member = opt("NextToken", PAGINATION_TOKEN);
const MAX_RESULTS: Member = opt("MaxResults", RESULT_SIZE);
const UNIQUE_REQUEST_TOKEN: Member = opt("UniqueRequestToken", IDEMPOTENCY_TOKEN);

/// All operations, by name.
pub const OPERATIONS: &[OperationShape] = &[
    request(
        "AcceptQualificationRequest",
        &[req("QualificationRequestId", STRING), opt("IntegerValue", INTEGER)],
    ),
    request(
        "ApproveAssignment",
        &[ASSIGNMENT_ID, opt("RequesterFeedback", STRING), opt("OverrideRejection", BOOLEAN)],
    ),
    request(
        "AssociateQualificationWithWorker",
        &[
            QUALIFICATION_TYPE_ID,
            WORKER_ID,
            opt("IntegerValue", INTEGER),
            opt("SendNotification", BOOLEAN),
        ],
    ),
    request(
        "CreateAdditionalAssignmentsForHIT",
        &[HIT_ID, req("NumberOfAdditionalAssignments", INTEGER), UNIQUE_REQUEST_TOKEN],
    ),
    request(
        "CreateHIT",
        &[
            opt("MaxAssignments", INTEGER),
            opt("AutoApprovalDelayInSeconds", LONG),
            req("LifetimeInSeconds", LONG),
            req("AssignmentDurationInSeconds", LONG),
            req("Reward", CURRENCY_AMOUNT),
            req("Title", STRING),
            opt("Keywords", STRING),
            req("Description", STRING),
            opt("Question", STRING),
            opt("RequesterAnnotation", STRING),
            opt("QualificationRequirements", QUALIFICATION_REQUIREMENT_LIST),
            UNIQUE_REQUEST_TOKEN,
            opt("AssignmentReviewPolicy", REVIEW_POLICY),
            opt("HITReviewPolicy", REVIEW_POLICY),
            opt("HITLayoutId", ENTITY_ID),
            opt("HITLayoutParameters", HIT_LAYOUT_PARAMETER_LIST),
        ],
    ),
    request(
        "CreateHITType",
        &[
            opt("AutoApprovalDelayInSeconds", LONG),
            req("AssignmentDurationInSeconds", LONG),
            req("Reward", CURRENCY_AMOUNT),
            req("Title", STRING),
            opt("Keywords", STRING),
            req("Description", STRING),
            opt("QualificationRequirements", QUALIFICATION_REQUIREMENT_LIST),
        ],
    ),
    request(
        "CreateHITWithHITType",
        &[
            HIT_TYPE_ID,
            opt("MaxAssignments", INTEGER),
            req("LifetimeInSeconds", LONG),
            opt("Question", STRING),
            opt("RequesterAnnotation", STRING),
            UNIQUE_REQUEST_TOKEN,
            opt("AssignmentReviewPolicy", REVIEW_POLICY),
            opt("HITReviewPolicy", REVIEW_POLICY),
            opt("HITLayoutId", ENTITY_ID),
            opt("HITLayoutParameters", HIT_LAYOUT_PARAMETER_LIST),
        ],
    ),
    request(
        "CreateQualificationType",
        &[
            req("Name", STRING),
            opt("Keywords", STRING),
            req("Description", STRING),
            req("QualificationTypeStatus", QUALIFICATION_TYPE_STATUS),
            opt("RetryDelayInSeconds", LONG),
            opt("Test", STRING),
            opt("AnswerKey", STRING),
            opt("TestDurationInSeconds", LONG),
            opt("AutoGranted", BOOLEAN),
            opt("AutoGrantedValue", INTEGER),
        ],
    ),
    request("CreateWorkerBlock", &[WORKER_ID, req("Reason", STRING)]),
    request("DeleteHIT", &[HIT_ID]),
    request("DeleteQualificationType", &[QUALIFICATION_TYPE_ID]),
    request("DeleteWorkerBlock", &[WORKER_ID, opt("Reason", STRING)]),
    request(
        "DisassociateQualificationFromWorker",
        &[WORKER_ID, QUALIFICATION_TYPE_ID, opt("Reason", STRING)],
    ),
    request("GetAccountBalance", &[]),
    request("GetAssignment", &[ASSIGNMENT_ID]),
    request("GetFileUploadURL", &[ASSIGNMENT_ID, req("QuestionIdentifier", STRING)]),
    request("GetHIT", &[HIT_ID]),
    request("GetQualificationScore", &[QUALIFICATION_TYPE_ID, WORKER_ID]),
    request("GetQualificationType", &[QUALIFICATION_TYPE_ID]),
    request(
        "ListAssignmentsForHIT",
        &[
            HIT_ID,
            NEXT_TOKEN,
            MAX_RESULTS,
            opt("AssignmentStatuses", Shape::List(&ASSIGNMENT_STATUS)),
        ],
    ),
    request(
        "ListBonusPayments",
        &[opt("HITId", ENTITY_ID), opt("AssignmentId", ENTITY_ID), NEXT_TOKEN, MAX_RESULTS],
    ),
    request("ListHITs", &[NEXT_TOKEN, MAX_RESULTS]),
    request("ListHITsForQualificationType", &[QUALIFICATION_TYPE_ID, NEXT_TOKEN, MAX_RESULTS]),
    request(
        "ListQualificationRequests",
        &[opt("QualificationTypeId", ENTITY_ID), NEXT_TOKEN, MAX_RESULTS],
    ),
    request(
        "ListQualificationTypes",
        &[
            opt("Query", STRING),
            req("MustBeRequestable", BOOLEAN),
            opt("MustBeOwnedByCaller", BOOLEAN),
            NEXT_TOKEN,
            MAX_RESULTS,
        ],
    ),
    request(
        "ListReviewPolicyResultsForHIT",
        &[
            HIT_ID,
            opt("PolicyLevels", Shape::List(&REVIEW_POLICY_LEVEL)),
            opt("RetrieveActions", BOOLEAN),
            opt("RetrieveResults", BOOLEAN),
            NEXT_TOKEN,
            MAX_RESULTS,
        ],
    ),
    request(
        "ListReviewableHITs",
        &[
            opt("HITTypeId", ENTITY_ID),
            opt("Status", REVIEWABLE_HIT_STATUS),
            NEXT_TOKEN,
            MAX_RESULTS,
        ],
    ),
    request("ListWorkerBlocks", &[NEXT_TOKEN, MAX_RESULTS]),
    request(
        "ListWorkersWithQualificationType",
        &[QUALIFICATION_TYPE_ID, opt("Status", QUALIFICATION_STATUS), NEXT_TOKEN, MAX_RESULTS],
    ),
    request(
        "NotifyWorkers",
        &[
            req("Subject", STRING),
            req("MessageText", STRING),
            req("WorkerIds", Shape::List(&CUSTOMER_ID)),
        ],
    ),
    request("RejectAssignment", &[ASSIGNMENT_ID, req("RequesterFeedback", STRING)]),
    request(
        "RejectQualificationRequest",
        &[req("QualificationRequestId", STRING), opt("Reason", STRING)],
    ),
    request(
        "SendBonus",
        &[
            WORKER_ID,
            req("BonusAmount", CURRENCY_AMOUNT),
            ASSIGNMENT_ID,
            req("Reason", STRING),
            UNIQUE_REQUEST_TOKEN,
        ],
    ),
    request(
        "SendTestEventNotification",
        &[req("Notification", NOTIFICATION_SPECIFICATION), req("TestEventType", EVENT_TYPE)],
    ),
    request("UpdateExpirationForHIT", &[HIT_ID, req("ExpireAt", TIMESTAMP)]),
    request("UpdateHITReviewStatus", &[HIT_ID, opt("Revert", BOOLEAN)]),
    request("UpdateHITTypeOfHIT", &[HIT_ID, HIT_TYPE_ID]),
    request(
        "UpdateNotificationSettings",
        &[HIT_TYPE_ID, opt("Notification", NOTIFICATION_SPECIFICATION), opt("Active", BOOLEAN)],
    ),
    request(
        "UpdateQualificationType",
        &[
            QUALIFICATION_TYPE_ID,
            opt("Description", STRING),
            opt("QualificationTypeStatus", QUALIFICATION_TYPE_STATUS),
            opt("Test", STRING),
            opt("AnswerKey", STRING),
            opt("TestDurationInSeconds", LONG),
            opt("RetryDelayInSeconds", LONG),
            opt("AutoGranted", BOOLEAN),
            opt("AutoGrantedValue", INTEGER),
        ],
    ),
];

/// The request of an operation.
const fn request(name: &'static str, input: &'static [Member]) -> OperationShape {
    OperationShape { name, input }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_stand_by_name_and_once() {
        assert_eq!(OPERATIONS.len(), 39);
        assert!(OPERATIONS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn an_operation_is_found_by_its_exact_name() {
        for operation_shape in OPERATIONS {
            assert_eq!(operation(operation_shape.name).unwrap().name, operation_shape.name);
        }
        for name in ["", "createHIT", "CreateHIT ", "ListHITsForWorker"] {
            assert!(operation(name).is_none(), "{name}");
        }
    }
}
