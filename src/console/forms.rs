//! What the page's forms ask for, done by the control API.

use askama::Template;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Path, Request};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tower::ServiceExt as _;

use crate::console::command::{self, Command, Question};
use crate::console::overview::refused;
use crate::console::page::{self, Head, Page, go, message};
use crate::console::{Console, ROOT};
use crate::fault::Fault;
use crate::rules::posted::{Field, urlencoded};
use crate::views::show;

/// Of an answer, so much is read.
const MAX_ANSWER: usize = 1 << 20;

/// The fields of a posted form.
#[derive(Debug, Default)]
pub struct Form(Vec<Field>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let body = Bytes::from_request(request, state).await;
        body.map(|body| Self(urlencoded(&body))).map_err(IntoResponse::into_response)
    }
}

impl Form {
    /// The field of that name; empty if there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// All fields but the one that confirms.
    fn unconfirmed(&self) -> impl Iterator<Item = &Field> {
        self.0.iter().filter(|(name, _)| name != CONFIRMED)
    }
}

const CONFIRMED: &str = "confirmed";

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

#[derive(Deserialize)]
struct Failure {
    error: Error,
}

#[derive(Template)]
#[template(path = "console_question.html")]
struct QuestionPage<'a> {
    head: Head,
    action: &'a str,
    question: Question,
    fields: Vec<&'a Field>,
}

/// `POST /requester/console/do/{action}`: asks whether it is meant, where much depends on it; does
/// it, and goes back to the page.
pub async fn act(console: Console, Path(action): Path<String>, form: Form) -> Page {
    let Some(command) = command::of(&action, &form) else {
        return Ok(message(StatusCode::NOT_FOUND, "The console has no such form."));
    };
    if form.get(CONFIRMED).is_empty()
        && let Some(question) = command::question(&console.engine, &action, &form).await?
    {
        let (head, fields) = (Head::read(&console).await?, form.unconfirmed().collect());
        return page::answer(&QuestionPage { head, action: &action, question, fields });
    }
    match send(&console, command).await? {
        Ok(()) => Ok(go(&format!("{ROOT}?done={action}"))),
        Err((status, error)) => refused(&console, Refusal { status, action, error }, form).await,
    }
}

/// Asks the control API; what it refuses.
async fn send(
    console: &Console,
    command: Command,
) -> Result<Result<(), (StatusCode, Error)>, Fault> {
    let service = |error: String| Fault::Service(error);
    let request = Request::builder().method(command.method).uri(command.path);
    let request = match &console.token {
        Some(token) => request.header(AUTHORIZATION, format!("Bearer {}", token.secret())),
        None => request,
    };
    let request = request.body(Body::from(command.body)).map_err(|e| service(e.to_string()))?;
    let Ok(response) = console.control.clone().oneshot(request).await;
    let status = response.status();
    if status.is_success() {
        return Ok(Ok(()));
    }
    let body = to_bytes(response.into_body(), MAX_ANSWER).await;
    let body = body.map_err(|e| service(e.to_string()))?;
    let failure: Failure = serde_json::from_slice(&body).map_err(|e| service(e.to_string()))?;
    Ok(Err((status, failure.error)))
}
