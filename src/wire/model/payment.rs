//! Bonuses and the requester's balance.

use super::scalar::{
    CURRENCY_AMOUNT, CUSTOMER_ID, ENTITY_ID, IDEMPOTENCY_TOKEN, INTEGER, PAGINATION_TOKEN,
    RESULT_SIZE, STRING, TIMESTAMP,
};
use super::{OperationShape, Shape, opt, req};

const BONUS_PAYMENT: Shape = Shape::Structure(&[
    opt("WorkerId", CUSTOMER_ID),
    opt("BonusAmount", CURRENCY_AMOUNT),
    opt("AssignmentId", ENTITY_ID),
    opt("Reason", STRING),
    opt("GrantTime", TIMESTAMP),
]);

pub(super) const SEND_BONUS: OperationShape = OperationShape {
    name: "SendBonus",
    input: &[
        req("WorkerId", CUSTOMER_ID),
        req("BonusAmount", CURRENCY_AMOUNT),
        req("AssignmentId", ENTITY_ID),
        req("Reason", STRING),
        opt("UniqueRequestToken", IDEMPOTENCY_TOKEN),
    ],
    output: &[],
};

pub(super) const LIST_BONUS_PAYMENTS: OperationShape = OperationShape {
    name: "ListBonusPayments",
    input: &[
        opt("HITId", ENTITY_ID),
        opt("AssignmentId", ENTITY_ID),
        opt("NextToken", PAGINATION_TOKEN),
        opt("MaxResults", RESULT_SIZE),
    ],
    output: &[
        opt("NumResults", INTEGER),
        opt("NextToken", PAGINATION_TOKEN),
        opt("BonusPayments", Shape::List(&BONUS_PAYMENT)),
    ],
};

pub(super) const GET_ACCOUNT_BALANCE: OperationShape = OperationShape {
    name: "GetAccountBalance",
    input: &[],
    output: &[opt("AvailableBalance", CURRENCY_AMOUNT), opt("OnHoldBalance", CURRENCY_AMOUNT)],
};
