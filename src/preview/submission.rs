//! What a form posts: it is answered by the document that it would make, and forgotten.

use std::sync::Arc;

use askama::Template;
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use serde_json::Value;

use crate::engine::compute;
use crate::fault::{Code, Fault};
use crate::preview::state::State;
use crate::rules::posted::{Field, urlencoded};
use crate::rules::question::answers::{AnswerValue, Repeated, from_fields, parse};
use crate::rules::question::columns::{ColumnValue, columns};
use crate::site::explanation::explain;
use crate::site::external_submit::assignment_id;
use crate::site::frame::{explained, in_any_frame};
use crate::web::page::answer;
use crate::web::sent::{SentWork, cleaned};

/// The most that is shown of a text, in bytes.
const MOST_SHOWN: usize = 256 << 10;
/// The most that is shown of one field, in bytes.
const MOST_OF_FIELD: usize = 2 << 10;

#[derive(Template)]
#[template(path = "preview_answer.html")]
struct AnswerPage {
    fields: Vec<(String, String)>,
    /// How many fields are not among them.
    left_out: usize,
    task_answers: Option<String>,
    document: String,
}

/// `GET /mturk/externalSubmit`.
pub async fn get(state: Shared<Arc<State>>, query: RawQuery) -> Response {
    submit(state, query, Vec::new()).await.unwrap_or_else(not_submitted)
}

/// `POST /mturk/externalSubmit`.
pub async fn post(state: Shared<Arc<State>>, query: RawQuery, sent: SentWork) -> Response {
    let submitted = async { submit(state, query, sent.answers().await?).await };
    submitted.await.unwrap_or_else(not_submitted)
}

fn not_submitted(fault: Fault) -> Response {
    refused("Not submitted", fault)
}

/// The refusal of what was asked for, without links to pages of a market.
pub fn refused(title: &'static str, fault: Fault) -> Response {
    let code = fault.code();
    let mut explanation = explain(fault, None);
    explanation.link = None;
    explanation.advice = match code {
        Some(Code::PreviewOnly) => {
            "In the frame “Preview” the HIT is not accepted, and assignmentId is \
             ASSIGNMENT_ID_NOT_AVAILABLE. Submit in the frame “Work” or “Phone”."
        }
        Some(Code::NoAssignmentId) => {
            "The form needs a field of exactly the name assignmentId, with the value that the \
             page finds in its own address."
        }
        Some(Code::AssignmentDoesNotExist) => {
            "The field assignmentId must have the value that the page finds in its own address. \
             If the preview was started again, load this page again."
        }
        _ => "",
    };
    explained(title, explanation)
}

async fn submit(
    Shared(state): Shared<Arc<State>>,
    RawQuery(query): RawQuery,
    body: Vec<Field>,
) -> Result<Response, Fault> {
    let of_query = urlencoded(query.unwrap_or_default().as_bytes());
    let fields: Vec<Field> = cleaned(of_query).into_iter().chain(body).collect();
    let named = assignment_id(&fields)?;
    if named != state.assignment_id {
        return Err(Fault::assignment_does_not_exist(named));
    }
    // What a page handed in may be long.
    let document = compute(move || from_fields(&fields, Repeated::Join)).await??;
    handed_in(document).await
}

/// The page that shows an answer document.
pub async fn handed_in(document: String) -> Result<Response, Fault> {
    let page = compute(move || AnswerPage::of(&document)).await??;
    Ok(in_any_frame(answer::<Fault>(&page)?))
}

impl AnswerPage {
    fn of(document: &str) -> Result<Self, Fault> {
        let found = columns(document)?;
        let fields = found.columns.into_iter().map(|column| {
            let text = match column.value {
                ColumnValue::Text(text) => cut(&text, MOST_OF_FIELD),
                ColumnValue::File(bytes) => format!("a file of {bytes} bytes"),
            };
            (column.name, text)
        });
        let fields = fields.collect();
        let answers = parse(document)?;
        let task_answers = answers.into_iter().find_map(|answer| match answer.value {
            AnswerValue::FreeText(text) if answer.question_identifier == "taskAnswers" => {
                Some(cut(&indented(text), MOST_SHOWN))
            }
            _ => None,
        });
        Ok(Self {
            fields,
            left_out: found.left_out,
            task_answers,
            document: cut(document, MOST_SHOWN),
        })
    }
}

/// JSON on lines; another text stays.
fn indented(text: String) -> String {
    let read = serde_json::from_str::<Value>(&text).ok();
    read.and_then(|value| serde_json::to_string_pretty(&value).ok()).unwrap_or(text)
}

/// The beginning of a text.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most);
    let left = text.len() - end;
    format!("{}… ({left} more bytes)", &text[..end])
}
