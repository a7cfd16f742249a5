//! A worker asks for a qualification, and hands in its test.

use crate::acts::accept::comes_by;
use crate::acts::grant::grant;
use crate::fault::Fault;
use crate::rules;
use crate::rules::qualification::request::{may_ask, may_hand_in};
use crate::rules::question::{answers, key};
use crate::shapes::answer::Given;
use crate::shapes::qualification::RequestStatus;
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_types::{self, QualificationType};
use crate::store::{qualifications, workers};
use crate::time::{Instant, Span};
use crate::turn::Turn;

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The worker has the qualification, with this value.
    Granted(i64),
    /// The requester decides on the request with this id.
    Pending(String),
    /// A test is to be handed in.
    Test {
        /// The `QuestionForm`.
        test: String,
        /// Until when.
        due_at: Instant,
    },
}

/// The worker asks. Who is at the test already is given it again, with the time that is left.
///
/// # Errors
/// There is no such type; the refusals of the worker site; the database failed.
pub async fn ask(turn: &mut Turn, type_id: &str, worker_id: &str) -> Result<Asked, Fault> {
    let of = found(turn, type_id).await?;
    check_worker(turn, worker_id).await?;
    let latest = qualification_requests::latest(&mut turn.tx, type_id, worker_id).await?;
    let is_granted = qualifications::is_granted(&mut turn.tx, type_id, worker_id).await?;
    let known = latest.as_ref().map(QualificationRequest::latest);
    may_ask(of.terms(), known, is_granted, turn.now)?;
    if let Some(request) = latest.filter(|request| request.latest().in_test(turn.now)) {
        return Ok(in_test(&request));
    }
    let request = begun(turn, of.clone(), worker_id);
    qualification_requests::add(&mut turn.tx, &request).await?;
    match request.status {
        RequestStatus::Granted => {
            let value = of.ways.auto_granted_value.unwrap_or(1);
            grant(turn, type_id, worker_id, value).await?;
            Ok(Asked::Granted(value))
        }
        RequestStatus::Unanswered => Ok(in_test(&request)),
        _ => Ok(Asked::Pending(request.id)),
    }
}

/// A system type can be found, but not asked for.
async fn found(turn: &mut Turn, type_id: &str) -> Result<QualificationType, Fault> {
    let found = qualification_types::find(&mut turn.tx, type_id).await?;
    found.ok_or_else(|| Fault::qualification_type_does_not_exist(type_id))
}

async fn check_worker(turn: &mut Turn, worker_id: &str) -> Result<(), Fault> {
    if !rules::worker::well_formed(worker_id) {
        return Err(Fault::unreadable("WorkerId is 'A' followed by capital letters and digits"));
    }
    if workers::find(&mut turn.tx, worker_id).await?.is_none() {
        comes_by(turn, worker_id).await?;
    }
    Ok(())
}

/// A new request: granted at once, with a test to be taken, or for the requester to decide.
fn begun(turn: &mut Turn, of: QualificationType, worker_id: &str) -> QualificationRequest {
    let ways = of.ways;
    let status = match (&ways.test, ways.auto_granted) {
        (Some(_), _) => RequestStatus::Unanswered,
        (None, true) => RequestStatus::Granted,
        (None, false) => RequestStatus::Pending,
    };
    // A saved type may have lost its duration; then there is no hurry.
    let time = Span::seconds(ways.test_duration_s.unwrap_or(rules::limits::TEST_DURATION_S.max));
    QualificationRequest {
        id: turn.ids.entity(),
        requester_id: of.requester_id,
        type_id: of.id,
        worker_id: worker_id.to_owned(),
        status,
        ask_at: turn.now,
        test_due_at: ways.test.as_ref().map(|_| turn.now + time),
        submit_at: turn.now,
        arrived_at: turn.arrived_at,
        test: ways.test,
        answer_key: ways.answer_key,
        answer: None,
        position: 0,
    }
}

fn in_test(request: &QualificationRequest) -> Asked {
    Asked::Test {
        test: request.test.clone().unwrap_or_default(),
        due_at: request.test_due_at.unwrap_or(request.ask_at),
    }
}

/// What a worker hands in for a test.
#[derive(Debug, Clone)]
pub enum Handed {
    /// Values by question.
    Given(Given),
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
pub struct Marked {
    test: Test,
    answer: String,
    value: Option<i64>,
}

impl Test {
    /// Reads the answers, and scores them by the key that the test had when the worker got it.
    /// This takes long where much was handed in, so no turn does it.
    ///
    /// # Errors
    /// The answers do not go with the test.
    pub fn mark(self, handed: Handed) -> Result<Marked, Fault> {
        let answer = document(&self.form, handed)?;
        let value = self.answer_key.as_deref().and_then(|key| key::score(key, &answer));
        Ok(Marked { test: self, answer, value })
    }
}

/// The test that the worker can hand in now.
///
/// # Errors
/// There is no such type, or it is deleted; the worker has no test to hand in, or too late; the
/// database failed.
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
    may_hand_in(latest.as_ref().map(QualificationRequest::latest), turn.now)?;
    let Some(request) = latest else {
        return Err(Fault::Service("a test without a request".into()));
    };
    let form = request.test.clone().unwrap_or_default();
    let test = Test { form, answer_key: request.answer_key.clone() };
    Ok((request, test))
}

/// The worker hands in the test: its score is the worker's, or the requester decides.
///
/// # Errors
/// As [`open_test`]; the worker has another test in hand by now.
pub async fn hand_in(
    turn: &mut Turn,
    type_id: &str,
    worker_id: &str,
    marked: &Marked,
) -> Result<Asked, Fault> {
    let (mut request, test) = open_request(turn, type_id, worker_id).await?;
    if test != marked.test {
        may_hand_in(None, turn.now)?;
    }
    let value = marked.value;
    request.status = value.map_or(RequestStatus::Pending, |_| RequestStatus::Granted);
    request.answer = Some(marked.answer.clone());
    (request.submit_at, request.arrived_at) = (turn.now, turn.arrived_at);
    qualification_requests::keep(&mut turn.tx, &request).await?;
    match value {
        Some(value) => {
            grant(turn, type_id, worker_id, value).await?;
            Ok(Asked::Granted(value))
        }
        None => Ok(Asked::Pending(request.id)),
    }
}

fn document(test: &str, handed: Handed) -> Result<String, Fault> {
    let document = match handed {
        Handed::Given(given) => answers::write(test, &given)?,
        Handed::Document(document) => {
            answers::check(&document)?;
            document
        }
    };
    answers::check_length(&document, answers::MAX_TEST_BYTES)?;
    Ok(document)
}
