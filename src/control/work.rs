//! Work from outside the worker site: accept, submit, return, and all of it in one step.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actions::assignment::{self, check_question, open_acceptance, open_hit};
use crate::control::Control;
use crate::control::json::{Answer, Body, Failure, InPath, Nothing};
use crate::engine::{Engine, compute};
use crate::fault::Fault;
use crate::ids::is_id;
use crate::rules::frame::{Accepted, FrameParameters, address};
use crate::rules::frame_address::Shown;
use crate::rules::hit::no_more_hits;
use crate::rules::page::PageKey;
use crate::rules::question::{Question, answers, parse};
use crate::rules::url::{Scheme, own_origin};
use crate::shapes::answer::Given;
use crate::shapes::assignment::{Assignment, AssignmentStatus};
use crate::shapes::scalar::{At, Id, WorkerId};
use crate::store::acceptances::{Acceptance, State as AcceptanceState};
use crate::store::hits::{self, Hit};
use crate::store::requesters::Requester;
use crate::time::{Instant, When};
use crate::turn::Turn;
use crate::web::frames;

/// What a worker accepts: a HIT, or the next one of a HIT type or group; exactly one member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1, example = json!({"HITId": "3TESTHIT000000000000000000000A"}))]
struct AcceptBody {
    #[serde(rename = "HITId")]
    hit: Option<String>,
    #[serde(rename = "HITTypeId")]
    of_type: Option<String>,
    #[serde(rename = "HITGroupId")]
    of_group: Option<String>,
}

/// What a worker has accepted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = Acceptance)]
pub struct AcceptanceView {
    assignment_id: Id,
    #[serde(rename = "HITId")]
    hit_id: Id,
    worker_id: WorkerId,
    accept_time: At,
    /// When the place is given to another worker.
    deadline: At,
    /// What the worker's browser loads into its frame, with what Amazon appended; none for a
    /// `QuestionForm`.
    #[serde(rename = "URL", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    url: Option<String>,
}

/// A worker accepts; one whom nobody has seen before is a new worker.
#[utoipa::path(
    post, path = "/_mturk/workers/{id}/accept", operation_id = "accept", tag = "work",
    params(("id" = WorkerId, Path, description = "The worker's id.")),
    request_body = AcceptBody,
    responses(
        (status = 200, description = "What was accepted.", body = AcceptanceView),
        (status = 422, description = "The worker site refuses.", body = Failure)
    )
)]
pub async fn accept(
    control: Control,
    InPath(worker_id): InPath<Id>,
    scheme: Option<Extension<Scheme>>,
    headers: HeaderMap,
    body: Body,
) -> Answer<AcceptanceView> {
    let input = (body.read::<AcceptBody>()?, worker_id);
    let taken = control.engine.write(Requester::default(), input, |turn, (body, worker_id)| {
        Box::pin(async move {
            let mut hit = find(turn, body, worker_id).await?;
            let at = turn.now;
            let taken = assignment::accept(turn, &mut hit, worker_id, at).await?;
            Ok::<_, Fault>((taken, hit.question))
        })
    });
    let (taken, question) = taken.await?;
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let scheme = scheme.as_ref().map(|Extension(scheme)| scheme);
    let origin = own_origin(control.public_origin.as_deref(), scheme, host);
    let key = control.engine.page_key().await?;
    Ok(Json(AcceptanceView {
        url: frame_url(&key, &taken, &question, &origin),
        assignment_id: Id::known(taken.assignment_id),
        hit_id: Id::known(taken.hit_id),
        worker_id: WorkerId::known(taken.worker_id),
        accept_time: At(taken.accept_at),
        deadline: At(taken.deadline_at),
    }))
}

/// What the worker's browser loads into its frame; none for a form, which needs none.
fn frame_url(key: &PageKey, taken: &Acceptance, question: &str, origin: &str) -> Option<String> {
    let accepted = Accepted {
        assignment_id: &taken.assignment_id,
        worker_id: &taken.worker_id,
        submit_to: origin,
    };
    let parameters = FrameParameters { hit_id: &taken.hit_id, accepted: Some(accepted) };
    let address = match parse(question).ok()? {
        Question::External(page) => address(&page.url, &parameters),
        Question::Html(_) => {
            let shown = Shown::Work { assignment_id: taken.assignment_id.clone() };
            frames::address(key, shown, None, &parameters)
        }
        Question::Form(_) => return None,
    };
    let is_ours = address.starts_with('/');
    Some(if is_ours { format!("{origin}{address}") } else { address })
}

async fn find(turn: &mut Turn, body: &AcceptBody, worker_id: &str) -> Result<Hit, Fault> {
    let (of_hit, id) = match body {
        AcceptBody { hit: Some(id), of_type: None, of_group: None } => (true, id),
        AcceptBody { hit: None, of_type: Some(id), of_group: None }
        | AcceptBody { hit: None, of_type: None, of_group: Some(id) } => (false, id),
        _ => return Err(Fault::unreadable("one of HITId, HITTypeId and HITGroupId is wanted")),
    };
    match (is_id(id), of_hit) {
        (false, _) => Err(no_more_hits()),
        (true, true) => hit(turn, id).await,
        (true, false) => assignment::next_hit(turn, id, worker_id).await,
    }
}

async fn hit(turn: &mut Turn, id: &str) -> Result<Hit, Fault> {
    let found = hits::find(&mut turn.tx, id).await?;
    found.ok_or_else(|| Fault::hit_does_not_exist(id))
}

/// What a worker submits: values by question, or a finished document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"Answers": {"label": "cat"}}))]
struct SubmitBody {
    /// The worker who accepted; not compared if absent.
    worker_id: Option<String>,
    answers: Option<Given>,
    /// A `QuestionFormAnswers` document; not together with `Answers`.
    answer: Option<String>,
}

/// The question, and the document that answers it: empty if nothing was submitted.
async fn answered(
    question: String,
    answers: Option<Given>,
    answer: Option<String>,
) -> Result<(String, String), Fault> {
    let read = move || {
        let document = match (answers, answer) {
            (Some(_), Some(_)) => {
                let why = "either Answers or Answer can be given, not both";
                return Err(Fault::unreadable(why));
            }
            (None, None) => String::new(),
            (None, Some(document)) => answers::check(&document).map(|()| document)?,
            (Some(given), None) => answers::write(&question, &given)?,
        };
        Ok((question, document))
    };
    compute(read).await?
}

/// Submitted work, with the API's names.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = Assignment)]
pub struct AssignmentView {
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
    #[serde(skip_serializing_if = "Option::is_none")]
    approval_time: Option<At>,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    rejection_time: Option<At>,
    /// A `QuestionFormAnswers` document, or empty.
    answer: String,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    requester_feedback: Option<String>,
}

impl From<Assignment> for AssignmentView {
    fn from(work: Assignment) -> Self {
        Self {
            assignment_id: Id::known(work.assignment_id),
            worker_id: WorkerId::known(work.worker_id),
            hit_id: Id::known(work.hit_id),
            assignment_status: work.assignment_status,
            auto_approval_time: At(work.auto_approval_time),
            accept_time: At(work.accept_time),
            submit_time: At(work.submit_time),
            approval_time: work.approval_time.map(At),
            rejection_time: work.rejection_time.map(At),
            answer: work.answer,
            requester_feedback: work.requester_feedback,
        }
    }
}

/// The worker submits what was accepted. If `WorkerId` is given, the assignment must be that
/// worker's.
#[utoipa::path(
    post, path = "/_mturk/assignments/{id}/submit", operation_id = "submit", tag = "work",
    params(("id" = Id, Path, description = "The assignment's id.")),
    request_body = Option<SubmitBody>,
    responses(
        (status = 200, description = "The submitted work.", body = AssignmentView),
        (status = 422, description = "The worker site refuses.", body = Failure)
    )
)]
pub async fn submit(
    engine: Arc<Engine>,
    InPath(id): InPath<Id>,
    body: Body,
) -> Answer<AssignmentView> {
    let SubmitBody { worker_id, answers, answer } = body.read()?;
    let ids = (id, worker_id);
    let open = engine.read(Requester::default(), ids.clone(), |turn, (id, worker_id)| {
        Box::pin(open_hit(turn, id, worker_id.as_deref()))
    });
    let input = (ids, answered(open.await?.question, answers, answer).await?);
    let submitted = engine.write(Requester::default(), input, |turn, (ids, work)| {
        Box::pin(async move {
            let ((id, worker_id), (question, document)) = (ids, work);
            let taken = open_acceptance(turn, id, worker_id.as_deref()).await?;
            let mut hit = hits::by_key(&mut turn.tx, taken.hit_key).await?;
            check_question(&hit, question)?;
            let at = turn.now;
            assignment::submit(turn, &mut hit, taken, document.clone(), at).await
        })
    });
    Ok(Json(submitted.await?.into()))
}

/// Who gives back what was accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"WorkerId": "A1ANNA0000000"}))]
struct ReturnBody {
    /// The worker who accepted; not compared if absent.
    worker_id: Option<String>,
}

/// The worker gives back what was accepted; another one may have it. If `WorkerId` is given, the
/// assignment must be that worker's.
#[utoipa::path(
    post, path = "/_mturk/assignments/{id}/return", operation_id = "return", tag = "work",
    params(("id" = Id, Path, description = "The assignment's id.")),
    request_body = Option<ReturnBody>,
    responses(
        (status = 200, description = "It is given back.", body = Nothing),
        (status = 422, description = "The worker site refuses.", body = Failure)
    )
)]
pub async fn return_place(
    engine: Arc<Engine>,
    InPath(id): InPath<Id>,
    body: Body,
) -> Answer<Nothing> {
    let ReturnBody { worker_id } = body.read()?;
    let returned = engine.write(Requester::default(), (id, worker_id), |turn, (id, worker_id)| {
        Box::pin(async move {
            let taken = open_acceptance(turn, id, worker_id.as_deref()).await?;
            assignment::return_assignment(turn, &taken, AcceptanceState::Returned).await
        })
    });
    returned.await?;
    Ok(Json(Nothing {}))
}

/// Accept and submit in one step, now or in the past.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"WorkerId": "A1ANNA0000000", "Answers": {"label": "cat"}}))]
struct SubmissionBody {
    /// A new worker comes by if absent.
    worker_id: Option<String>,
    /// The time of submission if absent.
    accept_time: Option<When>,
    /// Now if absent.
    submit_time: Option<When>,
    answers: Option<Given>,
    /// A `QuestionFormAnswers` document; not together with `Answers`.
    answer: Option<String>,
}

impl SubmissionBody {
    /// When the work was accepted and submitted: in this order, not in the future, and not before
    /// 1970, since the place of work in its HIT is counted from there.
    fn times(&self, now: Instant) -> Result<(Instant, Instant), Fault> {
        let at = |when: &Option<When>| {
            when.as_ref()
                .map(|when| when.at(now).map(Instant::whole_second).map_err(Fault::unreadable))
                .transpose()
        };
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
    post, path = "/_mturk/hits/{id}/submissions", operation_id = "addSubmission", tag = "work",
    params(("id" = Id, Path, description = "The HIT's id.")),
    request_body = Option<SubmissionBody>,
    responses(
        (status = 200, description = "The submitted work.", body = AssignmentView),
        (status = 422, description = "The worker site refuses.", body = Failure)
    )
)]
pub async fn submission(
    engine: Arc<Engine>,
    InPath(hit_id): InPath<Id>,
    body: Body,
) -> Answer<AssignmentView> {
    let mut body: SubmissionBody = body.read()?;
    let (answers, answer) = (body.answers.take(), body.answer.take());
    let sent = (hit_id, body);
    let open = engine.read(Requester::default(), sent.clone(), |turn, (hit_id, body)| {
        Box::pin(async move {
            body.times(turn.now)?;
            Ok::<_, Fault>(hit(turn, hit_id).await?.question)
        })
    });
    let input = (sent, answered(open.await?, answers, answer).await?);
    let submitted = engine.write(Requester::default(), input, |turn, (sent, work)| {
        Box::pin(async move {
            let ((hit_id, body), (question, document)) = (sent, work);
            let (accept_at, submit_at) = body.times(turn.now)?;
            let mut hit = hit(turn, hit_id).await?;
            check_question(&hit, question)?;
            let worker_id = body.worker_id.clone().unwrap_or_else(|| turn.ids.worker());
            let taken = assignment::accept_unsaved(turn, &mut hit, &worker_id, accept_at).await?;
            let document = document.clone();
            assignment::submit_unsaved(turn, &mut hit, taken, document, submit_at).await
        })
    });
    Ok(Json(submitted.await?.into()))
}
