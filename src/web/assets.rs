//! Style sheet, scripts and pictures: part of the program. So are sample pages, which stand in the
//! frame of a task as a requester's own page would.

use std::borrow::Cow;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "src/web/assets/"]
struct Assets;

/// `crowd-html-elements.js`: pages name one address, so its parts are one script in one scope.
const CROWD_ELEMENTS: &str = concat!(
    "// Elements of the kind that pages of tasks are made of, written for mturk-local.\n",
    "// Names, attributes and what is submitted are those that such pages rely on.\n",
    "\"use strict\";\n(() => {\nif (customElements.get(\"crowd-form\")) return;\n",
    include_str!("crowd/field.js"),
    include_str!("crowd/fields.js"),
    include_str!("crowd/content.js"),
    include_str!("crowd/form.js"),
    "})();\n",
);

/// One of them.
pub async fn show(Path(path): Path<String>) -> Response {
    answer(&path)
}

/// What browsers ask for by themselves.
pub async fn icon() -> Response {
    answer("icon.svg")
}

/// `GET /samples/{name}`: a page that built-in worlds have HITs of. It has no origin, as HTML that
/// came with a HIT.
pub async fn sample(Path(name): Path<String>) -> Response {
    let policy = "sandbox allow-scripts allow-forms; default-src 'none'; script-src 'self'; \
        style-src 'self'; base-uri 'none'; form-action *; frame-ancestors 'self'";
    let mut page = answer(&format!("samples/{name}.html"));
    let policy = HeaderValue::from_static(policy);
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    page
}

fn answer(path: &str) -> Response {
    let Some(file) = file(path) else {
        return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
    };
    let kind = match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")];
    (headers, file).into_response()
}

fn file(path: &str) -> Option<Cow<'static, [u8]>> {
    if path == "crowd-html-elements.js" {
        return Some(Cow::Borrowed(CROWD_ELEMENTS.as_bytes()));
    }
    Assets::get(path).map(|file| file.data)
}
