//! A changed table of workers: checked as a whole, then applied in one turn.
//!
//! One turn, because a file is bounded by [`MAX_CHANGES`]: all of it is done or nothing is, so that
//! there is nothing to resume. What is in force already is left alone, so that a file that is
//! uploaded again does nothing twice.
//!
//! [`MAX_CHANGES`]: crate::rules::worker_csv::MAX_CHANGES

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::desk::head::Head;
use crate::desk::page::{Page, status};
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::desk::workers::change::MAX_REASON;
use crate::engine::compute;
use crate::fault::Fault;
use crate::ops::{self, Call, named};
use crate::rules::csv::Problems;
use crate::rules::limits;
use crate::rules::qualification::requirement::Value as Held;
use crate::rules::worker_csv::{
    self, Change, LIMITS, MAX_CHANGES, SAME, TypeColumn, Update, Upload,
};
use crate::shapes::table::TableNote;
use crate::store::{qualification_types, qualifications, worker_blocks, workers};
use crate::turn::Turn;
use crate::views::show;
use crate::web::page::{self, go, html, render};
use crate::web::sent::SentFiles;

/// Of a file one byte more is read than it may have.
const MAX_FILE: usize = LIMITS.bytes + 1;

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
    done: Option<(usize, usize)>,
    refused: Option<String>,
    problems: &'a [TableNote],
    /// What was assumed to read the file.
    notes: &'a [TableNote],
    reason: &'a str,
}

/// `GET /requester/workers/upload`.
pub async fn ask(desk: Desk, session: Session, Query(query): Query<UploadQuery>) -> Page {
    let head = Head::read(&desk, &session).await?;
    let done = query.done.parse().ok().zip(query.same.parse().ok());
    let (problems, notes) = (&[], &[]);
    page::answer(&UploadPage { head, done, refused: None, problems, notes, reason: "" })
}

/// `POST /requester/workers/upload`.
///
/// Assumed: one reason for all workers that the file blocks, since the table has no column for it.
pub async fn upload(desk: Desk, session: Session, sent: SentFiles<MAX_FILE>) -> Page {
    let (mut reason, mut notes) = (String::new(), Vec::new());
    let outcome = match sent.filling().await {
        Ok(filling) => {
            let text = filling.texts.into_iter().find(|(name, _)| name == "reason");
            reason = text.map(|(_, text)| text.trim().to_owned()).unwrap_or_default();
            let file = filling.files.into_iter().find(|file| file.field == "table");
            let file = file.map(|file| file.content).unwrap_or_default();
            run(&desk, &session, file, &reason, &mut notes).await
        }
        Err(fault) => Err(fault),
    };
    let (code, done, refused, problems) = match outcome {
        Ok(Outcome::Done { changed, same }) if notes.is_empty() => {
            let to = format!("/requester/workers/upload?done={changed}&same={same}");
            return Ok(go(&to));
        }
        Ok(Outcome::Done { changed, same }) => {
            (StatusCode::OK, Some((changed, same)), None, Vec::new())
        }
        Ok(Outcome::Problems(problems)) => (StatusCode::BAD_REQUEST, None, None, problems),
        Err(fault) => {
            let Some(refusal) = fault.refusal() else { return Err(fault.into()) };
            (status(refusal.code.kind()), None, Some(refusal.text()), Vec::new())
        }
    };
    let head = Head::read(&desk, &session).await?;
    let (problems, notes) = (&*problems, &*notes);
    let page = UploadPage { head, done, refused, problems, notes, reason: &reason };
    Ok((code, html(render(&page)?)).into_response())
}

/// What came of a file.
enum Outcome {
    /// So much was changed; so much was in force already.
    Done { changed: usize, same: usize },
    /// Nothing was done.
    Problems(Vec<TableNote>),
}

async fn run(
    desk: &Desk,
    session: &Session,
    file: Vec<u8>,
    reason: &str,
    notes: &mut Vec<TableNote>,
) -> Result<Outcome, Fault> {
    limits::at_most("Reason", reason, MAX_REASON)?;
    let mut upload = match compute(move || worker_csv::read(&file)).await? {
        Ok(upload) => upload,
        Err(problems) => return Ok(Outcome::Problems(problems)),
    };
    *notes = std::mem::take(&mut upload.notes);
    let input = (session.requester.clone(), upload, reason.to_owned());
    let done = desk.engine.write_long(input, |turn, (requester, upload, reason)| {
        turn.requester = Arc::clone(requester);
        Box::pin(apply(turn, upload, reason))
    });
    done.await
}

/// Applies all changes of a file, or none.
async fn apply(turn: &mut Turn, upload: &Upload, reason: &str) -> Result<Outcome, Fault> {
    let mut problems = Problems::default();
    let types = types(turn, upload, &mut problems).await?;
    let first = upload.changes.iter().find(|change| change.update == Update::Block);
    if let (Some(first), true) = (first, reason.is_empty()) {
        let why = "give the reason for which workers are blocked, beside the file";
        problems.add(first.line, "UPDATE-BlockStatus", why);
    }
    problems.append(upload.problems.clone());
    check_workers(turn, upload, &mut problems).await?;
    if let Err(problems) = problems.result() {
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

/// The ids of the qualification types of a file, by the names that stand there: a type of exactly
/// that name, or else one of that name without spaces around it.
async fn types<'u>(
    turn: &mut Turn,
    upload: &'u Upload,
    problems: &mut Problems,
) -> Result<HashMap<&'u str, String>, Fault> {
    let (mut types, mut known) = (HashMap::new(), HashSet::new());
    let Turn { tx, requester, .. } = turn;
    for TypeColumn { line, column, type_name: name } in &upload.types {
        let mut found = qualification_types::id_of(tx, &requester.id, name).await?;
        if found.is_none() && name.trim() != name {
            found = qualification_types::id_of(tx, &requester.id, name.trim()).await?;
        }
        match found {
            None => problems.add(*line, column, "you have no qualification type of this name"),
            Some(id) if !known.insert(id.clone()) => problems.add(*line, column, SAME),
            Some(id) => drop(types.insert(name.as_str(), id)),
        }
    }
    Ok(types)
}

/// Adds a problem for each worker whom nobody knows, if only known ones may work.
async fn check_workers(
    turn: &mut Turn,
    upload: &Upload,
    problems: &mut Problems,
) -> Result<(), Fault> {
    if !turn.market.known_workers_only {
        return Ok(());
    }
    let named = upload.changes.iter().filter(|change| change.update.names_a_worker());
    let lines: BTreeMap<usize, &str> =
        named.map(|change| (change.line, change.worker_id.as_str())).collect();
    let ids: Vec<&str> = lines.values().copied().collect();
    let known: HashSet<String> =
        workers::known_among(&mut turn.tx, &ids).await?.into_iter().collect();
    for (line, id) in lines.into_iter().filter(|(_, id)| !known.contains(*id)) {
        problems.add(line, "Worker ID", format!("there is no worker {id}"));
    }
    Ok(())
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
