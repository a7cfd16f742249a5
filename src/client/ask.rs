//! One question to a running server.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use crate::client::{ClientError, argument};
use crate::config::authority;
use crate::config::commands::Endpoint;
use crate::rules::url::without_user_info;

/// A question.
pub struct Asked<'a> {
    /// Who is asked, and with which token.
    pub server: &'a Endpoint,
    /// How.
    pub method: Method,
    /// What.
    pub path: &'a str,
    /// JSON.
    pub body: Option<String>,
    /// How long the answer may take.
    pub limit: Duration,
}

/// Asks. Answers with whether it was granted, and the JSON that came back.
pub async fn ask(asked: Asked<'_>) -> Result<(bool, Value), ClientError> {
    let url = asked.server.url().map_err(argument)?;
    let (endpoint, limit) = (without_user_info(&url).into_owned(), asked.limit);
    match tokio::time::timeout(limit, answer(asked, &url)).await {
        Ok(answered) => answered,
        Err(_) => Err(ClientError::Unreachable(endpoint, format!("no answer within {limit:?}"))),
    }
}

async fn answer(asked: Asked<'_>, endpoint: &str) -> Result<(bool, Value), ClientError> {
    let Asked { server, method, path, body, .. } = asked;
    let shown = without_user_info(endpoint);
    let bad = |why: String| argument(format!("--endpoint (MTURK_LOCAL_ENDPOINT) {shown}: {why}"));
    let origin = endpoint.trim_end_matches('/');
    let whole = authority(origin).is_some_and(|(_, known)| known == origin);
    if !whole || !origin.starts_with("http://") {
        let why = "an endpoint is http://HOST:PORT, without a user, a password or a path";
        return Err(bad(why.into()));
    }
    let uri: Uri = format!("{origin}{path}").parse().map_err(|e| bad(format!("{e}")))?;
    let request =
        Request::builder().method(method).uri(uri).header("content-type", "application/json");
    let request = match server.admin.token().map_err(argument)? {
        Some(token) => request.header("authorization", format!("Bearer {}", token.secret())),
        None => request,
    };
    let request = request
        .body(Full::new(Bytes::from(body.unwrap_or_default())))
        .map_err(|e| bad(e.to_string()))?;
    let unreachable = |e: String| ClientError::Unreachable(endpoint.to_owned(), e);
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let response = client.request(request).await.map_err(|e| unreachable(e.to_string()))?;
    let granted = response.status().is_success();
    let bytes = response.into_body().collect().await.map_err(|e| unreachable(e.to_string()))?;
    let bytes = bytes.to_bytes();
    let answer = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| String::from_utf8_lossy(&bytes).trim().into());
    Ok((granted, answer))
}
