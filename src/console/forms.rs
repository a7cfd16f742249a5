//! What the page's forms ask for, done by the control API.

use askama::Template;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use serde::Deserialize;
use tower::ServiceExt as _;

use crate::console::command::{self, Command, Question};
use crate::console::form::{Error, Form, Refusal};
use crate::console::overview::refused;
use crate::console::page::{self, Head, Page, go, message};
use crate::console::state::{Console, ROOT};
use crate::fault::Fault;
use crate::rules::posted::Field;
use crate::views::show;

/// Of an answer, so much is read.
const MAX_ANSWER: usize = 1 << 20;

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
    if !form.is_confirmed()
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
