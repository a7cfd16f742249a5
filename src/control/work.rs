//! Work from outside the worker site: accept, submit, return, and all of it in one step.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::acts;
use crate::acts::give_back::give_back as free;
use crate::acts::submit::{check_question, open_acceptance, open_question};
use crate::control::Control;
use crate::control::description::failures::Failed;
use crate::control::description::words;
use crate::control::description::work as shape;
use crate::control::json::{Answer, Body, Id, checked, instant};
use crate::engine::{Engine, compute};
use crate::fault::Fault;
use crate::rules::frame::{AtWork, Told, task_address};
use crate::rules::hit::no_more_hits;
use crate::rules::question::{answers, parse};
use crate::rules::url::own_origin;
use crate::shapes::answer::Given;
use crate::store::acceptances::{Acceptance, State as Held};
use crate::store::hits::{self, Hit};
use crate::store::requesters::Requester;
use crate::time::{Instant, When};
use crate::turn::{Access, Turn};
use crate::worlds::dump;

/// What a worker accepts: a HIT, or the next one of a HIT type or group; exactly one member.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1, example = json!({"HITId": "3TESTHIT000000000000000000000A"}))]
struct Wanted {
    #[serde(rename = "HITId")]
    hit: Option<String>,
    #[serde(rename = "HITTypeId")]
    of_type: Option<String>,
    #[serde(rename = "HITGroupId")]
    of_group: Option<String>,
}

/// A worker accepts; one whom nobody has seen before is a new worker.
#[utoipa::path(
    post,
    path = "/_mturk/workers/{id}/accept",
    operation_id = "accept",
    tag = "work",
    params(("id" = words::WorkerId, Path, description = "The worker's id.")),
    request_body = Wanted,
    responses(
        (status = 200, description = "What was accepted.", body = shape::Acceptance),
        (status = 422, description = "The worker site refuses.", body = Failed)
    )
)]
pub async fn accept(
    State(control): State<Control>,
    Id(worker_id): Id,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    let wanted: Wanted = body.read()?;
    let taken = control.engine.turn(Access::Write, Requester::default(), move |turn| {
        let (wanted, worker_id) = (wanted.clone(), worker_id.clone());
        Box::pin(async move {
            let mut hit = find(turn, wanted, &worker_id).await?;
            let at = turn.now;
            let taken = acts::accept::accept(turn, &mut hit, &worker_id, at).await?;
            Ok((taken, hit.question))
        })
    });
    let (taken, question) = taken.await?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let origin = own_origin(control.public_origin.as_deref(), host);
    let mut shown = shown(&taken);
    if let Some(url) = frame_url(&taken, &question, &origin) {
        shown["URL"] = url.into();
    }
    Ok(Json(shown))
}

/// What the worker's browser loads into its frame; none for a form, which needs none.
fn frame_url(taken: &Acceptance, question: &str, origin: &str) -> Option<String> {
    let at_work = AtWork {
        assignment_id: &taken.assignment_id,
        worker_id: &taken.worker_id,
        submit_to: origin,
    };
    let told = Told { hit_id: &taken.hit_id, at_work: Some(at_work) };
    let address = task_address(&parse(question).ok()?, &told)?;
    let is_ours = address.starts_with('/');
    Some(if is_ours { format!("{origin}{address}") } else { address })
}

fn shown(taken: &Acceptance) -> Value {
    json!({
        "AssignmentId": taken.assignment_id,
        "HITId": taken.hit_id,
        "WorkerId": taken.worker_id,
        "AcceptTime": taken.accept_at.rfc3339(),
        "Deadline": taken.deadline_at.rfc3339(),
    })
}

async fn find(turn: &mut Turn, wanted: Wanted, worker_id: &str) -> Result<Hit, Fault> {
    let Wanted { hit: id, of_type, of_group } = wanted;
    let there = |id: String| checked(id).ok_or_else(no_more_hits);
    match (id, of_type, of_group) {
        (Some(id), None, None) => hit(turn, &there(id)?).await,
        (None, Some(id), None) | (None, None, Some(id)) => {
            acts::offer::offer(turn, &there(id)?, worker_id).await
        }
        _ => Err(Fault::unreadable("one of HITId, HITTypeId and HITGroupId is wanted")),
    }
}

async fn hit(turn: &mut Turn, id: &str) -> Result<Hit, Fault> {
    let found = hits::find(&mut turn.tx, id).await?;
    found.ok_or_else(|| Fault::hit_does_not_exist(id))
}

/// What a worker hands in: values by question, or a finished document.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"Answers": {"label": "cat"}}))]
pub struct Handed {
    /// The worker who accepted; not compared if absent.
    #[serde(rename = "WorkerId")]
    worker_id: Option<String>,
    #[serde(rename = "Answers")]
    #[schema(value_type = Option<shape::Answers>)]
    answers: Option<Given>,
    /// A `QuestionFormAnswers` document; not together with `Answers`.
    #[serde(rename = "Answer")]
    answer: Option<String>,
}

/// An answer document, and the question for which it was made.
struct Read {
    question: String,
    answer: String,
}

impl Handed {
    /// The answer document for a HIT with this question.
    async fn document(self, question: String) -> Result<Read, Fault> {
        let handed = (self.answers, self.answer);
        let answer = compute(move || {
            let answer = match handed {
                (Some(_), Some(_)) => {
                    let why = "either Answers or Answer can be given, not both";
                    return Err(Fault::unreadable(why));
                }
                (None, None) => String::new(),
                (None, Some(document)) => {
                    answers::check(&document)?;
                    document
                }
                (Some(given), None) => answers::write(&question, &given)?,
            };
            Ok(Read { question, answer })
        });
        answer.await?
    }
}

/// The worker hands in what was accepted. If `WorkerId` is given, the assignment must be that
/// worker's.
#[utoipa::path(
    post,
    path = "/_mturk/assignments/{id}/submit",
    operation_id = "submit",
    tag = "work",
    params(("id" = words::Id, Path, description = "The assignment's id.")),
    request_body = Option<Handed>,
    responses(
        (status = 200, description = "The submitted work.", body = shape::Assignment),
        (status = 422, description = "The worker site refuses.", body = Failed)
    )
)]
pub async fn submit(
    State(engine): State<Arc<Engine>>,
    Id(assignment_id): Id,
    body: Body,
) -> Answer {
    let handed: Handed = body.read()?;
    let asked = Arc::new((assignment_id, handed.worker_id.clone()));
    let of = Arc::clone(&asked);
    let open = engine.turn(Access::Read, Requester::default(), move |turn| {
        let of = Arc::clone(&of);
        Box::pin(async move { open_question(turn, &of.0, of.1.as_deref()).await })
    });
    let read = Arc::new(handed.document(open.await?).await?);
    let submitted = engine.turn(Access::Write, Requester::default(), move |turn| {
        let (read, asked) = (Arc::clone(&read), Arc::clone(&asked));
        Box::pin(async move {
            let taken = open_acceptance(turn, &asked.0, asked.1.as_deref()).await?;
            let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
            check_question(&hit, &read.question)?;
            let at = turn.now;
            acts::submit::submit(turn, &mut hit, taken, read.answer.clone(), at).await
        })
    });
    Ok(Json(dump::assignment(submitted.await?, true)))
}

/// Who gives back what was accepted.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"WorkerId": "A1ANNA0000000"}))]
pub struct Returned {
    /// The worker who accepted; not compared if absent.
    #[serde(rename = "WorkerId")]
    worker_id: Option<String>,
}

/// The worker gives back what was accepted; another one may have it. If `WorkerId` is given, the
/// assignment must be that worker's.
#[utoipa::path(
    post,
    path = "/_mturk/assignments/{id}/return",
    operation_id = "return",
    tag = "work",
    params(("id" = words::Id, Path, description = "The assignment's id.")),
    request_body = Option<Returned>,
    responses(
        (status = 200, description = "It is given back.", body = words::Nothing),
        (status = 422, description = "The worker site refuses.", body = Failed)
    )
)]
pub async fn give_back(
    State(engine): State<Arc<Engine>>,
    Id(assignment_id): Id,
    body: Body,
) -> Answer {
    let Returned { worker_id } = body.read()?;
    let returned = engine.turn(Access::Write, Requester::default(), move |turn| {
        let (assignment_id, worker_id) = (assignment_id.clone(), worker_id.clone());
        Box::pin(async move {
            let taken = open_acceptance(turn, &assignment_id, worker_id.as_deref()).await?;
            free(turn, &taken, Held::Returned).await
        })
    });
    returned.await?;
    Ok(Json(json!({})))
}

/// Accept and submit in one step, now or in the past.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"WorkerId": "A1ANNA0000000", "Answers": {"label": "cat"}}))]
pub struct Submission {
    /// A new worker comes by if absent.
    #[serde(rename = "WorkerId")]
    worker_id: Option<String>,
    /// The time of submission if absent.
    #[serde(rename = "AcceptTime")]
    #[schema(value_type = Option<words::Time>)]
    accept_time: Option<When>,
    /// Now if absent.
    #[serde(rename = "SubmitTime")]
    #[schema(value_type = Option<words::Time>)]
    submit_time: Option<When>,
    #[serde(rename = "Answers")]
    #[schema(value_type = Option<shape::Answers>)]
    answers: Option<Given>,
    /// A `QuestionFormAnswers` document; not together with `Answers`.
    #[serde(rename = "Answer")]
    answer: Option<String>,
}

impl Submission {
    /// When the work was accepted and submitted: in this order, not in the future, and not before
    /// 1970, since the place of work in its HIT is counted from there.
    fn times(&self, now: Instant) -> Result<(Instant, Instant), Fault> {
        let at = |when: &Option<When>| when.as_ref().map(|when| instant(when, now)).transpose();
        let submit_at = at(&self.submit_time)?.unwrap_or(now);
        let accept_at = at(&self.accept_time)?.unwrap_or(submit_at);
        if accept_at < Instant(0) || accept_at > submit_at || submit_at > now {
            return Err(Fault::unreadable(
                "AcceptTime is not before 1970 and not after SubmitTime, and SubmitTime is not in \
                 the future",
            ));
        }
        Ok((accept_at, submit_at))
    }
}

/// Accept and submit in one step, now or in the past.
#[utoipa::path(
    post,
    path = "/_mturk/hits/{id}/submissions",
    operation_id = "addSubmission",
    tag = "work",
    params(("id" = words::Id, Path, description = "The HIT's id.")),
    request_body = Option<Submission>,
    responses(
        (status = 200, description = "The submitted work.", body = shape::Assignment),
        (status = 422, description = "The worker site refuses.", body = Failed)
    )
)]
pub async fn submission(State(engine): State<Arc<Engine>>, Id(hit_id): Id, body: Body) -> Answer {
    let mut sent: Submission = body.read()?;
    let (answers, answer) = (sent.answers.take(), sent.answer.take());
    let handed = Handed { worker_id: None, answers, answer };
    let sent = Arc::new((sent, hit_id));
    let asked = Arc::clone(&sent);
    let open = engine.turn(Access::Read, Requester::default(), move |turn| {
        let asked = Arc::clone(&asked);
        Box::pin(async move {
            asked.0.times(turn.now)?;
            Ok(hit(turn, &asked.1).await?.question)
        })
    });
    let read = Arc::new(handed.document(open.await?).await?);
    let submitted = engine.turn(Access::Write, Requester::default(), move |turn| {
        let (sent, read) = (Arc::clone(&sent), Arc::clone(&read));
        Box::pin(async move {
            let (accept_at, submit_at) = sent.0.times(turn.now)?;
            let mut hit = hit(turn, &sent.1).await?;
            check_question(&hit, &read.question)?;
            let worker_id = sent.0.worker_id.clone().unwrap_or_else(|| turn.ids.worker());
            let taken = acts::accept::take(turn, &mut hit, &worker_id, accept_at).await?;
            acts::submit::hand_in(turn, &mut hit, taken, read.answer.clone(), submit_at).await
        })
    });
    Ok(Json(dump::assignment(submitted.await?, true)))
}
