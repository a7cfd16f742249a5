//! A changed table of workers: checked as a whole, then applied in one turn.
//!
//! One turn, because a file is bounded by [`MAX_CHANGES`]: all of it is done or nothing is, so that
//! there is nothing to resume. What is in force already is left alone, so that a file that is
//! uploaded again does nothing twice.
//!
//! [`MAX_CHANGES`]: crate::rules::worker_csv::MAX_CHANGES

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::Query;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::desk::head::Head;
use crate::desk::page::{Page, message, status};
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::desk::workers::change::MAX_REASON;
use crate::engine::compute;
use crate::fault::Fault;
use crate::ops::{self, Call, named};
use crate::rules::limits;
use crate::rules::qualification::requirement::Value as Held;
use crate::rules::text::cleaned;
use crate::rules::worker_csv::{self, Change, LIMITS, MAX_CHANGES, Update, Upload};
use crate::shapes::table::TableNote;
use crate::store::{qualification_types, qualifications, worker_blocks};
use crate::turn::Turn;
use crate::views::show;
use crate::web::multipart::{Part, parts};
use crate::web::page::{self, go, html, render};

/// A form has so many bytes at most: the file, and what stands around it.
pub const MAX_FORM: usize = LIMITS.bytes + (64 << 10);
/// A form has so many fields at most.
const MAX_FIELDS: usize = 10;

/// What was done before the browser came here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct UploadQuery {
    done: String,
    same: String,
}

#[derive(Template)]
#[template(path = "desk_workers_upload.html")]
struct UploadPage<'a> {
    head: Head,
    done: Option<(u32, u32)>,
    refused: Option<String>,
    problems: &'a [TableNote],
    reason: &'a str,
}

/// `GET /requester/workers/upload`.
pub async fn ask(desk: Desk, session: Session, Query(query): Query<UploadQuery>) -> Page {
    let head = Head::read(&desk, &session).await?;
    let done = query.done.parse().ok().zip(query.same.parse().ok());
    page::answer(&UploadPage { head, done, refused: None, problems: &[], reason: "" })
}

/// `POST /requester/workers/upload`.
pub async fn upload(
    desk: Desk,
    session: Session,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Page {
    let Ok(body) = body else {
        let why = format!("The file has more than {} MiB.", LIMITS.bytes >> 20);
        return Ok(message(StatusCode::PAYLOAD_TOO_LARGE, &why));
    };
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let Some(fields) = parts(kind, &body, MAX_FIELDS) else {
        return Ok(message(StatusCode::BAD_REQUEST, "What was sent is no form with a file."));
    };
    let field = |name: &str| fields.iter().find(|part| part.name == name);
    let reason = field("reason").map(text).unwrap_or_default();
    let file = field("table").map(|part| part.content.clone()).unwrap_or_default();
    let outcome = match limits::at_most("Reason", &reason, MAX_REASON) {
        Ok(()) => run(&desk, &session, file, &reason).await,
        Err(fault) => Err(fault),
    };
    let (code, refused, problems) = match outcome {
        Ok(Outcome::Done { changed, same }) => {
            let to = format!("/requester/workers/upload?done={changed}&same={same}");
            return Ok(go(&to));
        }
        Ok(Outcome::Problems(problems)) => (StatusCode::BAD_REQUEST, None, problems),
        Err(fault) => {
            let Some(refusal) = fault.refusal() else { return Err(fault.into()) };
            (status(refusal.code.kind()), Some(refusal.text()), Vec::new())
        }
    };
    let head = Head::read(&desk, &session).await?;
    let page = UploadPage { head, done: None, refused, problems: &problems, reason: &reason };
    Ok((code, html(render(&page)?)).into_response())
}

fn text(part: &Part) -> String {
    cleaned(String::from_utf8_lossy(&part.content).trim().to_owned())
}

/// What came of a file.
enum Outcome {
    /// So much was changed; so much was in force already.
    Done { changed: usize, same: usize },
    /// Nothing was done.
    Problems(Vec<TableNote>),
}

async fn run(desk: &Desk, session: &Session, file: Bytes, reason: &str) -> Result<Outcome, Fault> {
    let upload = match compute(move || worker_csv::read(&file)).await? {
        Ok(upload) => upload,
        Err(problems) => return Ok(Outcome::Problems(problems)),
    };
    let input = (session.requester.clone(), upload, reason.to_owned());
    let done = desk.engine.write_long(input, |turn, (requester, upload, reason)| {
        turn.requester = Arc::clone(requester);
        Box::pin(apply(turn, upload, reason))
    });
    done.await
}

/// Applies all changes of a file, or none.
async fn apply(turn: &mut Turn, upload: &Upload, reason: &str) -> Result<Outcome, Fault> {
    let (mut types, mut problems) = (HashMap::new(), Vec::new());
    for (line, name) in &upload.types {
        let (tx, requester_id) = (&mut turn.tx, &turn.requester.id);
        if let Some(id) = qualification_types::id_of(tx, requester_id, name).await? {
            types.insert(name.as_str(), id);
        } else {
            let why = "you have no qualification type of this name";
            problems.push(TableNote::new(*line, format!("UPDATE-{name}"), why));
        }
    }
    let first = upload.changes.iter().find(|change| change.update == Update::Block);
    if let (Some(first), true) = (first, reason.is_empty()) {
        let why = "give the reason for which workers are blocked, beside the file";
        problems.push(TableNote::new(first.line, "UPDATE-BlockStatus", why));
    }
    if !problems.is_empty() {
        return Ok(Outcome::Problems(problems));
    }
    let mut changed = 0;
    for change in &upload.changes {
        let Some((name, body)) = operation(turn, change, &types, reason).await? else { continue };
        let call = Call { body, origin: String::new(), wants_question: false };
        (ops::entry(name)?.run)(turn, &call).await.map_err(|fault| at_line(fault, change.line))?;
        changed += 1;
    }
    Ok(Outcome::Done { changed, same: upload.changes.len() - changed })
}

/// The operation of a change, and its request; none if it is in force already.
///
/// Assumed: a score of a file is given without mail to the worker.
async fn operation(
    turn: &mut Turn,
    change: &Change,
    types: &HashMap<&str, String>,
    reason: &str,
) -> Result<Option<(&'static str, Value)>, Fault> {
    let (tx, worker_id) = (&mut turn.tx, &change.worker_id);
    let type_id = |name: &str| types.get(name).cloned().unwrap_or_default();
    Ok(match &change.update {
        Update::Block | Update::Unblock => {
            let is_blocked = worker_blocks::reason(tx, &turn.requester.id, worker_id).await?;
            match (&change.update, is_blocked.is_some()) {
                (Update::Block, false) => {
                    Some((named::BLOCK, json!({"WorkerId": worker_id, "Reason": reason})))
                }
                (Update::Unblock, true) => Some((named::UNBLOCK, json!({"WorkerId": worker_id}))),
                _ => None,
            }
        }
        Update::Score(name, score) => {
            let id = type_id(name);
            let held = qualifications::values(tx, worker_id, &[&id]).await?;
            let is_same = held.iter().any(|(_, value)| *value == Held::Integer(i64::from(*score)));
            let body = json!({"WorkerId": worker_id, "QualificationTypeId": id,
                "IntegerValue": score, "SendNotification": false});
            (!is_same).then_some((named::GRANT, body))
        }
        Update::Revoke(name) => {
            let id = type_id(name);
            let is_held = qualifications::is_granted(tx, &id, worker_id).await?;
            let body = json!({"WorkerId": worker_id, "QualificationTypeId": id});
            is_held.then_some((named::REVOKE, body))
        }
    })
}

/// A refusal that says where the change stands.
fn at_line(fault: Fault, line: usize) -> Fault {
    match fault.refusal() {
        Some(refusal) => {
            let why = format!("Line {line}: {} Nothing was changed.", refusal.text());
            Fault::refused(refusal.code, why)
        }
        None => fault,
    }
}
