//! What is posted to a page, read within bounds.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use futures_util::StreamExt as _;

use crate::engine::compute;
use crate::fault::{Code, Fault};
use crate::rules::posted::{Field, urlencoded};
use crate::rules::question::filling::{Filling, SentFile};
use crate::rules::text::{self, is_clean};
use crate::web::multipart::{Most, Part, Unread, cut_parts, parts};

/// The longest body of work, in bytes: one file of the largest size, and some more.
const MAX_WORK: usize = 16 << 20;
/// How much of what is too long is read and thrown away, since a browser that cannot send to the
/// end does not read the answer.
const MAX_PASSED_OVER: usize = 4 * MAX_WORK;
/// The most fields of a form, since each takes memory: an answer document of the longest length
/// has no more answers.
const MOST_FIELDS: usize = 100_000;
/// So much is kept of a form with files besides its largest file.
const MAX_BESIDES: usize = 20 << 20;
/// So much is passed over of its files. The parser looks through an unfinished header again with
/// each piece that arrives, so this is not more.
const MAX_CUT: usize = 28 << 20;
/// The longest body of a page that takes no work.
const MAX_FIELDS: usize = 1 << 20;

/// A request's body, or why it was not read.
#[derive(Debug)]
pub struct Sent<const MOST: usize = MAX_FIELDS> {
    content_type: String,
    body: Result<Bytes, Fault>,
}

/// What a worker submits.
pub type SentWork = Sent<MAX_WORK>;

impl<S: Sync, const MOST: usize> FromRequest<S> for Sent<MOST> {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let content_type = content_type(&request);
        Ok(Self { content_type, body: whole(request.into_body(), MOST).await })
    }
}

fn content_type(request: &Request) -> String {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    content_type.unwrap_or_default().to_owned()
}

/// A posted form with files, or why it was not read. Of each file `FILE` bytes are kept: what was
/// typed is not lost with a file that is too long. Whoever takes such a file refuses it.
#[derive(Debug)]
pub struct SentFiles<const FILE: usize>(Result<Vec<Part>, Fault>);

impl<S: Sync, const FILE: usize> FromRequest<S> for SentFiles<FILE> {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let content_type = content_type(&request);
        let kept = FILE + MAX_BESIDES;
        let most = Most { fields: MOST_FIELDS, file: FILE, kept, all: (kept + MAX_CUT) as u64 };
        let parts = cut_parts(&content_type, request.into_body(), most).await;
        Ok(Self(parts.map_err(|why| match why {
            Unread::TooLong => too_long(kept),
            Unread::Damaged => Fault::unreadable(NO_FORM),
        })))
    }
}

impl<const FILE: usize> SentFiles<FILE> {
    /// The form. A file field in which no file was chosen is left out; characters that no text
    /// holds are, too.
    ///
    /// # Errors
    /// It is too long, or broke off; it is no form of several parts.
    pub async fn filling(self) -> Result<Filling, Fault> {
        let parts = self.0?;
        compute(move || filling(parts)).await
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
    if length > most {
        return Err(too_long(most));
    }
    Ok(read.into())
}

fn too_long(most: usize) -> Fault {
    let why = format!("it has more than {} MiB, and no more is taken.", most >> 20);
    problem(Code::TooLong, &why)
}

fn problem(code: Code, why: &str) -> Fault {
    Fault::refused(code, format!("There was a problem submitting this: {why}"))
}

impl<const MOST: usize> Sent<MOST> {
    /// The fields of a posted form, whichever way it is encoded; of a file its name.
    ///
    /// Assumed: the service took no files in such forms.
    ///
    /// # Errors
    /// The body is too long, or broke off; it is no form, or its type is that of several parts, and
    /// it has none; a field holds characters that no text holds.
    pub async fn fields(&self) -> Result<Vec<Field>, Fault> {
        let fields = self.read(fields).await?;
        if fields.iter().all(|(name, value)| is_clean(name) && is_clean(value)) {
            return Ok(fields);
        }
        Err(Fault::unreadable("The form holds characters that no text holds."))
    }

    /// The fields of posted work, without the characters that no text holds.
    ///
    /// # Errors
    /// As [`Sent::fields`], but for these characters.
    pub async fn answers(&self) -> Result<Vec<Field>, Fault> {
        self.read(|parts| cleaned(fields(parts))).await
    }

    /// A posted form with its files. A file field in which no file was chosen is left out.
    ///
    /// # Errors
    /// As [`Sent::fields`]; characters that no text holds are left out.
    pub async fn filling(&self) -> Result<Filling, Fault> {
        self.read(filling).await
    }

    async fn read<T: Send + 'static>(&self, reader: fn(Vec<Part>) -> T) -> Result<T, Fault> {
        let (content_type, body) = (self.content_type.clone(), self.body.clone()?);
        compute(move || posted(&content_type, &body).map(reader)).await?
    }
}

const NO_FORM: &str = "What the page posted is no multipart/form-data, although it says so.";

/// The parts of a form as it was posted.
fn posted(content_type: &str, body: &Bytes) -> Result<Vec<Part>, Fault> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let posted = match kind.as_str() {
        "multipart/form-data" => {
            parts(content_type, body, MOST_FIELDS).ok_or_else(|| Fault::unreadable(NO_FORM))?
        }
        "" | "application/x-www-form-urlencoded" => {
            if body.split(|byte| *byte == b'&').nth(MOST_FIELDS).is_some() {
                return Err(too_many());
            }
            urlencoded(body).into_iter().map(Part::from).collect()
        }
        _ if body.is_empty() => Vec::new(),
        _ => {
            let why = format!(
                "it is {kind}, and only a form is taken, application/x-www-form-urlencoded or \
                 multipart/form-data."
            );
            return Err(problem(Code::NoForm, &why));
        }
    };
    if posted.len() > MOST_FIELDS { Err(too_many()) } else { Ok(posted) }
}

fn too_many() -> Fault {
    let why = format!(
        "it has more than {MOST_FIELDS} fields, and no more are taken. Nothing was submitted."
    );
    problem(Code::TooLong, &why)
}

fn fields(parts: Vec<Part>) -> Vec<Field> {
    let field = |part: Part| match part.file_name {
        Some(file_name) => (part.name, file_name),
        None => (part.name, lossy(&part.content)),
    };
    parts.into_iter().map(field).collect()
}

fn lossy(content: &[u8]) -> String {
    String::from_utf8_lossy(content).into_owned()
}

fn filling(parts: Vec<Part>) -> Filling {
    let mut filling = Filling::default();
    for part in parts {
        match part.file_name {
            None => {
                let text = text::cleaned(lossy(&part.content));
                filling.texts.push((text::cleaned(part.name), text));
            }
            Some(file_name) if file_name.is_empty() && part.content.is_empty() => {}
            Some(file_name) => filling.files.push(SentFile {
                field: part.name,
                file_name,
                content_type: part.content_type.unwrap_or("application/octet-stream".to_owned()),
                content: part.content.to_vec(),
            }),
        }
    }
    filling
}

/// Fields without the characters that no text holds.
///
/// Assumed: work is submitted without them rather than lost.
pub fn cleaned(fields: Vec<Field>) -> Vec<Field> {
    fields.into_iter().map(|(name, value)| (text::cleaned(name), text::cleaned(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(kind: &str, body: &'static str) -> Result<Filling, Fault> {
        let body = Ok(Bytes::from_static(body.as_bytes()));
        SentWork { content_type: kind.to_owned(), body }.filling().await
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
        let refusal =
            async |kind, body| sent(kind, body).await.err().and_then(|fault| fault.code());
        assert_eq!(
            refusal("multipart/form-data; boundary=X", &PARTS[..90]).await,
            Some(Code::BadRequest)
        );
        assert_eq!(refusal("multipart/form-data", PARTS).await, Some(Code::BadRequest));
        assert_eq!(refusal("text/plain", "a=1").await, Some(Code::NoForm));
        assert_eq!(refusal("text/plain", "").await, None);
        let fields = |count: usize| &*"a&".repeat(count).leak();
        let part = "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n";
        let parts = |count: usize| &*(part.repeat(count) + "--X--\r\n").leak();
        assert_eq!(refusal("", &fields(MOST_FIELDS)[1..]).await, Some(Code::TooLong));
        assert_eq!(refusal("", &fields(MOST_FIELDS - 1)[1..]).await, None);
        let multipart = "multipart/form-data; boundary=X";
        assert_eq!(refusal(multipart, parts(MOST_FIELDS + 1)).await, Some(Code::TooLong));
        assert_eq!(refusal(multipart, parts(MOST_FIELDS)).await, None);
    }
}
