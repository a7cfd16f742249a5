//! Why a form is refused.

use axum::http::StatusCode;
use serde::Deserialize;

/// Why a form was refused, in the words of the control API.
#[derive(Debug)]
pub struct Refusal {
    /// The status of its answer.
    pub status: StatusCode,
    /// What was asked for: the name of the form.
    pub action: String,
    /// What is wrong.
    pub error: Error,
}

/// What the control API says.
#[derive(Debug, Deserialize)]
pub struct Error {
    /// A sentence.
    pub message: String,
    /// What is wrong, place by place.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

/// What is wrong in one place.
#[derive(Debug, Deserialize)]
pub struct Problem {
    /// Where.
    pub path: String,
    /// Why.
    pub reason: String,
}
