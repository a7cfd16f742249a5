//! `mturk-local batch`: HITs from a template and a CSV file, their results, and reviews of them.

use std::io::Read as _;
use std::path::Path;

use axum::http::Method;
use serde_json::{Value, json};

use crate::client::{
    ClientError, LATER, SOON, argument, exchange, print, print_part, progress, send, send_and_print,
};
use crate::config::commands::{BatchArgs, BatchCommand, Endpoint, NewBatch};
use crate::money::Cents;
use crate::rules::batch::review::Reviewed;
use crate::rules::batch::samples::{SAMPLES, Sample};
use crate::rules::batch::{MAX_TEMPLATE_BYTES, review};
use crate::rules::csv::{self, Limits};
use crate::rules::frame::encoded;
use crate::shapes::table::TableNote;
use crate::time::Span;
use crate::worlds::{Problem, Refusal};

const ALL: &str = "/_mturk/batches";

/// Prints the batches, the batch, or its results.
///
/// # Errors
/// A file cannot be read or has problems; the server is not there, or refuses.
pub async fn run(command: &BatchArgs) -> Result<(), ClientError> {
    let server = &command.server;
    let of = |id: u64, rest: &str| format!("{ALL}/{id}{rest}");
    let (method, path, body) = match &command.change {
        None => return list(server, None).await,
        Some(BatchCommand::List { requester }) => return list(server, requester.as_deref()).await,
        Some(BatchCommand::Create(new)) => return create(server, new).await,
        Some(BatchCommand::Review { file, batch }) => return upload(server, file, *batch).await,
        Some(BatchCommand::Results { id, harmless }) => {
            let path = of(*id, &format!("/results.csv?harmless={harmless}"));
            let bytes = exchange(server, Method::GET, &path, None, LATER).await?;
            return print_part(&String::from_utf8_lossy(&bytes)).map(drop);
        }
        Some(BatchCommand::Templates { name }) => return templates(name.as_deref()),
        Some(BatchCommand::Show { id }) => (Method::GET, of(*id, ""), None),
        Some(BatchCommand::Extend { id, assignments, until }) => {
            let mut body = json!({});
            if let Some(assignments) = assignments {
                body["AdditionalAssignments"] = (*assignments).into();
            }
            if let Some(until) = until {
                body["Expiration"] = until.as_str().into();
            }
            (Method::POST, of(*id, "/extend"), Some(body))
        }
        Some(BatchCommand::Republish { id, until }) => {
            let body = until.as_ref().map(|until| json!({ "Expiration": until }));
            (Method::POST, of(*id, "/republish"), body)
        }
        Some(BatchCommand::Publish { id }) => (Method::POST, of(*id, "/publish"), None),
        Some(BatchCommand::Cancel { id }) => (Method::DELETE, of(*id, ""), None),
    };
    send_and_print(server, method, &path, body, SOON).await
}

/// All batches, read page by page.
async fn list(server: &Endpoint, requester: Option<&str>) -> Result<(), ClientError> {
    let filter = requester.map(|name| format!("&requester={}", encoded(name))).unwrap_or_default();
    let (mut after, mut all) = (0, Vec::new());
    loop {
        let path = format!("{ALL}?limit=1000&after={after}{filter}");
        let mut answer = send(server, Method::GET, &path, None, SOON).await?;
        let Value::Array(page) = answer["Batches"].take() else { break };
        let Some(last) = page.last().and_then(|batch| batch["BatchId"].as_i64()) else { break };
        after = last;
        all.extend(page);
    }
    print(&json!({"Batches": all}))
}

async fn create(server: &Endpoint, new: &NewBatch) -> Result<(), ClientError> {
    let template = template(&new.template)?;
    let data = read("--data (MTURK_LOCAL_DATA)", &new.data, Limits::DATA.bytes)?;
    let decoded = csv::decode(&data).map_err(|why| argument(format!("{}: {why}", new.data)))?;
    say_notes(&new.data, decoded.note.iter());
    let title = title(new);
    let mut body = json!({
        "Template": template,
        "Data": decoded.text,
        "Title": title,
        "Description": new.description.as_ref().unwrap_or(&title),
        "Reward": reward(&new.reward)?,
        "MaxAssignments": new.assignments,
        "AssignmentDurationInSeconds": seconds("duration", &new.duration)?,
        "LifetimeInSeconds": seconds("lifetime", &new.lifetime)?,
        "AutoApprovalDelayInSeconds": seconds("auto-approval", &new.auto_approval)?,
        "DryRun": new.dry_run,
    });
    let optional =
        [("Keywords", &new.keywords), ("Name", &new.name), ("Requester", &new.requester)];
    for (member, value) in optional {
        if let Some(value) = value {
            body[member] = value.as_str().into();
        }
    }
    let answer = send(server, Method::POST, ALL, Some(body.to_string()), LATER).await;
    let answer = answer.map_err(|error| with_name(error, &new.data))?;
    say_notes(&new.data, notes(&answer["Notes"]).iter());
    say_notes(&new.template, notes(&answer["TemplateNotes"]).iter());
    print(&answer)
}

/// The template of that name, or in that file.
fn template(name: &str) -> Result<String, ClientError> {
    const OPTION: &str = "--template (MTURK_LOCAL_TEMPLATE)";
    if let Some(sample) = Sample::find(name).filter(|_| !Path::new(name).exists()) {
        return Ok(sample.html.to_owned());
    }
    let bytes = read(OPTION, name, MAX_TEMPLATE_BYTES)?;
    String::from_utf8(bytes).map_err(|_| argument(format!("{OPTION} {name}: it is not UTF-8")))
}

fn templates(name: Option<&str>) -> Result<(), ClientError> {
    let Some(name) = name else {
        let line = |sample: &Sample| format!("{:<14}{}", sample.name, sample.about);
        let lines: Vec<String> = SAMPLES.iter().map(line).collect();
        return print_part(&lines.join("\n")).map(drop);
    };
    let unknown = || argument(format!("there is no built-in template {name}"));
    print_part(Sample::find(name).ok_or_else(unknown)?.html).map(drop)
}

fn title(new: &NewBatch) -> String {
    let stem = Path::new(&new.template).file_stem().unwrap_or_default();
    new.title.clone().unwrap_or_else(|| stem.to_string_lossy().into_owned())
}

async fn upload(server: &Endpoint, file: &str, batch: Option<u64>) -> Result<(), ClientError> {
    let bytes = read("the file", file, Limits::REVIEWED.bytes)?;
    let decoded = csv::decode(&bytes).map_err(|why| argument(format!("{file}: {why}")))?;
    let id = match batch {
        Some(id) => id,
        None => review::read(&bytes)
            .and_then(named_batch)
            .map_err(|problems| bad_table(file, problems))?
            .ok_or_else(|| {
                let why = "no RequesterAnnotation names the batch: give its number with --batch";
                argument(format!("{file}: {why}"))
            })?,
    };
    let path = format!("{ALL}/{id}/review");
    let answer = send(server, Method::POST, &path, Some(decoded.text), LATER).await;
    let answer = answer.map_err(|error| with_name(error, file))?;
    say_notes(file, decoded.note.iter());
    print(&answer["Batch"])
}

/// The number of the batch that a file names; if it names none, its rows may be what is wrong.
fn named_batch(read: Reviewed) -> Result<Option<u64>, Vec<TableNote>> {
    match read.batch {
        Some((id, _)) => Ok(u64::try_from(id).ok()),
        None => read.problems.result().map(|()| None),
    }
}

/// The content of a file, or of standard input.
fn read(what: &str, name: &str, most: usize) -> Result<Vec<u8>, ClientError> {
    let failed = |why: &dyn std::fmt::Display| argument(format!("{what} {name}: {why}"));
    let mut content = Vec::new();
    let limit = most as u64 + 1;
    let read = if name == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut content)
    } else {
        std::fs::File::open(name).and_then(|file| file.take(limit).read_to_end(&mut content))
    };
    read.map_err(|error| failed(&error))?;
    if content.len() > most {
        return Err(failed(&format!("more than {} KiB", most >> 10)));
    }
    Ok(content)
}

/// The seconds of a span that an option has.
fn reward(text: &str) -> Result<&str, ClientError> {
    Cents::parse(text).map(|_| text).ok_or_else(|| {
        let why = "is not an amount in dollars and whole cents such as 0.05";
        argument(format!("--reward (MTURK_LOCAL_REWARD) {text:?} {why}"))
    })
}

fn seconds(option: &str, text: &str) -> Result<i64, ClientError> {
    let span = Span::parse(text).filter(|span| span.0 >= 0 && span.0 % 1000 == 0);
    span.map(|span| span.0 / 1000).ok_or_else(|| {
        let variable = option.to_uppercase().replace('-', "_");
        let why = "is not a span such as 30m or 7d";
        argument(format!("--{option} (MTURK_LOCAL_{variable}) {text:?} {why}"))
    })
}

fn notes(listed: &Value) -> Vec<TableNote> {
    serde_json::from_value(listed.clone()).unwrap_or_default()
}

fn say_notes<'n>(file: &str, notes: impl Iterator<Item = &'n TableNote>) {
    for TableNote { line, column, reason } in notes {
        let column = if column.is_empty() { String::new() } else { format!("{column}: ") };
        progress(&format!("{file}, line {line}: {column}{reason}"));
    }
}

fn bad_table(file: &str, problems: Vec<TableNote>) -> ClientError {
    let problems = problems.into_iter().map(Problem::from).collect();
    argument(Refusal::Problems(problems).message(&[file.to_owned()]))
}

/// What the server says of the table, with the name of the file.
fn with_name(error: ClientError, file: &str) -> ClientError {
    let ClientError::Refused(answer) = &error else { return error };
    match serde_json::from_value::<Vec<Problem>>(answer["error"]["problems"].clone()) {
        Ok(problems) => argument(Refusal::Problems(problems).message(&[file.to_owned()])),
        Err(_) => error,
    }
}
