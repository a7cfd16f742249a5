//! `/_mturk/requests`: the journal of calls of the Requester API.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::{IntoParams, ToSchema};

use crate::control::Control;
use crate::control::json::{Answer, Failure, PageQuery, Params};
use crate::engine::{Engine, compute};
use crate::fault::{Code, Fault};
use crate::journal::{Call, Journal, Page, Refused, Rule};
use crate::ops::OPERATIONS;
use crate::rules::mask::{is_secret, masked};
use crate::shapes::scalar::At;
use crate::store::owners::{self, Owned};
use crate::store::requesters::Requester;

const JSON_LINES: &str = "application/x-ndjson";

/// Members of requests that hold the id of something with an owner.
const NAMED: [(&str, Owned); 6] = [
    ("HITId", Owned::Hit),
    ("AssignmentId", Owned::Assignment),
    ("HITTypeId", Owned::HitType),
    ("HITLayoutId", Owned::HitLayout),
    ("QualificationTypeId", Owned::QualificationType),
    ("QualificationRequestId", Owned::QualificationRequest),
];

/// Which calls.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RequestsQuery {
    /// Only calls of this operation.
    #[param(nullable = false)]
    operation: Option<String>,
    /// Only calls of this requester: an access key or a RequesterId.
    #[param(nullable = false)]
    requester: Option<String>,
    /// Only calls that were refused with this code, with or without `AWS.MechanicalTurk.`; `any`
    /// for every code.
    #[param(nullable = false)]
    error: Option<String>,
    /// `json`, or `jsonl` for one JSON object a line, as with `Accept: application/x-ndjson`.
    #[param(nullable = false, pattern = "^jsonl?$")]
    format: Option<String>,
}

impl RequestsQuery {
    fn check(&self) -> Result<(), Fault> {
        if let Some(name) = &self.operation
            && OPERATIONS.iter().all(|entry| entry.name != name)
        {
            return Err(Fault::unreadable(format!("there is no operation {name:?}")));
        }
        match self.format.as_deref() {
            None | Some("json" | "jsonl") => Ok(()),
            Some(_) => Err(Fault::unreadable("format must be json or jsonl")),
        }
    }

    fn wants(&self, call: &Call) -> bool {
        let is_of = |name: &String| {
            call.requester.as_ref().is_some_and(|one| one.access_key == *name || one.id == *name)
        };
        let is_refused = |code: &String| {
            call.refused.as_ref().is_some_and(|refused| {
                let whole = &refused.error.code;
                code == "any" || code == whole || Some(&**code) == whole.strip_prefix(TURK)
            })
        };
        self.operation.as_deref().is_none_or(|name| call.operation == Some(name))
            && self.requester.as_ref().is_none_or(is_of)
            && self.error.as_ref().is_none_or(is_refused)
    }

    fn wants_lines(&self, headers: &HeaderMap) -> bool {
        let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        match self.format.as_deref() {
            None => accept.is_some_and(|accept| accept.contains(JSON_LINES)),
            Some(format) => format == "jsonl",
        }
    }
}

const TURK: &str = "AWS.MechanicalTurk.";

/// A call of the Requester API.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = Request)]
pub struct CallView {
    /// Counts up from 1. Pass it as `after` to get the calls that follow.
    #[schema(minimum = 1)]
    number: u64,
    /// The real time of the answer.
    time: At,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// Absent if the call does not name one that exists.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'static str>,
    /// The access key; absent if the caller could not be identified.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    requester: Option<String>,
    /// The HTTP status; 0 if the connection was closed without an answer.
    #[schema(minimum = 0, maximum = 599)]
    status: u16,
    #[schema(minimum = 0)]
    microseconds: u64,
    /// The body; a string if it is not JSON.
    request: Value,
    /// The body; a string if it is not JSON, or incomplete.
    answer: Value,
    /// Whether a body was too long to be kept.
    is_cut: bool,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorView>,
}

/// Why a call was refused.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = RequestError)]
pub struct ErrorView {
    /// As it was sent: the `TurkErrorCode`, or the exception where there is none.
    code: String,
    /// As it was sent.
    message: String,
    rule: Rule,
    /// What to look at, if that is known.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
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
    params(PageQuery, RequestsQuery),
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
    Params(query): Params<RequestsQuery>,
) -> Result<Response, Failure> {
    let (after, limit) = page.checked("a call")?;
    query.check()?;
    let (after, limit) = (after.unsigned_abs(), usize::try_from(limit).unwrap_or(0));
    let Page { mut calls, dropped } =
        journal(&control)?.page(after, limit, |call| query.wants(call));
    find_owners(&control.engine, &mut calls).await?;
    let requests = compute(move || texts(calls)).await?;
    let requests = requests.map_err(|error| Fault::Service(error.to_string()))?;
    if query.wants_lines(&headers) {
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

/// For calls that the market refused, adds to the hints which ids do not belong to the caller. The
/// Requester API never tells whether such an id exists.
async fn find_owners(engine: &Arc<Engine>, calls: &mut [Call]) -> Result<(), Fault> {
    let named: Vec<_> = calls.iter().map(named).collect();
    let mut ids: BTreeMap<Owned, Vec<String>> = BTreeMap::new();
    for (_, of, id) in named.iter().flatten() {
        ids.entry(*of).or_default().push(id.clone());
    }
    let owners = engine
        .read(Requester::default(), ids, |turn, ids| Box::pin(owners::owners(&mut turn.tx, ids)));
    let owners = owners.await?;
    for (call, named) in calls.iter_mut().zip(named) {
        let (Some(refused), Some(caller)) = (&mut call.refused, &call.requester) else { continue };
        let hints =
            named.into_iter().filter_map(|(member, of, id)| match owners.get(&(of, id.clone())) {
                Some((owner, _)) if *owner == caller.id => None,
                Some((_, key)) => {
                    Some(format!("{member} {id}: belongs to another requester, {key}"))
                }
                None => Some(format!("{member} {id}: no requester owns it")),
            });
        let hints = hints.collect::<Vec<_>>().join("; ");
        if !hints.is_empty() {
            (refused.rule, refused.hint) = (Rule::Ownership, Some(hints));
        }
    }
    Ok(())
}

/// The ids that a call names which the market refused: the member, what it is the id of, the id.
fn named(call: &Call) -> Vec<(&'static str, Owned, String)> {
    let of_market =
        |refused: &Refused| matches!(refused.rule, Rule::Ownership | Rule::Value | Rule::State);
    if !call.refused.as_ref().is_some_and(of_market) {
        return Vec::new();
    }
    let body: Value = serde_json::from_slice(&call.request).unwrap_or_default();
    let id =
        |(member, of): (&'static str, Owned)| Some((member, of, body[member].as_str()?.to_owned()));
    NAMED.into_iter().filter_map(id).collect()
}

impl From<Call> for CallView {
    fn from(call: Call) -> Self {
        let request_id = call.request_id.as_ref().and_then(|id| id.to_str().ok());
        Self {
            number: call.number,
            time: At(call.answered_at),
            request_id: request_id.map(str::to_owned),
            operation: call.operation,
            requester: call.requester.map(|requester| requester.access_key.clone()),
            status: call.status,
            microseconds: call.us,
            request: shown(&call.request),
            answer: shown(&call.answer),
            is_cut: call.is_cut,
            error: call.refused.map(ErrorView::from),
        }
    }
}

impl From<Refused> for ErrorView {
    fn from(refused: Refused) -> Self {
        let Refused { error, rule, hint } = refused;
        let hint = hint.map(|hint| masked(&hint).into_owned());
        Self { code: error.code, message: masked(&error.message).into_owned(), rule, hint }
    }
}

/// A body as JSON, or as a string if it is not JSON; null if it is empty.
fn shown(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    match serde_json::from_slice(body) {
        Ok(mut json) => {
            mask(&mut json);
            json
        }
        Err(_) => masked(&String::from_utf8_lossy(body)).into(),
    }
}

/// Masks secrets. The recursion is bounded, because `serde_json` refuses deeply nested JSON.
fn mask(json: &mut Value) {
    match json {
        Value::String(text) => {
            if let Cow::Owned(masked) = masked(text) {
                *text = masked;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(members) => {
            for (name, value) in members {
                if is_secret(name) { *value = "…".into() } else { mask(value) }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
