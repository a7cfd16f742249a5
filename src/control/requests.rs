//! `/_mturk/requests`: the journal of calls of the Requester API.

use std::sync::Arc;

use axum::Json;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use utoipa::{IntoParams, ToSchema};

use crate::control::Control;
use crate::control::json::{Answer, Failure, PageQuery, Params};
use crate::engine::compute;
use crate::fault::{Code, Fault};
use crate::journal::search::Search;
use crate::journal::view::{CallFilter, CallView, find_owners};
use crate::journal::{Call, Journal, Page};

const JSON_LINES: &str = "application/x-ndjson";

/// In which form.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FormatQuery {
    /// `json`, or `jsonl` for one JSON object a line, as with `Accept: application/x-ndjson`.
    #[param(nullable = false, pattern = "^jsonl?$")]
    format: Option<String>,
}

impl FormatQuery {
    fn wants_lines(&self, headers: &HeaderMap) -> Result<bool, Fault> {
        let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        match self.format.as_deref() {
            None => Ok(accept.is_some_and(|accept| accept.contains(JSON_LINES))),
            Some("json") => Ok(false),
            Some("jsonl") => Ok(true),
            Some(_) => Err(Fault::unreadable("format must be json or jsonl")),
        }
    }
}

/// Calls, the oldest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Requests {
    #[schema(value_type = Vec<CallView>)]
    requests: Vec<Box<RawValue>>,
    /// How many calls were dropped to make room since the journal was last emptied.
    #[schema(minimum = 0)]
    dropped: u64,
}

/// How many were removed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Removed {
    #[schema(minimum = 0)]
    removed: u64,
}

impl Removed {
    pub const fn new(removed: u64) -> Self {
        Self { removed }
    }
}

/// The latest calls of the Requester API that this process answered, the oldest first.
///
/// Bodies include the answers of workers. Links to files, signatures and secrets are masked.
#[utoipa::path(
    get, path = "/_mturk/requests", operation_id = "listRequests", tag = "events",
    params(PageQuery, CallFilter, FormatQuery),
    responses(
        (status = 200, description = "A page of calls.", content(
            (Requests = "application/json"),
            (String = "application/x-ndjson")
        )),
        (status = 409, description = "The server keeps no journal.", body = Failure)
    )
)]
pub async fn list(
    control: Control,
    headers: HeaderMap,
    Params(page): Params<PageQuery>,
    Params(filter): Params<CallFilter>,
    Params(format): Params<FormatQuery>,
) -> Result<Response, Failure> {
    let (after, limit) = page.checked("a call")?;
    filter.check()?;
    let wants_lines = format.wants_lines(&headers)?;
    let (after, limit) = (after.unsigned_abs(), usize::try_from(limit).unwrap_or(0));
    let (search, of) = (Search::new(filter)?, Arc::clone(journal(&control)?));
    let Page { mut calls, dropped } = compute(move || search.page(&of, after, limit)).await?;
    find_owners(&control.engine, &mut calls).await?;
    let requests = compute(move || texts(calls)).await?;
    let requests = requests.map_err(|error| Fault::Service(error.to_string()))?;
    if wants_lines {
        let text: String = requests.iter().flat_map(|call| [call.get(), "\n"]).collect();
        return Ok(([(CONTENT_TYPE, JSON_LINES)], text).into_response());
    }
    Ok(Json(Requests { requests, dropped }).into_response())
}

/// The calls as JSON, of which one at a time is in memory as a tree.
fn texts(calls: Vec<Call>) -> serde_json::Result<Vec<Box<RawValue>>> {
    calls.into_iter().map(|call| to_raw_value(&CallView::from(call))).collect()
}

/// Empties the journal of this process.
#[utoipa::path(
    delete, path = "/_mturk/requests", operation_id = "clearRequests", tag = "events",
    responses(
        (status = 200, description = "It is empty.", body = Removed),
        (status = 409, description = "The server keeps no journal.", body = Failure)
    )
)]
pub async fn clear(control: Control) -> Answer<Removed> {
    Ok(Json(Removed::new(journal(&control)?.clear())))
}

fn journal(control: &Control) -> Result<&Arc<Journal>, Fault> {
    let message = "This server keeps no journal: it was started with --journal 0.";
    control.journal.as_ref().ok_or_else(|| Fault::refused(Code::Conflict, message))
}
