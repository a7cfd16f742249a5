//! What is posted to a page, read within bounds.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;

use crate::acts::submit_form::FilledForm;
use crate::engine::compute;
use crate::fault::Fault;
use crate::rules::posted::{Field, urlencoded};
use crate::rules::question::filling::SentFile;
use crate::rules::text::{self, is_clean};
use crate::web::multipart::{Part, parts};

/// The longest body of work, in bytes: one file of the largest size, and some more.
const MAX_WORK: usize = 16 << 20;
/// So much of what is too long is read and thrown away, since a browser that cannot send to the end
/// does not look at the answer.
const MAX_PASSED_OVER: usize = 4 * MAX_WORK;
/// The longest body of a page that takes no work.
const MAX_FIELDS: usize = 1 << 20;

/// A request's body, or why it was not read.
#[derive(Debug)]
pub struct Sent<const MOST: usize = MAX_FIELDS> {
    /// The headers.
    pub headers: HeaderMap,
    body: Result<Bytes, Fault>,
}

/// What a worker hands in.
pub type SentWork = Sent<MAX_WORK>;

impl<S: Sync, const MOST: usize> FromRequest<S> for Sent<MOST> {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        Ok(Self { headers: parts.headers, body: whole(body, MOST).await })
    }
}

async fn whole(body: Body, most: usize) -> Result<Bytes, Fault> {
    let mut stream = body.into_data_stream();
    let (mut read, mut length) = (Vec::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk =
            chunk.map_err(|_| Fault::unreadable("The request is damaged, or broke off."))?;
        length += chunk.len();
        if length > most.max(MAX_PASSED_OVER) {
            break;
        }
        if length > most {
            read = Vec::new();
        } else {
            read.extend_from_slice(&chunk);
        }
    }
    if length > most { Err(too_long(most)) } else { Ok(read.into()) }
}

fn too_long(most: usize) -> Fault {
    Fault::Front {
        exception: "TooLong",
        status: 413,
        message: format!(
            "There was a problem submitting this: it has more than {} MiB, and no more is taken.",
            most >> 20
        ),
    }
}

impl<const MOST: usize> Sent<MOST> {
    /// The fields of a posted form, whichever way it is encoded; of a file its name.
    ///
    /// Assumed: the service took no files in such forms.
    ///
    /// # Errors
    /// The body is too long, or broke off; it is no form, or says that it has several parts, and
    /// has not; a field holds characters that no text holds.
    pub async fn fields(&self) -> Result<Vec<Field>, Fault> {
        let fields = self.texts().await?;
        if fields.iter().all(|(name, value)| is_clean(name) && is_clean(value)) {
            return Ok(fields);
        }
        Err(Fault::unreadable("The form holds characters that no text holds."))
    }

    async fn texts(&self) -> Result<Vec<Field>, Fault> {
        let field = |part: Part| match part.file_name {
            Some(file_name) => (part.name, file_name),
            None => (part.name, content_text(&part.content)),
        };
        self.read(move |posted| match posted {
            Posted::Fields(fields) => fields,
            Posted::Parts(parts) => parts.into_iter().map(field).collect(),
        })
        .await
    }

    /// A posted form with its files. A file field in which no file was chosen is left out.
    ///
    /// # Errors
    /// As [`Sent::fields`]; characters that no text holds are left out.
    pub async fn filled(&self) -> Result<FilledForm, Fault> {
        self.read(|posted| match posted {
            Posted::Fields(texts) => FilledForm { texts: cleaned(texts), files: Vec::new() },
            Posted::Parts(parts) => filled(parts),
        })
        .await
    }

    async fn read<T: Send + 'static>(
        &self,
        reader: impl FnOnce(Posted) -> T + Send + 'static,
    ) -> Result<T, Fault> {
        let body = self.body.clone()?;
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().to_owned();
        compute(move || posted(&kind, &body).map(reader)).await?
    }
}

/// A form as it was posted.
enum Posted {
    Fields(Vec<Field>),
    Parts(Vec<Part>),
}

fn posted(kind: &str, body: &Bytes) -> Result<Posted, Fault> {
    let plain = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match plain.as_str() {
        "multipart/form-data" => parts(kind, body).map(Posted::Parts).ok_or_else(|| {
            Fault::unreadable(
                "What the page posted is no multipart/form-data, although it says so.",
            )
        }),
        "" | "application/x-www-form-urlencoded" => Ok(Posted::Fields(urlencoded(body))),
        _ if body.is_empty() => Ok(Posted::Fields(Vec::new())),
        _ => Err(no_form(&plain)),
    }
}

fn content_text(content: &[u8]) -> String {
    String::from_utf8_lossy(content).into_owned()
}

fn filled(parts: Vec<Part>) -> FilledForm {
    let mut filled = FilledForm::default();
    for Part { name: field, file_name, content_type, content } in parts {
        let Some(file_name) = file_name else {
            filled.texts.push((text::cleaned(field), text::cleaned(content_text(&content))));
            continue;
        };
        if !file_name.is_empty() || !content.is_empty() {
            let content_type = content_type.unwrap_or("application/octet-stream".to_owned());
            let content = content.to_vec();
            filled.files.push(SentFile { field, file_name, content_type, content });
        }
    }
    filled
}

impl SentWork {
    /// The fields of posted work, without the characters that no text holds.
    ///
    /// # Errors
    /// As [`Sent::fields`], but for these characters.
    pub async fn answers(&self) -> Result<Vec<Field>, Fault> {
        self.texts().await.map(cleaned)
    }
}

/// Fields without the characters that no text holds.
///
/// Assumed: work is handed in without them rather than lost.
pub fn cleaned(fields: Vec<Field>) -> Vec<Field> {
    fields.into_iter().map(|(name, value)| (text::cleaned(name), text::cleaned(value))).collect()
}

fn no_form(kind: &str) -> Fault {
    Fault::Front {
        exception: "NoForm",
        status: 415,
        message: format!(
            "There was a problem submitting this: it is {kind}, and only a form is taken, \
             application/x-www-form-urlencoded or multipart/form-data."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(kind: &str, body: &'static str) -> Result<FilledForm, Fault> {
        let headers = [(header::CONTENT_TYPE, kind.parse().unwrap())].into_iter().collect();
        SentWork { headers, body: Ok(Bytes::from_static(body.as_bytes())) }.filled().await
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
    async fn what_is_damaged_or_no_form_is_refused() {
        let status = async |kind, body| match sent(kind, body).await {
            Ok(_) => 200,
            Err(Fault::Control { status, .. } | Fault::Front { status, .. }) => status,
            Err(other) => panic!("{other}"),
        };
        assert_eq!(status("multipart/form-data; boundary=X", &PARTS[..90]).await, 400);
        assert_eq!(status("multipart/form-data", PARTS).await, 400);
        assert_eq!(status("text/plain", "a=1").await, 415);
        assert_eq!(status("text/plain", "").await, 200);
    }
}
