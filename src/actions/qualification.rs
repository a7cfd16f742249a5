//! A worker requests a qualification, takes its test, and is granted it.

use crate::actions::robots::waiting::wake_of;
use crate::actions::worker::register;
use crate::fault::Fault;
use crate::rules;
use crate::rules::qualification::request::{check_request, check_test_submission};
use crate::rules::question::{answers, key};
use crate::shapes::answer::Given;
use crate::shapes::qualification::RequestStatus;
use crate::store::messages::{self, Message};
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_types::{self, QualificationType};
use crate::store::{qualifications, workers};
use crate::time::{Instant, Span};
use crate::turn::Turn;

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestOutcome {
    /// The worker has the qualification, with this value.
    Granted(i64),
    /// The requester decides on the request with this id.
    Pending(String),
    /// The worker is to submit the test.
    Test {
        /// The `QuestionForm`.
        test: String,
        /// Until when.
        due_at: Instant,
    },
}

/// The worker requests it. A worker who takes the test already gets it again, with the time that
/// is left.
///
/// # Errors
/// There is no such type; the refusals of the worker site.
pub async fn request_qualification(
    turn: &mut Turn,
    type_id: &str,
    worker_id: &str,
) -> Result<RequestOutcome, Fault> {
    let of = found(turn, type_id).await?;
    if workers::find(&mut turn.tx, worker_id).await?.is_none() {
        register(turn, worker_id).await?;
    }
    let latest = qualification_requests::latest(&mut turn.tx, type_id, worker_id).await?;
    let is_granted = qualifications::is_granted(&mut turn.tx, type_id, worker_id).await?;
    let known = latest.as_ref().map(QualificationRequest::latest);
    check_request(of.terms(), known, is_granted, turn.now)?;
    if let Some(request) = latest.filter(|request| request.latest().in_test(turn.now)) {
        return Ok(in_test(&request));
    }
    let request = begun(turn, of.clone(), worker_id);
    qualification_requests::add(&mut turn.tx, &request).await?;
    match request.status {
        RequestStatus::Granted => {
            let value = of.grant_rules.auto_granted_value.unwrap_or(1);
            grant(turn, type_id, worker_id, value).await?;
            Ok(RequestOutcome::Granted(value))
        }
        RequestStatus::Unanswered => Ok(in_test(&request)),
        _ => Ok(RequestOutcome::Pending(request.id)),
    }
}

/// A system type can be found, but not requested.
async fn found(turn: &mut Turn, type_id: &str) -> Result<QualificationType, Fault> {
    let found = qualification_types::find(&mut turn.tx, type_id).await?;
    found.ok_or_else(|| Fault::qualification_type_does_not_exist(type_id))
}

/// A new request: granted at once, with a test to be taken, or for the requester to decide.
fn begun(turn: &mut Turn, of: QualificationType, worker_id: &str) -> QualificationRequest {
    let grant_rules = of.grant_rules;
    let status = match (&grant_rules.test, grant_rules.auto_granted) {
        (Some(_), _) => RequestStatus::Unanswered,
        (None, true) => RequestStatus::Granted,
        (None, false) => RequestStatus::Pending,
    };
    // A saved type may have lost its duration; then there is no hurry.
    let time =
        Span::seconds(grant_rules.test_duration_s.unwrap_or(rules::limits::TEST_DURATION_S.max));
    QualificationRequest {
        id: turn.ids.entity(),
        requester_id: of.requester_id,
        type_id: of.id,
        worker_id: worker_id.to_owned(),
        status,
        ask_at: turn.now,
        test_due_at: grant_rules.test.as_ref().map(|_| turn.now + time),
        submit_at: turn.now,
        arrived_at: turn.arrived_at,
        test: grant_rules.test,
        answer_key: grant_rules.answer_key,
        answer: None,
        position: 0,
    }
}

fn in_test(request: &QualificationRequest) -> RequestOutcome {
    RequestOutcome::Test {
        test: request.test.clone().unwrap_or_default(),
        due_at: request.test_due_at.unwrap_or(request.ask_at),
    }
}

/// What a worker submits for a test.
#[derive(Debug, Clone)]
pub enum TestSubmission {
    /// Values by question.
    Values(Given),
    /// A `QuestionFormAnswers` document.
    Document(String),
}

/// The test that a worker has in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    form: String,
    answer_key: Option<String>,
}

/// A test with its answers and, if it has a key, its score.
#[derive(Debug, Clone)]
pub struct ScoredTest {
    test: Test,
    answer: String,
    value: Option<i64>,
}

impl Test {
    /// Reads the answers, and scores them by the key that the test had when the worker got it.
    /// This takes long for long answers, so no turn does it.
    ///
    /// # Errors
    /// The answers do not go with the test.
    pub fn score(self, answers: TestSubmission) -> Result<ScoredTest, Fault> {
        let answer = document(&self.form, answers)?;
        let value = self.answer_key.as_deref().and_then(|key| key::score(key, &answer));
        Ok(ScoredTest { test: self, answer, value })
    }
}

/// The test that the worker can submit now.
///
/// # Errors
/// There is no such type, or it is deleted; the worker has no test to submit, or it is too late.
pub async fn open_test(turn: &mut Turn, type_id: &str, worker_id: &str) -> Result<Test, Fault> {
    open_request(turn, type_id, worker_id).await.map(|(_, test)| test)
}

async fn open_request(
    turn: &mut Turn,
    type_id: &str,
    worker_id: &str,
) -> Result<(QualificationRequest, Test), Fault> {
    let of = found(turn, type_id).await?;
    let of = qualification_types::owned(&mut turn.tx, &of.requester_id, type_id).await?;
    let latest = qualification_requests::latest(&mut turn.tx, &of.id, worker_id).await?;
    check_test_submission(latest.as_ref().map(QualificationRequest::latest), turn.now)?;
    let Some(request) = latest else {
        return Err(Fault::Service("a test without a request".into()));
    };
    let form = request.test.clone().unwrap_or_default();
    let test = Test { form, answer_key: request.answer_key.clone() };
    Ok((request, test))
}

/// The worker submits the test: its score is the worker's, or the requester decides.
///
/// # Errors
/// As [`open_test`]; the worker has another test in hand by now.
pub async fn submit_test(
    turn: &mut Turn,
    type_id: &str,
    worker_id: &str,
    scored: &ScoredTest,
) -> Result<RequestOutcome, Fault> {
    let (mut request, test) = open_request(turn, type_id, worker_id).await?;
    if test != scored.test {
        check_test_submission(None, turn.now)?;
    }
    let value = scored.value;
    request.status = value.map_or(RequestStatus::Pending, |_| RequestStatus::Granted);
    request.answer = Some(scored.answer.clone());
    (request.submit_at, request.arrived_at) = (turn.now, turn.arrived_at);
    qualification_requests::save(&mut turn.tx, &request).await?;
    match value {
        Some(value) => {
            grant(turn, type_id, worker_id, value).await?;
            Ok(RequestOutcome::Granted(value))
        }
        None => Ok(RequestOutcome::Pending(request.id)),
    }
}

fn document(test: &str, answers: TestSubmission) -> Result<String, Fault> {
    let document = match answers {
        TestSubmission::Values(given) => answers::write(test, &given)?,
        TestSubmission::Document(document) => {
            answers::check(&document)?;
            document
        }
    };
    answers::check_length(&document, answers::MAX_TEST_BYTES)?;
    Ok(document)
}

/// Gives the worker the qualification with this value, whatever the worker had of it before.
pub async fn grant(
    turn: &mut Turn,
    type_id: &str,
    worker_id: &str,
    value: i64,
) -> Result<(), Fault> {
    workers::add(&mut turn.tx, worker_id, turn.now).await?;
    qualifications::grant(&mut turn.tx, type_id, worker_id, value, turn.now).await?;
    wake_of(turn, worker_id).await
}

/// Sends mail of the requester to the worker, with the requester's reason if there is one.
///
/// Assumed: the subjects and texts of such mail.
pub async fn notify_worker(
    turn: &mut Turn,
    worker_id: &str,
    subject: &str,
    type_id: &str,
    reason: Option<&str>,
) -> Result<(), Fault> {
    let about = format!("This is about the Qualification {type_id}.");
    let text = match reason {
        Some(reason) if !reason.is_empty() => format!("{about}\n\n{reason}"),
        _ => about,
    };
    let message = Message {
        requester_id: turn.requester.id.clone(),
        worker_id: worker_id.to_owned(),
        subject: subject.to_owned(),
        text,
        sent_at: turn.now,
    };
    messages::add_many(&mut turn.tx, &[message]).await
}
