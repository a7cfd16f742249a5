//! Calls: a row of each in the list, and a page of one.

use askama::Template;
use axum::extract::Path;
use serde_json::Value;

use crate::console::page::{self, Head, Page, render};
use crate::console::session::Session;
use crate::console::snippet;
use crate::console::state::Console;
use crate::engine::compute;
use crate::fault::Fault;
use crate::journal::Call;
use crate::journal::summary::is_error;
use crate::journal::view::{CallView, find_owners};
use crate::time::Instant;
use crate::views::show;
use crate::web::origin::Origin;

/// So much of a body is shown, in bytes of HTML.
const MAX_SHOWN: usize = 64 << 10;

/// A call in the list.
#[derive(Debug, Template)]
#[template(path = "console_call_row.html")]
pub struct Row {
    /// Its number in the journal.
    pub number: u64,
    at: Instant,
    operation: &'static str,
    requester: String,
    status: u16,
    us: u64,
    is_error: bool,
    code: Option<String>,
}

impl From<&Call> for Row {
    fn from(call: &Call) -> Self {
        let requester = call.requester.as_ref().map(|requester| requester.access_key.as_str());
        let code = call.refused.as_ref().map(|refused| refused.error.code.clone());
        Self {
            number: call.number,
            at: call.answered_at,
            operation: call.operation.unwrap_or("unknown"),
            requester: show::excerpt(requester.unwrap_or("nobody"), 60).text,
            status: call.status,
            us: call.us,
            is_error: is_error(call),
            code: code.map(|code| show::excerpt(&code, 80).text),
        }
    }
}

impl Row {
    /// It as HTML, which has no line breaks.
    pub fn html(&self) -> Result<String, Fault> {
        Ok(render(self)?.replace(['\r', '\n'], " "))
    }

    /// `12:34:56`, in UTC.
    fn time(&self) -> String {
        show::at(&self.at).chars().skip(11).collect()
    }
}

/// What is shown of a body.
struct Body {
    text: String,
    is_cut: bool,
}

impl Body {
    fn new(value: &Value) -> Self {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            value => serde_json::to_string_pretty(value).unwrap_or_default(),
        };
        let show::Excerpt { text, is_cut } = show::excerpt(&text, MAX_SHOWN);
        Self { text, is_cut }
    }
}

#[derive(Template)]
#[template(path = "console_call.html")]
struct CallPage {
    head: Head,
    call: CallView,
    request: Body,
    answer: Body,
    command: Option<String>,
}

/// `GET /requester/console/calls/{number}`.
pub async fn show(
    console: Console,
    session: Session,
    origin: Origin,
    Path(number): Path<String>,
) -> Page {
    let gone = || Fault::not_found("The journal does not have that call, or not any more.");
    let number = number.parse().map_err(|_| gone())?;
    let journal = console.journal.as_ref().ok_or_else(gone)?;
    let mut found = [journal.call(number).ok_or_else(gone)?];
    find_owners(&console.engine, &mut found).await?;
    let head = Head::read(&console, session.form_token).await?;
    let page = compute(move || {
        let [call] = found;
        let operation = call.operation;
        let call = CallView::from(call);
        let endpoint = origin.as_str();
        let command = operation
            .filter(|_| call.request.is_object())
            .and_then(|operation| snippet::aws(endpoint, operation, &call.request.to_string()));
        let (request, answer) = (Body::new(&call.request), Body::new(&call.answer));
        CallPage { head, call, request, answer, command }
    });
    page::answer(&page.await?)
}
