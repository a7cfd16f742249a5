//! What is posted to a page, read within bounds.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;

use crate::fault::Fault;
use crate::rules::posted::{Field, multipart, urlencoded};
use crate::rules::text::{self, is_clean};
use crate::web::form::post::MAX_BODY as MAX_WORK;

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
    /// The body as it came.
    ///
    /// # Errors
    /// It is too long, or broke off.
    pub fn body(&self) -> Result<&Bytes, Fault> {
        self.body.as_ref().map_err(Clone::clone)
    }

    /// The fields of a posted form, whichever way it is encoded.
    ///
    /// # Errors
    /// As [`Sent::body`]; it is no form, or says that it has several parts, and has not; a field
    /// holds characters that no text holds.
    pub fn fields(&self) -> Result<Vec<Field>, Fault> {
        let fields = self.read()?;
        if fields.iter().all(|(name, value)| is_clean(name) && is_clean(value)) {
            return Ok(fields);
        }
        Err(Fault::unreadable("The form holds characters that no text holds."))
    }

    fn read(&self) -> Result<Vec<Field>, Fault> {
        let body = self.body()?;
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default();
        let plain = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match plain.as_str() {
            "multipart/form-data" => multipart(kind, body).ok_or_else(|| {
                Fault::unreadable(
                    "What the page posted is no multipart/form-data, although it says so.",
                )
            }),
            "" | "application/x-www-form-urlencoded" => Ok(urlencoded(body)),
            _ if body.is_empty() => Ok(Vec::new()),
            _ => Err(no_form(&plain)),
        }
    }
}

impl SentWork {
    /// The fields of posted work, without the characters that no text holds.
    ///
    /// # Errors
    /// As [`Sent::fields`], but for these characters.
    pub fn answers(&self) -> Result<Vec<Field>, Fault> {
        self.read().map(cleaned)
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
