//! Style sheet, scripts and pictures: part of the program. So are sample pages, which stand in the
//! frame of a task as a requester's own page would.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "src/web/assets/"]
struct Assets;

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
    let Some(file) = Assets::get(path) else {
        return (StatusCode::NOT_FOUND, "There is no such file.\n").into_response();
    };
    let kind = match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, file.data).into_response()
}
