//! The people of a world, their qualifications and payments.

use serde_json::Value;
use utoipa::ToSchema;

use crate::control::description::people::Locale;
use crate::control::description::words::{Dollars, Funds, Id, Time, WorkerId};

/// A requester.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RequesterEntry {
    #[schema(min_length = 1)]
    access_key_id: String,
    secret_access_key: Option<String>,
    requester_id: Option<String>,
    account_id: Option<String>,
    name: Option<String>,
    /// Beside what is on hold.
    available_balance: Option<Funds>,
    /// Follows from the HITs; not read.
    on_hold_balance: Option<Value>,
}

/// A worker.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WorkerEntry {
    worker_id: WorkerId,
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    locale: Option<Locale>,
    #[serde(rename = "HITsApproved")]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    hits_approved: Option<i64>,
    #[schema(minimum = 0, maximum = 100)]
    percent_approved: Option<i64>,
    masters: Option<bool>,
    adult: Option<bool>,
}

/// A qualification type.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct QualificationTypeEntry {
    requester: Option<String>,
    qualification_type_id: Option<Id>,
    creation_time: Option<Time>,
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    description: Option<String>,
    keywords: Option<String>,
    qualification_type_status: Option<TypeStatus>,
    /// A QuestionForm document.
    test: Option<String>,
    #[schema(minimum = 1, maximum = 31_536_000)]
    test_duration_in_seconds: Option<i64>,
    /// An AnswerKey document.
    answer_key: Option<String>,
    #[schema(minimum = 0, maximum = 315_360_000)]
    retry_delay_in_seconds: Option<i64>,
    is_requestable: Option<bool>,
    auto_granted: Option<bool>,
    auto_granted_value: Option<i32>,
}

/// Where a qualification type is in its life.
#[derive(ToSchema)]
pub enum TypeStatus {
    Active,
    Inactive,
    /// Deleted; the API does not show it.
    Disposing,
}

/// A qualification that a worker has.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct GrantEntry {
    requester: Option<String>,
    qualification_type_id: Id,
    worker_id: WorkerId,
    grant_time: Option<Time>,
    integer_value: Option<i32>,
    status: Option<GrantStatus>,
}

/// Whether the worker has it or had it.
#[derive(ToSchema)]
pub enum GrantStatus {
    Granted,
    Revoked,
}

/// A worker's request for a qualification.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RequestEntry {
    qualification_request_id: Option<String>,
    qualification_type_id: Id,
    worker_id: WorkerId,
    /// Pending if absent, as in the API's list.
    status: Option<RequestStatus>,
    /// When it was made; the time of submission if absent.
    request_time: Option<Time>,
    /// Until when the test can be handed in.
    deadline: Option<Time>,
    submit_time: Option<Time>,
    /// The QuestionForm that the worker was given.
    test: Option<String>,
    /// The AnswerKey that the test had then.
    answer_key: Option<String>,
    answer: Option<String>,
}

/// What became of a request.
#[derive(ToSchema)]
pub enum RequestStatus {
    /// The worker has the test.
    Unanswered,
    /// The requester is to decide.
    Pending,
    Granted,
    Rejected,
}

/// A bonus that was paid.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BonusEntry {
    requester: Option<String>,
    worker_id: WorkerId,
    assignment_id: Id,
    bonus_amount: Dollars,
    reason: Option<String>,
    grant_time: Option<Time>,
}

/// A worker who may not work for a requester.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct BlockEntry {
    requester: Option<String>,
    worker_id: WorkerId,
    reason: Option<String>,
}

/// Mail to a worker.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct MessageEntry {
    requester: Option<String>,
    worker_id: WorkerId,
    subject: Option<String>,
    message_text: Option<String>,
    send_time: Option<Time>,
}
