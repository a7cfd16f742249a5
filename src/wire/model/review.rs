//! Review policies and what they found.

use super::Constraint::OneOf;
use super::scalar::{
    BOOLEAN, ENTITY_ID, PAGINATION_TOKEN, RESULT_SIZE, STRING, STRING_LIST, TIMESTAMP,
};
use super::{OperationShape, Shape, opt, req};

pub(super) const REVIEW_POLICY: Shape = Shape::Structure(&[
    req("PolicyName", STRING),
    opt("Parameters", Shape::List(&POLICY_PARAMETER)),
]);

const POLICY_PARAMETER: Shape = Shape::Structure(&[
    opt("Key", STRING),
    opt("Values", STRING_LIST),
    opt("MapEntries", Shape::List(&PARAMETER_MAP_ENTRY)),
]);

const PARAMETER_MAP_ENTRY: Shape =
    Shape::Structure(&[opt("Key", STRING), opt("Values", STRING_LIST)]);

const REVIEW_POLICY_LEVEL: Shape = Shape::String(&[OneOf(&["Assignment", "HIT"])]);

const REVIEW_REPORT: Shape = Shape::Structure(&[
    opt("ReviewResults", Shape::List(&REVIEW_RESULT_DETAIL)),
    opt("ReviewActions", Shape::List(&REVIEW_ACTION_DETAIL)),
]);

const REVIEW_RESULT_DETAIL: Shape = Shape::Structure(&[
    opt("ActionId", ENTITY_ID),
    opt("SubjectId", ENTITY_ID),
    opt("SubjectType", STRING),
    opt("QuestionId", ENTITY_ID),
    opt("Key", STRING),
    opt("Value", STRING),
]);

const REVIEW_ACTION_DETAIL: Shape = Shape::Structure(&[
    opt("ActionId", ENTITY_ID),
    opt("ActionName", STRING),
    opt("TargetId", ENTITY_ID),
    opt("TargetType", STRING),
    opt("Status", REVIEW_ACTION_STATUS),
    opt("CompleteTime", TIMESTAMP),
    opt("Result", STRING),
    opt("ErrorCode", STRING),
]);

const REVIEW_ACTION_STATUS: Shape =
    Shape::String(&[OneOf(&["Intended", "Succeeded", "Failed", "Cancelled"])]);

pub(super) const LIST_REVIEW_POLICY_RESULTS_FOR_HIT: OperationShape = OperationShape {
    name: "ListReviewPolicyResultsForHIT",
    input: &[
        req("HITId", ENTITY_ID),
        opt("PolicyLevels", Shape::List(&REVIEW_POLICY_LEVEL)),
        opt("RetrieveActions", BOOLEAN),
        opt("RetrieveResults", BOOLEAN),
        opt("NextToken", PAGINATION_TOKEN),
        opt("MaxResults", RESULT_SIZE),
    ],
    output: &[
        opt("HITId", ENTITY_ID),
        opt("AssignmentReviewPolicy", REVIEW_POLICY),
        opt("HITReviewPolicy", REVIEW_POLICY),
        opt("AssignmentReviewReport", REVIEW_REPORT),
        opt("HITReviewReport", REVIEW_REPORT),
        opt("NextToken", PAGINATION_TOKEN),
    ],
};
