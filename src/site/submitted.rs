//! What a worker handed in: for those who try out their own HITs, so where requesters need no
//! secret. The closed site had no such page.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use serde_json::{Value, json};

use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::question::columns::{Column, ColumnValue, Columns, columns};
use crate::site::page::{self, Page, go, html};
use crate::site::visit::Visit;
use crate::views::bar::Bar;
use crate::views::show;
use crate::views::submitted::{self, Submitted};
use crate::web::page as values;

/// The most that is shown of a value, in bytes of HTML.
const MOST_SHOWN: usize = 16 << 10;

/// A field of an answer on the page.
struct Field {
    name: String,
    value: Shown,
}

enum Shown {
    Text(String),
    /// A file of so many bytes.
    File(i64),
}

impl From<Column> for Field {
    fn from(column: Column) -> Self {
        let value = match column.value {
            ColumnValue::Text(text) => Shown::Text(show::excerpt(&text, MOST_SHOWN).text),
            ColumnValue::File(size) => Shown::File(i64::try_from(size).unwrap_or(i64::MAX)),
        };
        Self { name: column.name, value }
    }
}

#[derive(Template)]
#[template(path = "submitted.html")]
struct SubmittedPage {
    bar: Bar,
    of: Submitted,
    fields: Vec<Field>,
    left_out: usize,
    /// Why the answer is shown as it is; empty if it is not.
    unreadable: String,
    answer: String,
}

/// `GET /submitted/{assignment}`.
pub async fn page(Path(id): Path<String>, visit: Arc<Visit>) -> Page {
    let (bar, mut of) = visit
        .read_with_bar((id, worker(&visit)?), |turn, (id, worker)| {
            Box::pin(submitted::submitted(turn, id, worker))
        })
        .await?;
    let answer = std::mem::take(&mut of.work.answer);
    if visit.json {
        return page::json(as_json(&of, &answer));
    }
    let page = compute(move || {
        let (Columns { columns, left_out }, unreadable) = match columns(&answer) {
            Ok(columns) => (columns, String::new()),
            Err(why) => (Columns::default(), why.to_string()),
        };
        let fields = columns.into_iter().map(Field::from).collect();
        let answer = if unreadable.is_empty() {
            String::new()
        } else {
            show::excerpt(&answer, MOST_SHOWN).text
        };
        html(&SubmittedPage { bar, of, fields, left_out, unreadable, answer })
    });
    page.await?
}

/// Assumed: the members; the closed site had no such page.
fn as_json(of: &Submitted, answer: &str) -> Value {
    json!({"assignment_id": of.work.assignment_id, "hit_id": of.work.hit_id,
        "state": of.work.assignment_status.as_str(), "answer": answer})
}

/// `GET /submitted/{assignment}/file?question=`: leads to the file that answers a question.
pub async fn file(Path(id): Path<String>, visit: Arc<Visit>) -> Page {
    let question = visit.param("question").unwrap_or_default().to_owned();
    let input = (id, question, worker(&visit)?);
    let token = visit.read(input, |turn, (id, question, worker)| {
        Box::pin(submitted::file_token(turn, (id, question), worker))
    });
    go(&format!("/_mturk/files/{}", show::path(&token.await?)))
}

/// The worker, where the page is shown at all.
fn worker(visit: &Visit) -> Result<String, Fault> {
    if visit.site.is_open {
        return visit.worker();
    }
    Err(Fault::not_found("With --auth strict, workers do not see again what they handed in."))
}
