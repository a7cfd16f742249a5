//! Qualification types, requests for them, grants of them, and requirements.

use super::Constraint::{MaxLength, MinLength, OneOf};
use super::scalar::{
    BOOLEAN, CUSTOMER_ID, ENTITY_ID, INTEGER, INTEGER_LIST, LONG, PAGINATION_TOKEN, RESULT_SIZE,
    STRING, TIMESTAMP,
};
use super::{OperationShape, Shape, opt, req};

const QUALIFICATION_TYPE: Shape = Shape::Structure(&[
    opt("QualificationTypeId", ENTITY_ID),
    opt("CreationTime", TIMESTAMP),
    opt("Name", STRING),
    opt("Description", STRING),
    opt("Keywords", STRING),
    opt("QualificationTypeStatus", QUALIFICATION_TYPE_STATUS),
    opt("Test", STRING),
    opt("TestDurationInSeconds", LONG),
    opt("AnswerKey", STRING),
    opt("RetryDelayInSeconds", LONG),
    opt("IsRequestable", BOOLEAN),
    opt("AutoGranted", BOOLEAN),
    opt("AutoGrantedValue", INTEGER),
]);

const QUALIFICATION_TYPE_STATUS: Shape = Shape::String(&[OneOf(&["Active", "Inactive"])]);

const QUALIFICATION: Shape = Shape::Structure(&[
    opt("QualificationTypeId", ENTITY_ID),
    opt("WorkerId", CUSTOMER_ID),
    opt("GrantTime", TIMESTAMP),
    opt("IntegerValue", INTEGER),
    opt("LocaleValue", LOCALE),
    opt("Status", QUALIFICATION_STATUS),
]);

const QUALIFICATION_STATUS: Shape = Shape::String(&[OneOf(&["Granted", "Revoked"])]);

const QUALIFICATION_REQUEST: Shape = Shape::Structure(&[
    opt("QualificationRequestId", STRING),
    opt("QualificationTypeId", ENTITY_ID),
    opt("WorkerId", CUSTOMER_ID),
    opt("Test", STRING),
    opt("Answer", STRING),
    opt("SubmitTime", TIMESTAMP),
]);

pub(super) const QUALIFICATION_REQUIREMENT_LIST: Shape = Shape::List(&QUALIFICATION_REQUIREMENT);

const QUALIFICATION_REQUIREMENT: Shape = Shape::Structure(&[
    req("QualificationTypeId", STRING),
    req("Comparator", COMPARATOR),
    opt("IntegerValues", INTEGER_LIST),
    opt("LocaleValues", Shape::List(&LOCALE)),
    opt("RequiredToPreview", BOOLEAN),
    opt("ActionsGuarded", HIT_ACCESS_ACTIONS),
]);

const COMPARATOR: Shape = Shape::String(&[OneOf(&[
    "LessThan",
    "LessThanOrEqualTo",
    "GreaterThan",
    "GreaterThanOrEqualTo",
    "EqualTo",
    "NotEqualTo",
    "Exists",
    "DoesNotExist",
    "In",
    "NotIn",
])]);

const HIT_ACCESS_ACTIONS: Shape =
    Shape::String(&[OneOf(&["Accept", "PreviewAndAccept", "DiscoverPreviewAndAccept"])]);

const LOCALE: Shape =
    Shape::Structure(&[req("Country", COUNTRY_PARAMETERS), opt("Subdivision", COUNTRY_PARAMETERS)]);

const COUNTRY_PARAMETERS: Shape = Shape::String(&[MaxLength(2), MinLength(2)]);

pub(super) const CREATE_QUALIFICATION_TYPE: OperationShape = OperationShape {
    name: "CreateQualificationType",
    input: &[
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
    output: &[opt("QualificationType", QUALIFICATION_TYPE)],
};

pub(super) const UPDATE_QUALIFICATION_TYPE: OperationShape = OperationShape {
    name: "UpdateQualificationType",
    input: &[
        req("QualificationTypeId", ENTITY_ID),
        opt("Description", STRING),
        opt("QualificationTypeStatus", QUALIFICATION_TYPE_STATUS),
        opt("Test", STRING),
        opt("AnswerKey", STRING),
        opt("TestDurationInSeconds", LONG),
        opt("RetryDelayInSeconds", LONG),
        opt("AutoGranted", BOOLEAN),
        opt("AutoGrantedValue", INTEGER),
    ],
    output: &[opt("QualificationType", QUALIFICATION_TYPE)],
};

pub(super) const GET_QUALIFICATION_TYPE: OperationShape = OperationShape {
    name: "GetQualificationType",
    input: &[req("QualificationTypeId", ENTITY_ID)],
    output: &[opt("QualificationType", QUALIFICATION_TYPE)],
};

pub(super) const DELETE_QUALIFICATION_TYPE: OperationShape = OperationShape {
    name: "DeleteQualificationType",
    input: &[req("QualificationTypeId", ENTITY_ID)],
    output: &[],
};

pub(super) const LIST_QUALIFICATION_TYPES: OperationShape = OperationShape {
    name: "ListQualificationTypes",
    input: &[
        opt("Query", STRING),
        req("MustBeRequestable", BOOLEAN),
        opt("MustBeOwnedByCaller", BOOLEAN),
        opt("NextToken", PAGINATION_TOKEN),
        opt("MaxResults", RESULT_SIZE),
    ],
    output: &[
        opt("NumResults", INTEGER),
        opt("NextToken", PAGINATION_TOKEN),
        opt("QualificationTypes", Shape::List(&QUALIFICATION_TYPE)),
    ],
};

pub(super) const LIST_QUALIFICATION_REQUESTS: OperationShape = OperationShape {
    name: "ListQualificationRequests",
    input: &[
        opt("QualificationTypeId", ENTITY_ID),
        opt("NextToken", PAGINATION_TOKEN),
        opt("MaxResults", RESULT_SIZE),
    ],
    output: &[
        opt("NumResults", INTEGER),
        opt("NextToken", PAGINATION_TOKEN),
        opt("QualificationRequests", Shape::List(&QUALIFICATION_REQUEST)),
    ],
};

pub(super) const ACCEPT_QUALIFICATION_REQUEST: OperationShape = OperationShape {
    name: "AcceptQualificationRequest",
    input: &[req("QualificationRequestId", STRING), opt("IntegerValue", INTEGER)],
    output: &[],
};

pub(super) const REJECT_QUALIFICATION_REQUEST: OperationShape = OperationShape {
    name: "RejectQualificationRequest",
    input: &[req("QualificationRequestId", STRING), opt("Reason", STRING)],
    output: &[],
};

pub(super) const ASSOCIATE_QUALIFICATION_WITH_WORKER: OperationShape = OperationShape {
    name: "AssociateQualificationWithWorker",
    input: &[
        req("QualificationTypeId", ENTITY_ID),
        req("WorkerId", CUSTOMER_ID),
        opt("IntegerValue", INTEGER),
        opt("SendNotification", BOOLEAN),
    ],
    output: &[],
};

pub(super) const DISASSOCIATE_QUALIFICATION_FROM_WORKER: OperationShape = OperationShape {
    name: "DisassociateQualificationFromWorker",
    input: &[
        req("WorkerId", CUSTOMER_ID),
        req("QualificationTypeId", ENTITY_ID),
        opt("Reason", STRING),
    ],
    output: &[],
};

pub(super) const GET_QUALIFICATION_SCORE: OperationShape = OperationShape {
    name: "GetQualificationScore",
    input: &[req("QualificationTypeId", ENTITY_ID), req("WorkerId", CUSTOMER_ID)],
    output: &[opt("Qualification", QUALIFICATION)],
};

pub(super) const LIST_WORKERS_WITH_QUALIFICATION_TYPE: OperationShape = OperationShape {
    name: "ListWorkersWithQualificationType",
    input: &[
        req("QualificationTypeId", ENTITY_ID),
        opt("Status", QUALIFICATION_STATUS),
        opt("NextToken", PAGINATION_TOKEN),
        opt("MaxResults", RESULT_SIZE),
    ],
    output: &[
        opt("NextToken", PAGINATION_TOKEN),
        opt("NumResults", INTEGER),
        opt("Qualifications", Shape::List(&QUALIFICATION)),
    ],
};
