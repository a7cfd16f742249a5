//! The commands that talk to a running server over its control API.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Map, Value, json};

use crate::config::{ClockArgs, ClockCommand, Health, Submit};
use crate::time::Span;

/// Why a command did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nothing answers there.
    #[error("no server answers at {0}: {1}")]
    Unreachable(String, String),
    /// The server refused.
    #[error("{0}")]
    Refused(String),
    /// The endpoint or another argument makes no sense.
    #[error("{0}")]
    Argument(String),
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
    let path = format!("/_mturk/hits/{}/submissions", command.hit);
    print(&ask(&command.server.endpoint, Method::POST, &path, Some(body)).await?);
    Ok(())
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
    print(&ask(&command.endpoint, method, "/_mturk/clock", body).await?);
    Ok(())
}

/// `mturk-local health`: prints what the server says of itself.
///
/// # Errors
/// The server is not there, or not well, for as long as the command may wait.
pub async fn health(command: &Health) -> Result<(), ClientError> {
    let limit = Span::parse(&command.timeout).filter(|span| span.0 >= 0);
    let limit = limit.ok_or_else(|| {
        ClientError::Argument(format!("{:?} is no span such as 30s", command.timeout))
    })?;
    let limit = Duration::from_millis(limit.0.unsigned_abs());
    let begun = std::time::Instant::now();
    loop {
        match ask(&command.server.endpoint, Method::GET, "/_mturk/health", None).await {
            Ok(answer) => {
                print(&answer);
                return Ok(());
            }
            Err(error @ ClientError::Argument(_)) => return Err(error),
            Err(error) if !command.wait || begun.elapsed() >= limit => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

#[expect(clippy::print_stdout, reason = "what the command was asked for")]
fn print(answer: &Value) {
    println!("{answer:#}");
}

async fn ask(
    endpoint: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Result<Value, ClientError> {
    let argument = |why: String| ClientError::Argument(format!("--endpoint {endpoint}: {why}"));
    let uri: Uri = format!("{}{path}", endpoint.trim_end_matches('/'))
        .parse()
        .map_err(|e| argument(format!("{e}")))?;
    if uri.scheme_str() != Some("http") {
        return Err(argument("an endpoint begins with http://".into()));
    }
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|e| argument(e.to_string()))?;
    let unreachable = |e: String| ClientError::Unreachable(endpoint.to_owned(), e);
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let response = client.request(request).await.map_err(|e| unreachable(e.to_string()))?;
    let status = response.status();
    let bytes = response.into_body().collect().await.map_err(|e| unreachable(e.to_string()))?;
    let bytes = bytes.to_bytes();
    let answer: Value = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| String::from_utf8_lossy(&bytes).trim().into());
    if status.is_success() {
        return Ok(answer);
    }
    let message = answer["error"]["message"].as_str().map(str::to_owned);
    Err(ClientError::Refused(message.unwrap_or_else(|| format!("{status}: {answer}"))))
}
