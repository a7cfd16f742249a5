//! What a form's page posts: fields and files, read within bounds.

use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;

/// The largest body that is read, in bytes: one file of the largest size, and some more.
pub const MAX_BODY: usize = 16 << 20;

/// A file as it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFile {
    /// The name of the field.
    pub field: String,
    /// What the worker's machine calls it.
    pub file_name: String,
    /// Its MIME type, as the browser guessed it.
    pub content_type: String,
    /// What is in it.
    pub content: Vec<u8>,
}

/// Fields and files, each in the order in which they were sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Post {
    /// Names and texts.
    pub texts: Vec<(String, String)>,
    /// Files; a field in which none was chosen is left out.
    pub files: Vec<SentFile>,
}

impl Post {
    /// The first text of that name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.texts.iter().find(|(of, _)| of == name).map(|(_, text)| text.as_str())
    }

    /// Reads a posted form, `multipart/form-data` or `application/x-www-form-urlencoded`.
    ///
    /// The body's size must be bounded before; see [`MAX_BODY`].
    ///
    /// # Errors
    /// It is neither, or damaged, or too long: the status to answer with, and why.
    pub async fn read(request: Request<Body>) -> Result<Self, (StatusCode, String)> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let parts = Multipart::from_request(request, &()).await;
            return Self::parts(parts.map_err(|e| (e.status(), e.body_text()))?).await;
        }
        let body = axum::body::Bytes::from_request(request, &()).await;
        let body = body.map_err(|e| (e.status(), e.body_text()))?;
        let texts = serde_urlencoded::from_bytes(&body);
        let texts = texts.map_err(|e| (StatusCode::BAD_REQUEST, e.to_string()))?;
        Ok(Self { texts, files: Vec::new() })
    }

    async fn parts(mut parts: Multipart) -> Result<Self, (StatusCode, String)> {
        let wrong = |e: axum::extract::multipart::MultipartError| (e.status(), e.body_text());
        let mut post = Self::default();
        while let Some(part) = parts.next_field().await.map_err(wrong)? {
            let field = part.name().unwrap_or_default().to_owned();
            let Some(file_name) = part.file_name().map(str::to_owned) else {
                post.texts.push((field, part.text().await.map_err(wrong)?));
                continue;
            };
            let content_type = part.content_type().unwrap_or("application/octet-stream").to_owned();
            let content = part.bytes().await.map_err(wrong)?.to_vec();
            if !file_name.is_empty() || !content.is_empty() {
                post.files.push(SentFile { field, file_name, content_type, content });
            }
        }
        Ok(post)
    }
}
