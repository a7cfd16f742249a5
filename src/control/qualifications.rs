//! `/_mturk/workers/{id}/qualifications/{typeId}`: a worker asks for it, and takes its test.

use std::sync::Arc;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::qualification::{self, RequestOutcome, TestSubmission};
use crate::control::json::{Answer, Body, Failure, InPath};
use crate::control::workers::no_worker;
use crate::engine::{Engine, compute};
use crate::fault::Fault;
use crate::rules;
use crate::shapes::answer::Given;
use crate::shapes::scalar::{At, Id, WorkerId};
use crate::store::requesters::Requester;

/// The state of a request.
#[derive(Default, Serialize, ToSchema)]
enum RequestState {
    /// The worker has the qualification.
    #[default]
    Granted,
    /// The requester decides.
    Pending,
    /// The worker has a test to submit.
    Test,
}

/// What became of a worker's request.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"State": "Granted", "IntegerValue": 80}))]
#[schema(as = RequestOutcome)]
pub struct RequestView {
    state: RequestState,
    /// The value, if it is granted.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    integer_value: Option<i64>,
    /// By which the requester knows it, if it is pending.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    qualification_request_id: Option<String>,
    /// The `QuestionForm`, if there is a test to submit.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<String>,
    /// Until when the test can be submitted.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline: Option<At>,
}

impl From<RequestOutcome> for RequestView {
    fn from(outcome: RequestOutcome) -> Self {
        let mut view = Self::default();
        match outcome {
            RequestOutcome::Granted(value) => view.integer_value = Some(value),
            RequestOutcome::Pending(id) => {
                view.state = RequestState::Pending;
                view.qualification_request_id = Some(id);
            }
            RequestOutcome::Test { test, due_at } => {
                view.state = RequestState::Test;
                (view.test, view.deadline) = (Some(test), Some(At(due_at)));
            }
        }
        view
    }
}

/// A worker asks for a qualification; one whom nobody has seen before is a new worker.
///
/// It is granted at once, or the requester decides, or a test comes first.
#[utoipa::path(
    post, path = "/_mturk/workers/{id}/qualifications/{typeId}/request",
    operation_id = "requestQualification", tag = "workers",
    params(
        ("id" = WorkerId, Path, description = "The worker's id."),
        ("typeId" = Id, Path, description = "The qualification type's id.")
    ),
    responses(
        (status = 200, description = "What became of the request.", body = RequestView),
        (status = 422, description = "The worker site refuses.", body = Failure)
    )
)]
pub async fn request(engine: Arc<Engine>, InPath(ids): InPath<(Id, Id)>) -> Answer<RequestView> {
    check_worker(&ids.0)?;
    let requested = engine.write(Requester::default(), ids, |turn, (worker_id, type_id)| {
        Box::pin(qualification::request_qualification(turn, type_id, worker_id))
    });
    Ok(Json(requested.await?.into()))
}

/// What a worker submits for a test: values by question, or a finished document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"Answers": {"capital": "paris"}}))]
struct TestBody {
    answers: Option<Given>,
    /// A `QuestionFormAnswers` document; not together with `Answers`.
    answer: Option<String>,
}

/// The worker submits the test that was given; without answers, an empty one.
#[utoipa::path(
    post, path = "/_mturk/workers/{id}/qualifications/{typeId}/test",
    operation_id = "takeQualificationTest", tag = "workers",
    params(
        ("id" = WorkerId, Path, description = "The worker's id."),
        ("typeId" = Id, Path, description = "The qualification type's id.")
    ),
    request_body = Option<TestBody>,
    responses(
        (status = 200, description = "What became of the request.", body = RequestView),
        (status = 422, description = "The worker site refuses.", body = Failure)
    )
)]
pub async fn test(
    engine: Arc<Engine>,
    InPath(ids): InPath<(Id, Id)>,
    body: Body,
) -> Answer<RequestView> {
    let submission = match body.read::<TestBody>()? {
        TestBody { answers: Some(_), answer: Some(_) } => {
            return Err(Fault::unreadable("either Answers or Answer can be given, not both").into());
        }
        TestBody { answers, answer: None } => TestSubmission::Values(answers.unwrap_or_default()),
        TestBody { answers: None, answer: Some(document) } => TestSubmission::Document(document),
    };
    check_worker(&ids.0)?;
    let open = engine.read(Requester::default(), ids.clone(), |turn, (worker_id, type_id)| {
        Box::pin(qualification::open_test(turn, type_id, worker_id))
    });
    let test = open.await?;
    let scored = compute(move || test.score(submission)).await??;
    let input = (ids, scored);
    let submitted = engine.write(Requester::default(), input, |turn, (ids, scored)| {
        Box::pin(qualification::submit_test(turn, &ids.1, &ids.0, scored))
    });
    Ok(Json(submitted.await?.into()))
}

/// Whether a worker can have the id in the path.
fn check_worker(id: &str) -> Result<(), Fault> {
    if rules::worker::well_formed(id) { Ok(()) } else { Err(no_worker(id)) }
}
