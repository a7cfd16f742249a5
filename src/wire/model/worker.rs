//! Worker blocks, and mail to workers.

use super::Constraint::OneOf;
use super::scalar::{CUSTOMER_ID, INTEGER, PAGINATION_TOKEN, RESULT_SIZE, STRING};
use super::{OperationShape, Shape, opt, req};

const WORKER_BLOCK: Shape =
    Shape::Structure(&[opt("WorkerId", CUSTOMER_ID), opt("Reason", STRING)]);

const NOTIFY_WORKERS_FAILURE_STATUS: Shape = Shape::Structure(&[
    opt("NotifyWorkersFailureCode", NOTIFY_WORKERS_FAILURE_CODE),
    opt("NotifyWorkersFailureMessage", STRING),
    opt("WorkerId", CUSTOMER_ID),
]);

const NOTIFY_WORKERS_FAILURE_CODE: Shape = Shape::String(&[OneOf(&["SoftFailure", "HardFailure"])]);

pub(super) const CREATE_WORKER_BLOCK: OperationShape = OperationShape {
    name: "CreateWorkerBlock",
    input: &[req("WorkerId", CUSTOMER_ID), req("Reason", STRING)],
    output: &[],
};

pub(super) const DELETE_WORKER_BLOCK: OperationShape = OperationShape {
    name: "DeleteWorkerBlock",
    input: &[req("WorkerId", CUSTOMER_ID), opt("Reason", STRING)],
    output: &[],
};

pub(super) const LIST_WORKER_BLOCKS: OperationShape = OperationShape {
    name: "ListWorkerBlocks",
    input: &[opt("NextToken", PAGINATION_TOKEN), opt("MaxResults", RESULT_SIZE)],
    output: &[
        opt("NextToken", PAGINATION_TOKEN),
        opt("NumResults", INTEGER),
        opt("WorkerBlocks", Shape::List(&WORKER_BLOCK)),
    ],
};

pub(super) const NOTIFY_WORKERS: OperationShape = OperationShape {
    name: "NotifyWorkers",
    input: &[
        req("Subject", STRING),
        req("MessageText", STRING),
        req("WorkerIds", Shape::List(&CUSTOMER_ID)),
    ],
    output: &[opt("NotifyWorkersFailureStatuses", Shape::List(&NOTIFY_WORKERS_FAILURE_STATUS))],
};
