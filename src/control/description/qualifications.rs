//! What becomes of a worker's request for a qualification.
#![expect(dead_code, reason = "it is described, never made")]

use utoipa::ToSchema;

use crate::control::description::words::At;

/// Where a request stands.
#[derive(ToSchema)]
pub enum RequestState {
    /// The worker has the qualification.
    Granted,
    /// The requester decides.
    Pending,
    /// The worker has a test to hand in.
    Test,
}

/// What became of a worker's request.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"State": "Granted", "IntegerValue": 80}))]
pub struct RequestOutcome {
    state: RequestState,
    /// The value, if it is granted.
    #[schema(nullable = false)]
    integer_value: Option<i64>,
    /// By which the requester knows it, if it is pending.
    #[schema(nullable = false)]
    qualification_request_id: Option<String>,
    /// The `QuestionForm`, if there is a test to hand in.
    #[schema(nullable = false)]
    test: Option<String>,
    /// Until when the test can be handed in.
    #[schema(nullable = false)]
    deadline: Option<At>,
}
