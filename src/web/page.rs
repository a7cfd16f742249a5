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

/// An address, if it is within this site and changes nothing by being looked at.
pub fn inside(address: &str) -> Option<&str> {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let own = plain && address.starts_with('/') && !address.starts_with("//");
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let acts = path.contains('%')
        || path.contains("/accept_random")
        || path.starts_with("/mturk/")
        || address.contains("workerId");
    (own && !acts).then_some(address)
}

/// The answer to a visit: the page, or the refusal as a page or in JSON.
pub async fn answer(visit: &Visit, page: Page) -> Response {
    let response = match page {
        Ok(response) => response,
        Err(fault) => refusal::show(visit, fault).await,
    };
    visit.keep_choice(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_nowhere_else_and_does_nothing() {
        for (address, is_inside) in [
            ("/tasks?x=1", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("/\t/evil.example", false),
            ("/\n/evil.example", false),
            ("/é/evil.example", false),
            ("/ /evil.example", false),
            ("https://evil.example", false),
            ("/projects/3G/tasks?hit_id=3H", true),
            ("/projects/3G/tasks/accept_random", false),
            ("/projects/3G/tasks/accept%5Frandom", false),
            ("/mturk/previewandaccept?groupId=3G", false),
            ("/tasks?workerId=A1", false),
            ("", false),
        ] {
            assert_eq!(inside(address), is_inside.then_some(address), "{address}");
        }
    }
}
