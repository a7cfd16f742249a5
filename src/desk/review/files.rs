//! Whole answers, and the files that came with them.

use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::response::IntoResponse as _;
use serde::Deserialize;

use crate::desk::page::Page;
use crate::desk::session::Session;
use crate::desk::state::Desk;
use crate::rules::frame::encoded;
use crate::views::desk::review;
use crate::web::page::go;

/// Which file is wanted.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    question: String,
}

/// `GET /requester/answers/{assignment}`: the whole answer document, as text.
pub async fn document(desk: Desk, session: Session, Path(id): Path<String>) -> Page {
    let read =
        desk.engine.read(session.requester, id, |turn, id| Box::pin(review::answer(turn, id)));
    let headers: [(HeaderName, HeaderValue); 2] = [
        (CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    Ok((headers, read.await?).into_response())
}

/// `GET /requester/answers/{assignment}/file`: leads to the file that answers a question.
pub async fn file(
    desk: Desk,
    session: Session,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Page {
    let read = desk.engine.read(session.requester, (id, asked.question), |turn, (id, question)| {
        Box::pin(review::file_token(turn, id, question))
    });
    Ok(go(&format!("/_mturk/files/{}", encoded(&read.await?))))
}
