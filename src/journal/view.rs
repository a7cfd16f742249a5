//! Calls as they are shown: which of them, without secrets, and with hints.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::engine::Engine;
use crate::fault::Fault;
use crate::journal::{Call, Refused, Rule};
use crate::ops::OPERATIONS;
use crate::rules::mask::{is_secret, masked};
use crate::shapes::scalar::At;
use crate::store::owners::{self, Owned};
use crate::store::requesters::Requester;

/// Members of requests that hold the id of something with an owner.
const NAMED: [(&str, Owned); 6] = [
    ("HITId", Owned::Hit),
    ("AssignmentId", Owned::Assignment),
    ("HITTypeId", Owned::HitType),
    ("HITLayoutId", Owned::HitLayout),
    ("QualificationTypeId", Owned::QualificationType),
    ("QualificationRequestId", Owned::QualificationRequest),
];

const TURK: &str = "AWS.MechanicalTurk.";

/// Which calls.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallFilter {
    /// Only calls of this operation.
    #[param(nullable = false)]
    pub operation: Option<String>,
    /// Only calls of this requester: an access key or a RequesterId.
    #[param(nullable = false)]
    pub requester: Option<String>,
    /// Only calls that were refused with this code, with or without `AWS.MechanicalTurk.`; `any`
    /// for every code.
    #[param(nullable = false)]
    pub error: Option<String>,
    /// Only calls with this text in the request or in the answer, in capital or small letters.
    #[param(nullable = false, max_length = 200)]
    pub text: Option<String>,
}

impl CallFilter {
    /// Checks that it can let something through.
    ///
    /// # Errors
    /// There is no such operation.
    pub fn check(&self) -> Result<(), Fault> {
        match &self.operation {
            Some(name) if OPERATIONS.iter().all(|entry| entry.name != name) => {
                Err(Fault::unreadable(format!("there is no operation {name:?}")))
            }
            _ => Ok(()),
        }
    }

    /// Whether it lets a call through. The text is not looked for.
    pub fn wants(&self, call: &Call) -> bool {
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
}

/// A call of the Requester API.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = Request)]
pub struct CallView {
    /// Counts up from 1. Pass it as `after` to get the calls that follow.
    #[schema(minimum = 1)]
    pub number: u64,
    /// The real time of the answer.
    pub time: At,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Absent if the call does not name one that exists.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<&'static str>,
    /// The access key; absent if the caller could not be identified.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<String>,
    /// The HTTP status; 0 if the connection was closed without an answer.
    #[schema(minimum = 0, maximum = 599)]
    pub status: u16,
    #[schema(minimum = 0)]
    pub microseconds: u64,
    /// The body; a string if it is not JSON.
    pub request: Value,
    /// The body; a string if it is not JSON, or incomplete.
    pub answer: Value,
    /// Whether a body was too long to be kept.
    pub is_cut: bool,
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorView>,
}

/// Why a call was refused.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = RequestError)]
pub struct ErrorView {
    /// As it was sent: the `TurkErrorCode`, or the exception where there is none.
    pub code: String,
    /// As it was sent.
    pub message: String,
    pub rule: Rule,
    /// What to look at, if that is known.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// For calls that the market refused, adds to the hints which ids do not belong to the caller. The
/// Requester API never tells whether such an id exists.
pub async fn find_owners(engine: &Arc<Engine>, calls: &mut [Call]) -> Result<(), Fault> {
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
