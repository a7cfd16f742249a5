//! `/_mturk/workers/{id}/qualifications/{typeId}`: a worker asks for it, and takes its test.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::acts::ask::{self, Asked, Handed};
use crate::control::description::failures::Failed;
use crate::control::description::words;
use crate::control::description::{qualifications as shape, work};
use crate::control::json::{Answer, Body, Ids};
use crate::engine::{Engine, compute};
use crate::fault::Fault;
use crate::rules;
use crate::shapes::answer::Given;
use crate::store::requesters::Requester;
use crate::turn::Access;

/// A worker asks for a qualification; one whom nobody has seen before is a new worker.
///
/// It is granted at once, or the requester decides, or a test comes first.
#[utoipa::path(
    post,
    path = "/_mturk/workers/{id}/qualifications/{typeId}/request",
    operation_id = "requestQualification",
    tag = "workers",
    params(
        ("id" = words::WorkerId, Path, description = "The worker's id."),
        ("typeId" = words::Id, Path, description = "The qualification type's id.")
    ),
    responses(
        (status = 200, description = "What became of the request.", body = shape::RequestOutcome),
        (status = 422, description = "The worker site refuses.", body = Failed)
    )
)]
pub async fn request(State(engine): State<Arc<Engine>>, Ids(worker_id, type_id): Ids) -> Answer {
    let worker_id = worker(worker_id)?;
    let asked = engine.turn(Access::Write, Requester::default(), move |turn| {
        let (worker_id, type_id) = (worker_id.clone(), type_id.clone());
        Box::pin(async move { ask::ask(turn, &type_id, &worker_id).await })
    });
    Ok(Json(shown(asked.await?)))
}

/// What a worker hands in for a test: values by question, or a finished document.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"Answers": {"capital": "paris"}}))]
struct TestAnswers {
    #[serde(rename = "Answers")]
    #[schema(value_type = Option<work::Answers>)]
    answers: Option<Given>,
    /// A `QuestionFormAnswers` document; not together with `Answers`.
    #[serde(rename = "Answer")]
    answer: Option<String>,
}

/// The worker hands in the test that was given; without answers, an empty one.
#[utoipa::path(
    post,
    path = "/_mturk/workers/{id}/qualifications/{typeId}/test",
    operation_id = "takeQualificationTest",
    tag = "workers",
    params(
        ("id" = words::WorkerId, Path, description = "The worker's id."),
        ("typeId" = words::Id, Path, description = "The qualification type's id.")
    ),
    request_body = Option<TestAnswers>,
    responses(
        (status = 200, description = "What became of the request.", body = shape::RequestOutcome),
        (status = 422, description = "The worker site refuses.", body = Failed)
    )
)]
pub async fn test(
    State(engine): State<Arc<Engine>>,
    Ids(worker_id, type_id): Ids,
    body: Body,
) -> Answer {
    let handed = match body.read::<TestAnswers>()? {
        TestAnswers { answers: Some(_), answer: Some(_) } => {
            return Err(Fault::unreadable("either Answers or Answer can be given, not both").into());
        }
        TestAnswers { answers, answer: None } => Handed::Given(answers.unwrap_or_default()),
        TestAnswers { answers: None, answer: Some(document) } => Handed::Document(document),
    };
    let worker_id = worker(worker_id)?;
    let ids = Arc::new((type_id, worker_id));
    let asked = Arc::clone(&ids);
    let open = engine.turn(Access::Read, Requester::default(), move |turn| {
        let ids = Arc::clone(&asked);
        Box::pin(async move { ask::open_test(turn, &ids.0, &ids.1).await })
    });
    let test = open.await?;
    let marked = Arc::new(compute(move || test.mark(handed)).await??);
    let asked = engine.turn(Access::Write, Requester::default(), move |turn| {
        let (ids, marked) = (Arc::clone(&ids), Arc::clone(&marked));
        Box::pin(async move { ask::hand_in(turn, &ids.0, &ids.1, &marked).await })
    });
    Ok(Json(shown(asked.await?)))
}

/// The id in the path, which a worker can have.
fn worker(id: String) -> Result<String, Fault> {
    if rules::worker::well_formed(&id) {
        return Ok(id);
    }
    Err(Fault::not_found(format!("There is no worker {id}.")))
}

fn shown(asked: Asked) -> Value {
    match asked {
        Asked::Granted(value) => json!({"State": "Granted", "IntegerValue": value}),
        Asked::Pending(id) => json!({"State": "Pending", "QualificationRequestId": id}),
        Asked::Test { test, due_at } => {
            json!({"State": "Test", "Test": test, "Deadline": due_at.rfc3339()})
        }
    }
}
