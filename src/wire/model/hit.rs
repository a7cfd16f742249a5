//! HITs and HIT types.

use super::Constraint::OneOf;
use super::qualification::QUALIFICATION_REQUIREMENT_LIST;
use super::review::REVIEW_POLICY;
use super::scalar::{
    BOOLEAN, CURRENCY_AMOUNT, ENTITY_ID, IDEMPOTENCY_TOKEN, INTEGER, LONG, PAGINATION_TOKEN,
    RESULT_SIZE, STRING, TIMESTAMP,
};
use super::{Member, OperationShape, Shape, opt, req};

pub(super) const HIT: Shape = Shape::Structure(&[
    opt("HITId", ENTITY_ID),
    opt("HITTypeId", ENTITY_ID),
    opt("HITGroupId", ENTITY_ID),
    opt("HITLayoutId", ENTITY_ID),
    opt("CreationTime", TIMESTAMP),
    opt("Title", STRING),
    opt("Description", STRING),
    opt("Question", STRING),
    opt("Keywords", STRING),
    opt("HITStatus", HIT_STATUS),
    opt("MaxAssignments", INTEGER),
    opt("Reward", CURRENCY_AMOUNT),
    opt("AutoApprovalDelayInSeconds", LONG),
    opt("Expiration", TIMESTAMP),
    opt("AssignmentDurationInSeconds", LONG),
    opt("RequesterAnnotation", STRING),
    opt("QualificationRequirements", QUALIFICATION_REQUIREMENT_LIST),
    opt("HITReviewStatus", HIT_REVIEW_STATUS),
    opt("NumberOfAssignmentsPending", INTEGER),
    opt("NumberOfAssignmentsAvailable", INTEGER),
    opt("NumberOfAssignmentsCompleted", INTEGER),
]);

const HIT_STATUS: Shape =
    Shape::String(&[OneOf(&["Assignable", "Unassignable", "Reviewable", "Reviewing", "Disposed"])]);

const HIT_REVIEW_STATUS: Shape = Shape::String(&[OneOf(&[
    "NotReviewed",
    "MarkedForReview",
    "ReviewedAppropriate",
    "ReviewedInappropriate",
])]);

const REVIEWABLE_HIT_STATUS: Shape = Shape::String(&[OneOf(&["Reviewable", "Reviewing"])]);

const HIT_LAYOUT_PARAMETER_LIST: Shape =
    Shape::List(&Shape::Structure(&[req("Name", STRING), req("Value", STRING)]));

/// What every operation that lists HITs answers.
const HIT_PAGE: &[Member] = &[
    opt("NextToken", PAGINATION_TOKEN),
    opt("NumResults", INTEGER),
    opt("HITs", Shape::List(&HIT)),
];

pub(super) const CREATE_HIT: OperationShape = OperationShape {
    name: "CreateHIT",
    input: &[
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
        opt("UniqueRequestToken", IDEMPOTENCY_TOKEN),
        opt("AssignmentReviewPolicy", REVIEW_POLICY),
        opt("HITReviewPolicy", REVIEW_POLICY),
        opt("HITLayoutId", ENTITY_ID),
        opt("HITLayoutParameters", HIT_LAYOUT_PARAMETER_LIST),
    ],
    output: &[opt("HIT", HIT)],
};

pub(super) const CREATE_HIT_WITH_HIT_TYPE: OperationShape = OperationShape {
    name: "CreateHITWithHITType",
    input: &[
        req("HITTypeId", ENTITY_ID),
        opt("MaxAssignments", INTEGER),
        req("LifetimeInSeconds", LONG),
        opt("Question", STRING),
        opt("RequesterAnnotation", STRING),
        opt("UniqueRequestToken", IDEMPOTENCY_TOKEN),
        opt("AssignmentReviewPolicy", REVIEW_POLICY),
        opt("HITReviewPolicy", REVIEW_POLICY),
        opt("HITLayoutId", ENTITY_ID),
        opt("HITLayoutParameters", HIT_LAYOUT_PARAMETER_LIST),
    ],
    output: &[opt("HIT", HIT)],
};

pub(super) const CREATE_HIT_TYPE: OperationShape = OperationShape {
    name: "CreateHITType",
    input: &[
        opt("AutoApprovalDelayInSeconds", LONG),
        req("AssignmentDurationInSeconds", LONG),
        req("Reward", CURRENCY_AMOUNT),
        req("Title", STRING),
        opt("Keywords", STRING),
        req("Description", STRING),
        opt("QualificationRequirements", QUALIFICATION_REQUIREMENT_LIST),
    ],
    output: &[opt("HITTypeId", ENTITY_ID)],
};

pub(super) const CREATE_ADDITIONAL_ASSIGNMENTS_FOR_HIT: OperationShape = OperationShape {
    name: "CreateAdditionalAssignmentsForHIT",
    input: &[
        req("HITId", ENTITY_ID),
        req("NumberOfAdditionalAssignments", INTEGER),
        opt("UniqueRequestToken", IDEMPOTENCY_TOKEN),
    ],
    output: &[],
};

pub(super) const GET_HIT: OperationShape = OperationShape {
    name: "GetHIT",
    input: &[req("HITId", ENTITY_ID)],
    output: &[opt("HIT", HIT)],
};

pub(super) const DELETE_HIT: OperationShape =
    OperationShape { name: "DeleteHIT", input: &[req("HITId", ENTITY_ID)], output: &[] };

pub(super) const UPDATE_EXPIRATION_FOR_HIT: OperationShape = OperationShape {
    name: "UpdateExpirationForHIT",
    input: &[req("HITId", ENTITY_ID), req("ExpireAt", TIMESTAMP)],
    output: &[],
};

pub(super) const UPDATE_HIT_REVIEW_STATUS: OperationShape = OperationShape {
    name: "UpdateHITReviewStatus",
    input: &[req("HITId", ENTITY_ID), opt("Revert", BOOLEAN)],
    output: &[],
};

pub(super) const UPDATE_HIT_TYPE_OF_HIT: OperationShape = OperationShape {
    name: "UpdateHITTypeOfHIT",
    input: &[req("HITId", ENTITY_ID), req("HITTypeId", ENTITY_ID)],
    output: &[],
};

pub(super) const LIST_HITS: OperationShape = OperationShape {
    name: "ListHITs",
    input: &[opt("NextToken", PAGINATION_TOKEN), opt("MaxResults", RESULT_SIZE)],
    output: HIT_PAGE,
};

pub(super) const LIST_HITS_FOR_QUALIFICATION_TYPE: OperationShape = OperationShape {
    name: "ListHITsForQualificationType",
    input: &[
        req("QualificationTypeId", ENTITY_ID),
        opt("NextToken", PAGINATION_TOKEN),
        opt("MaxResults", RESULT_SIZE),
    ],
    output: HIT_PAGE,
};

pub(super) const LIST_REVIEWABLE_HITS: OperationShape = OperationShape {
    name: "ListReviewableHITs",
    input: &[
        opt("HITTypeId", ENTITY_ID),
        opt("Status", REVIEWABLE_HIT_STATUS),
        opt("NextToken", PAGINATION_TOKEN),
        opt("MaxResults", RESULT_SIZE),
    ],
    output: HIT_PAGE,
};
