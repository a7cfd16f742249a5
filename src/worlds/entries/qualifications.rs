//! Qualification types, who holds them, who asked for them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::Entry;
use crate::rules::qualification::is_system;
use crate::rules::question::answers;
use crate::shapes::qualification::{QualificationStatus, QualificationTypeStatus, RequestStatus};
use crate::shapes::scalar::{AccessKey, Id, Key, WorkerId};
use crate::time::Time;

/// A qualification type.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct QualificationTypeEntry {
    pub requester: Option<AccessKey>,
    pub qualification_type_id: Option<Id>,
    pub creation_time: Option<Time>,
    #[schema(required)]
    pub name: Key,
    pub description: Option<String>,
    pub keywords: Option<String>,
    pub qualification_type_status: Option<QualificationTypeStatus>,
    /// A QuestionForm document.
    pub test: Option<String>,
    #[schema(minimum = 1, maximum = 31_536_000)]
    pub test_duration_in_seconds: Option<i64>,
    /// An AnswerKey document.
    pub answer_key: Option<String>,
    #[schema(minimum = 0, maximum = 315_360_000)]
    pub retry_delay_in_seconds: Option<i64>,
    pub is_requestable: Option<bool>,
    pub auto_granted: Option<bool>,
    #[schema(value_type = Option<i32>)]
    pub auto_granted_value: Option<i64>,
}

impl Entry for QualificationTypeEntry {
    const ID: &[&str] = &["QualificationTypeId"];

    /// The system's types may differ from list to list: nobody loads them.
    fn is_id(id: &str) -> bool {
        !is_system(id)
    }
}

/// A qualification that a worker has.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct GrantEntry {
    pub requester: Option<AccessKey>,
    #[schema(required)]
    pub qualification_type_id: Id,
    #[schema(required)]
    pub worker_id: WorkerId,
    pub grant_time: Option<Time>,
    #[schema(value_type = Option<i32>)]
    pub integer_value: Option<i64>,
    pub status: Option<QualificationStatus>,
}

impl Entry for GrantEntry {
    const ID: &[&str] = &["QualificationTypeId", "WorkerId"];
}

/// A worker's request for a qualification.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct RequestEntry {
    pub qualification_request_id: Option<Key>,
    #[schema(required)]
    pub qualification_type_id: Id,
    #[schema(required)]
    pub worker_id: WorkerId,
    /// Pending if absent, as in the API's list.
    pub status: Option<RequestStatus>,
    /// When it was made; the time of submission if absent.
    pub request_time: Option<Time>,
    /// Until when the test can be submitted.
    pub deadline: Option<Time>,
    pub submit_time: Option<Time>,
    /// The QuestionForm that the worker was given.
    pub test: Option<String>,
    /// The AnswerKey that the test had then.
    pub answer_key: Option<String>,
    #[serde(deserialize_with = "answer")]
    pub answer: Option<String>,
}

impl Entry for RequestEntry {
    const ID: &[&str] = &["QualificationRequestId"];
}

/// An answer to a test, no longer than one may be.
fn answer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let answer = Option::<String>::deserialize(deserializer)?;
    let length = |answer| answers::check_length(answer, answers::MAX_TEST_BYTES);
    answer.as_deref().map_or(Ok(()), length).map_err(D::Error::custom)?;
    Ok(answer)
}
