//! The commands that talk to a running server over its control API.

mod ask;

use std::io::Write as _;
use std::time::{Duration, Instant};

use axum::http::Method;
use serde_json::{Map, Value, json};

use crate::config::commands::{
    ClockArgs, ClockCommand, Dump, Endpoint, Env, Health, Load, Reset, Submit,
};
use crate::config::environment;
use crate::control::MAX_WORLD;
use crate::ids::is_id;
use crate::rules::frame::encoded;
use crate::run::{RunError, fixture_worlds};
use crate::time::Span;
use crate::worlds::{Problem, Refusal};
use ask::{Asked, ask};

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nothing answers there.
    #[error("no server answers at {0}: {1}")]
    Unreachable(String, String),
    /// The server refused.
    #[error("{0}")]
    Refused(String),
    /// What was asked for cannot be printed.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] std::io::Error),
    /// The endpoint, a file or another argument makes no sense.
    #[error(transparent)]
    Argument(#[from] RunError),
}

/// A plain question has this long to be answered.
const SOON: Duration = Duration::from_mins(1);
/// A whole world has this long.
const LATER: Duration = Duration::from_mins(10);

fn argument(why: String) -> ClientError {
    ClientError::Argument(RunError::Usage(why))
}

/// `mturk-local env`: prints what a shell exports to use the server.
///
/// # Errors
/// The server is not there, or a credential is none.
pub async fn env(command: &Env) -> Result<(), ClientError> {
    let known = crate::config::credentials(&command.credentials).map_err(argument)?;
    let url = command.server.url().map_err(argument)?;
    let health = Asked {
        server: &command.server,
        method: Method::GET,
        path: "/_mturk/livez",
        body: None,
        limit: SOON,
    };
    if let (false, answer) = ask(health).await? {
        return Err(refused(&answer));
    }
    let mut variables = environment::of_clients(&url, known.first());
    variables.push(("MTURK_LOCAL_ENDPOINT", url.clone()));
    print_text(&environment::exports(&variables))
}

/// `mturk-local load`: prints what was loaded, and says who owns it.
///
/// # Errors
/// A file cannot be read or has problems; the server is not there, or refuses.
pub async fn load(command: &Load) -> Result<(), ClientError> {
    let names = &command.files;
    refuse_too_long(names)?;
    // What is no JSON is told without the server; what is no world it tells, with all the rest.
    let worlds = fixture_worlds(names, "")?;
    let texts = worlds.texts();
    let method = if command.replace { Method::PUT } else { Method::POST };
    let requester = command.requester.as_deref().map(|key| format!("?requester={}", encoded(key)));
    let question = Asked {
        server: &command.server,
        method,
        path: &format!("/_mturk/world{}", requester.unwrap_or_default()),
        body: Some(format!("[{}]", texts.join(","))),
        limit: LATER,
    };
    progress(&format!("loading {} file(s) …", names.len()));
    match (ask(question).await, worlds.check()) {
        (Ok((true, answer)), _) => {
            if let Some(owner) = owner(&answer) {
                progress(&owner);
            }
            print(&answer)
        }
        (Ok((false, answer)), _) => Err(refused_world(&answer, (names, texts))),
        (Err(_), Err(Refusal::Problems(problems))) => Err(bad_world(problems, names)),
        (Err(unreachable), _) => Err(unreachable),
    }
}

/// Who owns what was loaded, as the server answered it.
fn owner(answer: &Value) -> Option<String> {
    let member = |name: &str| answer["Owner"][name].as_str();
    let (key, name, id) = (member("AccessKeyId")?, member("Name")?, member("RequesterId")?);
    Some(format!(
        "the requester {name:?} (access key {key}, id {id}) owns the entries that name no Requester"
    ))
}

/// More than the server takes is not even read, where it can be seen beforehand.
fn refuse_too_long(names: &[String]) -> Result<(), ClientError> {
    let length = |name: &String| std::fs::metadata(name).map_or(0, |file| file.len());
    if names.iter().map(length).sum::<u64>() <= MAX_WORLD as u64 {
        return Ok(());
    }
    let (names, limit) = (names.join(", "), MAX_WORLD >> 20);
    Err(argument(format!("{names}: more than the {limit} MiB that a server takes at once")))
}

fn bad_world(problems: Vec<Problem>, names: &[String]) -> ClientError {
    argument(Refusal::Problems(problems).message(names))
}

fn refused_world(answer: &Value, (names, texts): (&[String], &[String])) -> ClientError {
    // The server has not seen the lines before the first brace.
    let before = |file: usize| {
        let text = texts.get(file).map_or("", String::as_str);
        text[..text.len() - text.trim_start().len()].matches('\n').count()
    };
    let problem = |problem: &Value| {
        let file = usize::try_from(problem["file"].as_u64()?).ok()?;
        Some(Problem {
            file,
            path: problem["path"].as_str()?.to_owned(),
            line: usize::try_from(problem["line"].as_u64()?).ok()? + before(file),
            reason: problem["reason"].as_str()?.to_owned(),
        })
    };
    let problems: Vec<Problem> =
        answer["error"]["problems"].as_array().into_iter().flatten().filter_map(problem).collect();
    if problems.is_empty() {
        return refused(answer);
    }
    bad_world(problems, names)
}

fn refused(answer: &Value) -> ClientError {
    let message = answer["error"]["message"].as_str().map(str::to_owned);
    ClientError::Refused(message.unwrap_or_else(|| answer.to_string()))
}

/// `mturk-local dump`: prints the market as a world.
///
/// # Errors
/// The server is not there, or refuses.
pub async fn dump(command: &Dump) -> Result<(), ClientError> {
    let path = if command.with_secrets { "/_mturk/world?secrets=1" } else { "/_mturk/world" };
    simple(&command.server, Method::GET, path, None, LATER).await
}

/// `mturk-local reset`: prints the clock.
///
/// # Errors
/// The server is not there, or refuses.
pub async fn reset(command: &Reset) -> Result<(), ClientError> {
    let body = match &command.requester {
        Some(requester) => json!({"Requester": requester}),
        None => json!({"empty": command.empty}),
    };
    simple(&command.server, Method::POST, "/_mturk/reset", Some(body), LATER).await
}

/// `mturk-local submit`: prints the assignment.
///
/// # Errors
/// The server is not there, or refuses.
pub async fn submit(command: &Submit) -> Result<(), ClientError> {
    let mut answers: Map<String, Value> = Map::new();
    for (question, value) in &command.answers {
        let values = answers.entry(question.clone()).or_insert_with(|| json!([]));
        if let Some(values) = values.as_array_mut() {
            values.push(value.as_str().into());
        }
    }
    let mut body = json!({"Answers": answers});
    if let Some(worker) = &command.worker {
        body["WorkerId"] = worker.as_str().into();
    }
    if !is_id(&command.hit) {
        let hit = &command.hit;
        return Err(argument(format!("--hit (MTURK_LOCAL_HIT) {hit:?} is no id of a HIT")));
    }
    let path = format!("/_mturk/hits/{}/submissions", command.hit);
    simple(&command.server, Method::POST, &path, Some(body), SOON).await
}

/// `mturk-local clock`: prints the clock.
///
/// # Errors
/// The server is not there, or refuses.
pub async fn clock(command: &ClockArgs) -> Result<(), ClientError> {
    let body = command.change.as_ref().map(|change| match change {
        ClockCommand::Advance { span } => json!({"advance": span}),
        ClockCommand::Set { time } => json!({"set": time}),
        ClockCommand::Freeze => json!({"freeze": true}),
        ClockCommand::Resume => json!({"resume": true}),
    });
    let method = if body.is_some() { Method::POST } else { Method::GET };
    simple(&command.server, method, "/_mturk/clock", body, LATER).await
}

/// `mturk-local health`: prints what the server says of itself.
///
/// # Errors
/// The server is not there, or not well, for as long as the command may wait.
pub async fn health(command: &Health) -> Result<(), ClientError> {
    let limit = Span::parse(&command.timeout).filter(|span| span.0 >= 0);
    let limit = limit.ok_or_else(|| {
        let text = &command.timeout;
        argument(format!("--timeout (MTURK_LOCAL_TIMEOUT) {text:?} is no span such as 30s"))
    })?;
    let end = Instant::now() + Duration::from_millis(limit.0.unsigned_abs());
    loop {
        let left = end.saturating_duration_since(Instant::now()).max(Duration::from_millis(100));
        let asked = simple(&command.server, Method::GET, "/_mturk/health", None, left).await;
        match asked {
            Err(ClientError::Unreachable(..) | ClientError::Refused(_))
                if command.wait && Instant::now() < end =>
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            answered => return answered,
        }
    }
}

/// Asks, and prints what is answered.
async fn simple(
    server: &Endpoint,
    method: Method,
    path: &str,
    body: Option<Value>,
    limit: Duration,
) -> Result<(), ClientError> {
    let body = body.map(|body| body.to_string());
    match ask(Asked { server, method, path, body, limit }).await? {
        (true, answer) => print(&answer),
        (false, answer) => Err(refused(&answer)),
    }
}

fn print(answer: &Value) -> Result<(), ClientError> {
    print_text(&format!("{answer:#}"))
}

/// Prints what a command was asked for. Whoever closed the pipe has read enough.
///
/// # Errors
/// Not all of it could be written.
pub fn print_text(text: &str) -> Result<(), ClientError> {
    let mut out = std::io::stdout().lock();
    let line = if text.ends_with('\n') { "" } else { "\n" };
    let written = [text, line].iter().try_for_each(|part| out.write_all(part.as_bytes()));
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[expect(clippy::print_stderr, reason = "a line for whoever waits")]
fn progress(text: &str) {
    eprintln!("mturk-local: {text}");
}
