//! What workers accept and hand in, as it is sent and shown.
#![expect(dead_code, clippy::struct_field_names, reason = "they are described, never made")]

use std::collections::BTreeMap;

use utoipa::ToSchema;

use crate::control::description::words::{At, Id, WorkerId};

/// One value.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum One {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Bool(bool),
}

/// The answer to one question.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum Values {
    /// One value.
    One(One),
    /// Several, such as the boxes that were ticked.
    Many(Vec<One>),
}

/// Answers by question.
#[derive(ToSchema)]
#[schema(example = json!({"label": "cat", "colours": ["black", "white"]}))]
pub struct Answers(BTreeMap<String, Values>);

/// What a worker has accepted.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Acceptance {
    assignment_id: Id,
    #[serde(rename = "HITId")]
    hit_id: Id,
    worker_id: WorkerId,
    accept_time: At,
    /// When the place is given to another worker.
    deadline: At,
    /// What the worker's browser loads into its frame, with what Amazon appended; none for a
    /// `QuestionForm`.
    #[serde(rename = "URL")]
    #[schema(nullable = false)]
    url: Option<String>,
}

/// What became of submitted work.
#[derive(ToSchema)]
pub enum AssignmentStatus {
    Submitted,
    Approved,
    Rejected,
}

/// Submitted work, with the API's names.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Assignment {
    assignment_id: Id,
    worker_id: WorkerId,
    #[serde(rename = "HITId")]
    hit_id: Id,
    assignment_status: AssignmentStatus,
    /// When it is approved by itself.
    auto_approval_time: At,
    accept_time: At,
    submit_time: At,
    #[schema(nullable = false)]
    approval_time: Option<At>,
    #[schema(nullable = false)]
    rejection_time: Option<At>,
    /// A `QuestionFormAnswers` document, or empty.
    answer: String,
    #[schema(nullable = false)]
    requester_feedback: Option<String>,
}
