//! How the control API refuses.

use utoipa::ToSchema;

/// Every refusal.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is described, `Failure` writes it")]
pub struct Failed {
    error: Error,
}

/// Why.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is described, `Failure` writes it")]
struct Error {
    /// A word for programs.
    #[schema(pattern = "^[A-Za-z]+$", example = "NotFound")]
    code: String,
    /// A sentence for people; it may change.
    message: String,
    /// What is wrong with a world, place by place.
    #[schema(nullable = false)]
    problems: Option<Vec<Problem>>,
}

/// One thing that is wrong with a world.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is described, a world's `Problem` is written")]
struct Problem {
    /// Which of the worlds that were sent, from 0.
    #[schema(minimum = 0)]
    file: i64,
    /// Where in it; empty for all of it.
    #[schema(example = "HITs[3].Reward")]
    path: String,
    /// From 1.
    #[schema(minimum = 1)]
    line: i64,
    /// What is wrong.
    #[schema(example = "not an amount of dollars")]
    reason: String,
}
