//! Pages and JSON as answers.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::Value;

use crate::fault::Fault;

/// What a page's handler answers.
pub type Page = Result<Response, PageFault>;

/// A fault in the extensions of a response, for [`crate::site::refusal::answer`] to explain.
#[derive(Debug, Clone)]
pub struct PageFault(pub Fault);

impl From<Fault> for PageFault {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl IntoResponse for PageFault {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, Extension(self)).into_response()
    }
}

/// A template as HTML.
pub fn render(template: &impl Template) -> Result<String, Fault> {
    template.render().map_err(|e| Fault::Service(e.to_string()))
}

/// A template as an answer.
pub fn html(template: &impl Template) -> Page {
    Ok(([(header::CONTENT_TYPE, "text/html; charset=utf-8")], render(template)?).into_response())
}

/// JSON as an answer.
#[expect(clippy::unnecessary_wraps, reason = "it stands where pages stand")]
pub fn json(value: Value) -> Page {
    Ok(Json(value).into_response())
}

/// Sends the browser on; what was posted is not posted again.
#[expect(clippy::unnecessary_wraps, reason = "it stands where pages stand")]
pub fn go(to: &str) -> Page {
    let to = to.replace(|c: char| c.is_control() || !c.is_ascii(), "");
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response())
}
