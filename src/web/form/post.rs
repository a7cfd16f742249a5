//! What a form's page posts: fields and files, read within bounds.

use axum::body::{Body, Bytes};
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};

use crate::acts::submit_form::FilledForm;
use crate::fault::Fault;
use crate::rules::question::filling::SentFile;

/// The largest body that a page's route should take, in bytes: one file of the largest size, and
/// some more.
pub const MAX_BODY: usize = 16 << 20;

/// Reads a posted form, `multipart/form-data` or `application/x-www-form-urlencoded`.
///
/// A file field in which no file was chosen is left out.
///
/// # Errors
/// It is neither, or damaged, or longer than the route takes: the status to answer with, and why.
pub async fn read(request: Request<Body>) -> Result<FilledForm, (StatusCode, String)> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        let parts = Multipart::from_request(request, &()).await;
        let parts = parts.map_err(|e| (e.status(), e.body_text()))?;
        return read_parts(parts).await.map_err(|e| (e.status(), e.body_text()));
    }
    let body = Bytes::from_request(request, &()).await;
    let body = body.map_err(|e| (e.status(), e.body_text()))?;
    let texts = serde_urlencoded::from_bytes(&body);
    let texts = texts.map_err(|e| (StatusCode::BAD_REQUEST, e.to_string()))?;
    Ok(FilledForm { texts, files: Vec::new() })
}

/// Reads a posted form whose body has come already.
///
/// # Errors
/// It is damaged, or of another kind.
pub async fn filled(headers: &HeaderMap, body: &Bytes) -> Result<FilledForm, Fault> {
    let mut request = Request::new(Body::from(body.clone()));
    *request.headers_mut() = headers.clone();
    // The route has looked at the length.
    let limit = axum::extract::DefaultBodyLimit::disable();
    limit.apply(&mut request);
    read(request).await.map_err(|(_, why)| Fault::unreadable(why))
}

async fn read_parts(mut parts: Multipart) -> Result<FilledForm, MultipartError> {
    let mut filled = FilledForm::default();
    while let Some(part) = parts.next_field().await? {
        let field = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else {
            filled.texts.push((field, part.text().await?));
            continue;
        };
        let content_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
        let content = part.bytes().await?.to_vec();
        if !file_name.is_empty() || !content.is_empty() {
            filled.files.push(SentFile { field, file_name, content_type, content });
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::DefaultBodyLimit;
    use axum::response::IntoResponse;
    use axum::{Router, routing::post};
    use tower::ServiceExt as _;

    async fn sent(kind: &str, body: impl Into<Body>) -> Result<FilledForm, StatusCode> {
        let request = Request::post("/").header(CONTENT_TYPE, kind).body(body.into()).unwrap();
        read(request).await.map_err(|(status, _)| status)
    }

    const PARTS: &str = "--X\r\nContent-Disposition: form-data; name=\"Answer_1\"\r\n\r\na\r\nb\r\n\
        --X\r\nContent-Disposition: form-data; name=\"Answer_2\"; filename=\"é.txt\"\r\n\
        Content-Type: text/plain\r\n\r\nfile\r\n\
        --X\r\nContent-Disposition: form-data; name=\"Answer_3\"; filename=\"\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n\r\n--X--\r\n";

    #[tokio::test]
    async fn both_encodings_are_read() {
        let filled = sent("multipart/form-data; boundary=X", PARTS).await.unwrap();
        assert_eq!(filled.texts, [("Answer_1".to_owned(), "a\r\nb".to_owned())]);
        let [field, file_name, content_type] = ["Answer_2", "é.txt", "text/plain"].map(Into::into);
        let content = b"file".to_vec();
        assert_eq!(filled.files, [SentFile { field, file_name, content_type, content }]);
        let plain = "application/x-www-form-urlencoded";
        let filled = sent(plain, "a=1&b=%C3%A9+x&a=2").await.unwrap();
        let pairs: Vec<_> = filled.texts.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "é x"), ("a", "2")]);
    }

    #[tokio::test]
    async fn what_is_damaged_or_too_long_is_refused() {
        let kind = "multipart/form-data; boundary=X";
        assert_eq!(sent(kind, &PARTS[..90]).await.unwrap_err(), StatusCode::BAD_REQUEST);
        assert!(sent("multipart/form-data", PARTS).await.is_err());
        let route = post(async |request: Request| match read(request).await {
            Ok(_) => StatusCode::OK,
            Err((status, _)) => status,
        });
        for (most, status) in
            [(PARTS.len(), StatusCode::OK), (PARTS.len() - 1, StatusCode::PAYLOAD_TOO_LARGE)]
        {
            let router: Router =
                Router::new().route("/", route.clone().layer(DefaultBodyLimit::max(most)));
            let request =
                Request::post("/").header(CONTENT_TYPE, kind).body(Body::from(PARTS)).unwrap();
            let answer = router.oneshot(request).await.into_response();
            assert_eq!(answer.status(), status);
        }
    }
}
