//! What the page's forms ask for, done by the control API.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;

use crate::console::api;
use crate::console::command::{self, Question};
use crate::console::overview::{refused, registered};
use crate::console::page::{self, Head, Page, go, message};
use crate::console::refusal::Refusal;
use crate::console::session::Session;
use crate::console::state::{Console, ROOT};
use crate::rules::posted::Field;
use crate::views::show;
use crate::web::form::Form;

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
pub async fn act(
    console: Console,
    session: Session,
    Path(action): Path<String>,
    form: Form,
) -> Page {
    let Some(command) = command::of(&action, &form) else {
        return Ok(message(StatusCode::NOT_FOUND, "The console has no such form."));
    };
    if !form.is_confirmed()
        && let Some(question) = command::question(&console.engine, &action, &form).await?
    {
        let (head, fields) =
            (Head::read(&console, session.form_token).await?, form.unconfirmed().collect());
        return page::answer(&QuestionPage { head, action: &action, question, fields });
    }
    match api::send(&console, command).await? {
        Ok(answer) if action == "add-webhook" => registered(&console, session, &answer).await,
        Ok(_) => Ok(go(&format!("{ROOT}?done={action}"))),
        Err((status, error)) => {
            refused(&console, session, Refusal { status, action, error }, form).await
        }
    }
}
