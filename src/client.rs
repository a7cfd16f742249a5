//! The commands that talk to a running server over its control API.

pub mod batches;
pub mod import;
pub mod payments;

use std::io::Write as _;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::{Method, Request, Uri};
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use crate::cli::RunError;
use crate::config::authority;
use crate::config::commands::{
    ClockArgs, ClockCommand, Dump, Endpoint, Env, FaultsArgs, FaultsCommand, Health, Load,
    Requests, Reset, RobotsArgs, RobotsCommand, SnapshotArgs, SnapshotCommand, Submit,
    WebhooksArgs, WebhooksCommand,
};
use crate::config::{environment, fixtures};
use crate::control::MAX_WORLD;
use crate::http_client::HttpClient;
use crate::ids::is_id;
use crate::rules::frame::encoded;
use crate::rules::text::for_terminal;
use crate::rules::url::without_user_info;
use crate::time::Span;
use crate::worlds::{Problem, Refusal, labels};

/// The time limit for an ordinary request.
const SOON: Duration = Duration::from_mins(1);
/// The time limit for a request with a whole world.
const LATER: Duration = Duration::from_mins(10);

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nothing answers there.
    #[error("no server answers at {0}: {1}")]
    Unreachable(String, String),
    /// The server refused, with this JSON.
    #[error("{}", .0["error"]["message"].as_str().map_or_else(|| .0.to_string(), str::to_owned))]
    Refused(Value),
    /// The output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] std::io::Error),
    /// The endpoint, a file or another argument is wrong.
    #[error(transparent)]
    Argument(#[from] RunError),
}

/// A bad argument.
fn argument(why: String) -> ClientError {
    ClientError::Argument(RunError::Usage(why))
}

/// `mturk-local env`: prints the export line for a shell that is to use the server.
///
/// # Errors
/// The server is not there, or a credential is malformed.
pub async fn env(command: &Env) -> Result<(), ClientError> {
    let known = crate::config::credentials(&command.credentials).map_err(argument)?;
    let url = command.server.url().map_err(argument)?;
    send(&command.server, Method::GET, "/_mturk/livez", None, SOON).await?;
    let api = command.server.api_url().map_err(argument)?;
    let mut variables = environment::of_clients(&api, known.first());
    variables.push(("MTURK_LOCAL_ENDPOINT", url));
    print_text(&environment::exports(&variables))
}

/// `mturk-local load`: prints what was loaded, and says who owns it.
///
/// # Errors
/// A file cannot be read or has problems; the server is not there, or refuses.
pub async fn load(command: &Load) -> Result<(), ClientError> {
    let names = &command.files;
    refuse_too_long(names)?;
    // What is no JSON is refused here; every other problem is reported by the server, all at once.
    let worlds = fixtures::all(names, "").map_err(argument)?;
    let texts = worlds.texts();
    let method = if command.replace { Method::PUT } else { Method::POST };
    let requester = command.requester.as_deref().map(|key| format!("?requester={}", encoded(key)));
    let path = format!("/_mturk/world{}", requester.unwrap_or_default());
    let body = Some(format!("[{}]", texts.join(",")));
    progress(&format!("loading {} file(s) …", names.len()));
    match (send(&command.server, method, &path, body, LATER).await, worlds.check()) {
        (Ok(answer), _) => {
            if let Some(owner) = owner(&answer) {
                progress(&owner);
            }
            print(&answer)
        }
        (Err(ClientError::Refused(answer)), _) => Err(refused_world(answer, names, texts)),
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

/// Refuses files that are larger than the server takes, before they are read.
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

fn refused_world(answer: Value, names: &[String], texts: &[String]) -> ClientError {
    // The server has not seen the lines before the first brace.
    let before = |file: usize| {
        let text = texts.get(file).map_or("", String::as_str);
        text[..text.len() - text.trim_start().len()].matches('\n').count()
    };
    let problems = Vec::<Problem>::deserialize(&answer["error"]["problems"]);
    let Ok(mut problems) = problems else { return ClientError::Refused(answer) };
    for problem in &mut problems {
        problem.line += before(problem.file);
        if let Some(other) = &mut problem.elsewhere {
            other.line += before(other.file);
        }
    }
    bad_world(problems, names)
}

/// `mturk-local dump`: prints the market as a world, or its answers as CSV.
///
/// # Errors
/// The server is not there, or refuses.
pub async fn dump(command: &Dump) -> Result<(), ClientError> {
    let path = if command.with_secrets { "/_mturk/world?secrets=1" } else { "/_mturk/world" };
    if command.labels {
        let text = send(&command.server, Method::GET, path, None, LATER).await?;
        return print_text(&labels::csv(&text));
    }
    send_and_print(&command.server, Method::GET, path, None, LATER).await
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
    send_and_print(&command.server, Method::POST, "/_mturk/reset", Some(body), LATER).await
}

/// `mturk-local snapshot`: prints the snapshot, all of them, or the clock after a restore.
///
/// # Errors
/// The server is not there, or refuses.
pub async fn snapshot(command: &SnapshotArgs) -> Result<(), ClientError> {
    const ALL: &str = "/_mturk/snapshots";
    let one = |name: &str, rest: &str| format!("{ALL}/{}{rest}", encoded(name));
    let (method, path) = match &command.command {
        SnapshotCommand::Keep { name } => (Method::POST, one(name, "")),
        SnapshotCommand::Restore { name } => (Method::POST, one(name, "/restore")),
        SnapshotCommand::List => (Method::GET, ALL.to_owned()),
        SnapshotCommand::Delete { name } => (Method::DELETE, one(name, "")),
    };
    send_and_print(&command.server, method, &path, None, LATER).await
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
    send_and_print(&command.server, Method::POST, &path, Some(body), SOON).await
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
    send_and_print(&command.server, method, "/_mturk/clock", body, LATER).await
}

/// `mturk-local faults`: prints the rules, the rules that were added, or how many were removed.
///
/// # Errors
/// The server is not there, or refuses.
pub async fn faults(command: &FaultsArgs) -> Result<(), ClientError> {
    let change = match &command.change {
        None | Some(FaultsCommand::List) => ListChange::List,
        Some(FaultsCommand::Add { rule }) => ListChange::Add(rule),
        Some(FaultsCommand::Clear { number }) => ListChange::Clear("fault", *number),
    };
    change_list(&command.server, "/_mturk/faults", change).await
}

/// `mturk-local robots`: prints the crowds, those that were added, or how many were removed.
///
/// # Errors
/// The server is not there, or refuses.
pub async fn robots(command: &RobotsArgs) -> Result<(), ClientError> {
    let change = match &command.change {
        None | Some(RobotsCommand::List) => ListChange::List,
        Some(RobotsCommand::Add { script }) => ListChange::Add(script),
        Some(RobotsCommand::Clear { number }) => ListChange::Clear("robot", *number),
    };
    change_list(&command.server, "/_mturk/robots", change).await
}

/// What to do with a list whose entries have numbers.
enum ListChange<'a> {
    List,
    /// Adds an entry of these members, or what this JSON says.
    Add(&'a [String]),
    /// Removes all, or the one whose number the query calls so.
    Clear(&'static str, Option<u64>),
}

/// Changes such a list, and prints what the server answers.
async fn change_list(
    server: &Endpoint,
    path: &str,
    change: ListChange<'_>,
) -> Result<(), ClientError> {
    match change {
        ListChange::List => send_and_print(server, Method::GET, path, None, SOON).await,
        ListChange::Add(members) => {
            let body = Some(entry_of(members)?);
            print(&send(server, Method::POST, path, body, SOON).await?)
        }
        ListChange::Clear(name, number) => {
            let query = number.map(|number| format!("?{name}={number}")).unwrap_or_default();
            send_and_print(server, Method::DELETE, &format!("{path}{query}"), None, SOON).await
        }
    }
}

/// `mturk-local webhooks`: prints the webhooks, those that were registered, or how many were
/// removed.
///
/// # Errors
/// The server is not there, or refuses.
pub async fn webhooks(command: &WebhooksArgs) -> Result<(), ClientError> {
    const PATH: &str = "/_mturk/webhooks";
    let server = &command.server;
    let query = |id: &Option<String>| {
        let id = id.as_ref().map(|id| format!("?webhook={}", encoded(id)));
        id.unwrap_or_default()
    };
    match &command.change {
        None | Some(WebhooksCommand::List) => {
            send_and_print(server, Method::GET, PATH, None, SOON).await
        }
        Some(WebhooksCommand::Add { url, members }) => {
            let mut webhook = members_of(members)?;
            if let Some(events) = webhook.get_mut("Events") {
                let types = events.as_str().unwrap_or_default().split(',').map(str::trim);
                *events = types.collect();
            }
            webhook.insert("Url".to_owned(), url.as_str().into());
            let body = Some(Value::Object(webhook).to_string());
            print(&send(server, Method::POST, PATH, body, SOON).await?)
        }
        Some(WebhooksCommand::Remove { id }) => {
            let path = format!("{PATH}{}", query(id));
            send_and_print(server, Method::DELETE, &path, None, SOON).await
        }
        Some(WebhooksCommand::Retry { id }) => {
            let path = format!("{PATH}/retry{}", query(id));
            send_and_print(server, Method::POST, &path, None, SOON).await
        }
    }
}

/// An entry as JSON, from JSON or from its members.
fn entry_of(given: &[String]) -> Result<String, ClientError> {
    if let [json] = given
        && json.trim_start().starts_with(['{', '['])
    {
        return Ok(json.clone());
    }
    Ok(Value::Object(members_of(given)?).to_string())
}

/// The members of an object, each given as MEMBER=VALUE.
fn members_of(given: &[String]) -> Result<Map<String, Value>, ClientError> {
    let mut members = Map::new();
    for member in given {
        let (name, value) = member
            .split_once('=')
            .ok_or_else(|| argument(format!("{member:?} is not of the form MEMBER=VALUE")))?;
        let json = serde_json::from_str(value).ok();
        let json = json.filter(|json: &Value| json.is_number() || json.is_boolean());
        members.insert(name.to_owned(), json.unwrap_or_else(|| value.into()));
    }
    Ok(members)
}

/// With `--follow`, the time between two requests for new calls.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// How many calls to request at a time.
const CALLS_TOGETHER: usize = 100;

/// `mturk-local requests`: prints calls, a JSON object a line.
///
/// # Errors
/// The server is not there, keeps no journal, or refuses.
pub async fn requests(command: &Requests) -> Result<(), ClientError> {
    let filters = [
        ("operation", &command.operation),
        ("requester", &command.requester),
        ("error", &command.error),
        ("text", &command.text),
    ];
    let filters = filters.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let filters: Vec<String> =
        filters.map(|(name, value)| format!("&{name}={}", encoded(value))).collect();
    let filters = filters.concat();
    let (mut after, mut left) = (command.after, command.limit.unwrap_or(usize::MAX));
    while left > 0 {
        let limit = left.min(CALLS_TOGETHER);
        let path = format!("/_mturk/requests?after={after}&limit={limit}{filters}");
        let answer = send(&command.server, Method::GET, &path, None, SOON).await?;
        let calls = answer["Requests"].as_array().map(Vec::as_slice).unwrap_or_default();
        after = calls.last().and_then(|call| call["Number"].as_u64()).unwrap_or(after);
        left -= calls.len();
        let lines: Vec<String> =
            calls.iter().map(|call| for_terminal(&call.to_string()).into_owned()).collect();
        if !lines.is_empty() && !print_part(&lines.join("\n"))? {
            return Ok(());
        }
        // A page with long bodies ends early.
        if calls.is_empty() {
            if !command.follow {
                return Ok(());
            }
            tokio::time::sleep(FOLLOW_EVERY).await;
        }
    }
    Ok(())
}

/// `mturk-local health`: prints what the server says of itself.
///
/// # Errors
/// The server is not there, or not well, for as long as the command may wait.
pub async fn health(command: &Health) -> Result<(), ClientError> {
    let limit = Span::parse(&command.timeout).filter(|span| span.0 >= 0);
    let limit = limit.ok_or_else(|| {
        let text = &command.timeout;
        argument(format!("--timeout (MTURK_LOCAL_TIMEOUT) {text:?} is not a span such as 30s"))
    })?;
    let end = Instant::now() + Duration::from_millis(limit.0.unsigned_abs());
    loop {
        let left = end.saturating_duration_since(Instant::now()).max(Duration::from_millis(100));
        let answered =
            send_and_print(&command.server, Method::GET, "/_mturk/health", None, left).await;
        match answered {
            Err(ClientError::Unreachable(..) | ClientError::Refused(_))
                if command.wait && Instant::now() < end =>
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            answered => return answered,
        }
    }
}

/// Sends a request, and prints the answer.
async fn send_and_print(
    server: &Endpoint,
    method: Method,
    path: &str,
    body: Option<Value>,
    limit: Duration,
) -> Result<(), ClientError> {
    let body = body.map(|body| body.to_string());
    print(&send(server, method, path, body, limit).await?)
}

/// Sends a request with a JSON body; returns the JSON that comes back within `limit`.
async fn send(
    server: &Endpoint,
    method: Method,
    path: &str,
    body: Option<String>,
    limit: Duration,
) -> Result<Value, ClientError> {
    exchange(server, method, path, body, limit).await.map(|bytes| json_of(&bytes))
}

/// As [`send`]; returns what comes back as it is.
async fn exchange(
    server: &Endpoint,
    method: Method,
    path: &str,
    body: Option<String>,
    limit: Duration,
) -> Result<Bytes, ClientError> {
    let url = server.url().map_err(argument)?;
    let shown = without_user_info(&url);
    let bad = |why: String| argument(format!("--endpoint (MTURK_LOCAL_ENDPOINT) {shown}: {why}"));
    let origin = url.trim_end_matches('/');
    let is_origin = authority(origin).is_some_and(|(_, known)| known == origin);
    if !is_origin || !origin.starts_with("http://") {
        let why = "an endpoint is http://HOST:PORT, without a user, a password or a path";
        return Err(bad(why.into()));
    }
    let uri: Uri = format!("{origin}{path}").parse().map_err(|e| bad(format!("{e}")))?;
    let mut request =
        Request::builder().method(method).uri(uri).header("content-type", "application/json");
    if let Some(token) = server.admin.token().map_err(argument)? {
        request = request.header("authorization", format!("Bearer {}", token.secret()));
    }
    let request = request.body(Bytes::from(body.unwrap_or_default()));
    let request = request.map_err(|e| bad(e.to_string()))?;
    let client = HttpClient::default();
    let response = tokio::time::timeout(limit, client.send(request, usize::MAX)).await;
    let response = response.unwrap_or_else(|_| Err(format!("no answer within {limit:?}")));
    let response = response.map_err(|why| ClientError::Unreachable(url.clone(), why))?;
    let is_success = response.status().is_success();
    let bytes = response.into_body();
    if is_success { Ok(bytes) } else { Err(ClientError::Refused(json_of(&bytes))) }
}

fn json_of(bytes: &Bytes) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).trim().into())
}

fn print(answer: &Value) -> Result<(), ClientError> {
    print_text(&format!("{answer:#}"))
}

/// Prints the output of a command. If the reader has closed the pipe, the rest is dropped.
///
/// # Errors
/// Not all of it could be written.
pub fn print_text(text: &str) -> Result<(), ClientError> {
    print_part(text).map(drop)
}

/// As [`print_text`]; returns false if the reader has closed the pipe.
fn print_part(text: &str) -> Result<bool, ClientError> {
    let mut out = std::io::stdout().lock();
    let line = if text.ends_with('\n') { "" } else { "\n" };
    let written = [text, line].iter().try_for_each(|part| out.write_all(part.as_bytes()));
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        written => Ok(written.map(|()| true)?),
    }
}

#[expect(clippy::print_stderr, reason = "a line for whoever waits")]
fn progress(text: &str) {
    eprintln!("mturk-local: {text}");
}
