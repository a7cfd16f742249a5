//! Pages and JSON as answers.

use askama::Template;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::fault::Fault;
use crate::web::refusal;
use crate::web::visit::Visit;

/// What a page's function answers.
pub type Page = Result<Response, Fault>;

/// A template as an answer.
///
/// # Errors
/// It cannot be rendered.
pub fn html(template: &impl Template) -> Page {
    let text = template.render().map_err(|e| Fault::Service(e.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response())
}

/// JSON as an answer.
///
/// # Errors
/// Never; it is a [`Page`] as pages are.
#[expect(clippy::unnecessary_wraps, reason = "it stands where pages stand")]
pub fn json(value: Value) -> Page {
    Ok(Json(value).into_response())
}

/// Sends the browser on; what was posted is not posted again.
pub fn go(to: &str) -> Response {
    let to = to.replace(|c: char| c.is_control() || !c.is_ascii(), "");
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// The answer to a visit: the page, or the refusal as a page or in JSON.
pub async fn answer(visit: &Visit, page: Page) -> Response {
    let response = match page {
        Ok(response) => response,
        Err(fault) => refusal::show(visit, fault).await,
    };
    visit.keep_choice(response)
}
