//! Files that workers sent along with their answers.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::control::json::Failure;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules::file_link;
use crate::store::requesters::Requester;
use crate::store::uploaded_files::{self, UploadedFile};
use crate::time::real_now;

/// A file of an answer, for a minute of real time after the Requester API gave the link to it.
#[utoipa::path(
    get, path = "/_mturk/files/{token}", operation_id = "showFile", tag = "work",
    params(("token" = String, Path, description = "From the link that the API gave.")),
    responses(
        (status = 200, description = "The file.", body = String,
            content_type = "application/octet-stream"),
        (status = 404, description = "No such file, or the link is too old.", body = Failure)
    )
)]
pub async fn show(engine: Arc<Engine>, Path(token): Path<String>) -> Result<Response, Failure> {
    let found = engine.read(Requester::default(), token, |turn, token| {
        Box::pin(async move {
            match file_link::file_key(&turn.page_key, token, real_now()) {
                Some(key) => uploaded_files::by_key(&mut turn.tx, &key).await,
                None => Ok(None),
            }
        })
    });
    let why = "There is no such file, or the link to it is more than 60 seconds old.";
    found.await?.map(answer).ok_or_else(|| Fault::not_found(why).into())
}

/// A header shows so many characters of a file's name and type.
const LONGEST: usize = 255;

/// The file as something to keep, never as a page of this site.
fn answer(file: UploadedFile) -> Response {
    let plain = |c: char| c.is_ascii_alphanumeric() || " ._-()".contains(c);
    let name = file.file_name.chars().take(LONGEST);
    let name: String = name.map(|c| if plain(c) { c } else { '_' }).collect();
    let text = |text: &str| HeaderValue::from_str(text).ok();
    let kind = Some(&*file.content_type).filter(|kind| kind.len() <= LONGEST).and_then(text);
    let disposition = text(&format!("attachment; filename=\"{name}\""));
    let attachment = HeaderValue::from_static("attachment");
    let headers: [(HeaderName, HeaderValue); 5] = [
        (CONTENT_TYPE, kind.unwrap_or(HeaderValue::from_static("application/octet-stream"))),
        (CONTENT_DISPOSITION, disposition.unwrap_or(attachment)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, file.content).into_response()
}
