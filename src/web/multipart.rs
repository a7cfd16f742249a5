//! `multipart/form-data`: the parts of a posted form, in the order in which they were sent.

use axum::body::{Body, Bytes};
use futures_util::{FutureExt as _, stream};
use multer::{Constraints, Multipart, SizeLimit};

use crate::rules::posted::Field;

/// The longest boundary, in bytes. Source: RFC 2046, section 5.1.1.
const MAX_BOUNDARY: usize = 70;

/// One field of a posted form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// What the file is called, if it is one.
    pub file_name: Option<String>,
    /// The MIME type that the sender gives the file.
    pub content_type: Option<String>,
    /// The text or the file.
    pub content: Bytes,
}

impl From<Field> for Part {
    fn from((name, text): Field) -> Self {
        Self { name, file_name: None, content_type: None, content: text.into() }
    }
}

/// Reads `multipart/form-data` with this content type; none if it is something else. Reading ends
/// behind the first part that is more than `most`.
pub fn parts(content_type: &str, body: &Bytes, most: usize) -> Option<Vec<Part>> {
    let boundary = multer::parse_boundary(content_type).ok()?;
    if boundary.len() > MAX_BOUNDARY {
        return None;
    }
    let whole = stream::iter([Ok::<_, std::io::Error>(body.clone())]);
    // All of the body is there, so that nothing waits.
    read(Multipart::new(whole, boundary), most).now_or_never()?
}

/// How much of a form is read while it arrives.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// So many fields.
    pub fields: usize,
    /// Of each file so many bytes are kept, and the rest is passed over.
    pub file: usize,
    /// So many bytes are kept of all fields.
    pub kept: usize,
    /// So many bytes arrive.
    pub all: u64,
}

/// Why a form was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It has more than it may have.
    TooLong,
    /// It is something else, or broke off.
    Damaged,
}

impl From<multer::Error> for Unread {
    fn from(error: multer::Error) -> Self {
        match error {
            multer::Error::StreamSizeExceeded { .. } => Self::TooLong,
            _ => Self::Damaged,
        }
    }
}

/// As [`parts`], of a body that arrives: a file that is too long is cut, and what stands behind it
/// is read.
///
/// # Errors
/// Why nothing was read.
pub async fn cut_parts(content_type: &str, body: Body, most: Most) -> Result<Vec<Part>, Unread> {
    let boundary = multer::parse_boundary(content_type)?;
    if boundary.len() > MAX_BOUNDARY {
        return Err(Unread::Damaged);
    }
    let all = Constraints::new().size_limit(SizeLimit::new().whole_stream(most.all));
    let mut multipart = Multipart::with_constraints(body.into_data_stream(), boundary, all);
    let (mut parts, mut kept) = (Vec::new(), 0);
    while let Some(mut part) = multipart.next_field().await? {
        let is_file = part.file_name().is_some();
        let mut content = Vec::new();
        while let Some(mut chunk) = part.chunk().await? {
            if is_file {
                chunk.truncate(most.file.saturating_sub(content.len()));
            }
            kept += chunk.len();
            // What is too long is read to its end: a browser that cannot send does not read.
            if kept <= most.kept {
                content.extend_from_slice(&chunk);
            }
        }
        if parts.len() == most.fields {
            return Err(Unread::TooLong);
        }
        parts.push(Part {
            name: plain(part.name().ok_or(Unread::Damaged)?),
            file_name: part.file_name().map(plain),
            content_type: part.content_type().map(ToString::to_string),
            content: content.into(),
        });
    }
    if kept > most.kept { Err(Unread::TooLong) } else { Ok(parts) }
}

async fn read(mut multipart: Multipart<'_>, most: usize) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    while parts.len() <= most
        && let Some(part) = multipart.next_field().await.ok()?
    {
        parts.push(Part {
            name: plain(part.name()?),
            file_name: part.file_name().map(plain),
            content_type: part.content_type().map(ToString::to_string),
            content: part.bytes().await.ok()?,
        });
    }
    Some(parts)
}

/// A name as it was before a browser wrote it into a header.
///
/// Source: HTML, "multipart/form-data encoding algorithm": three characters are escaped.
fn plain(name: &str) -> String {
    name.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        content_type: &str,
        body: &'static [u8],
    ) -> Option<Vec<(String, Option<String>, String)>> {
        let text = |content: &Bytes| String::from_utf8_lossy(content).into_owned();
        let part = |part: Part| (part.name, part.file_name, text(&part.content));
        Some(parts(content_type, &Bytes::from_static(body), 1000)?.into_iter().map(part).collect())
    }

    const BODY: &[u8] = b"--XX\r\nContent-Disposition: form-data; name=\"b;c\"\r\n\r\n\
        two\r\nlines\r\n--XX\r\ncontent-disposition: form-data; name=\"a%22\"\r\n\
        Content-Type: text/plain\r\n\r\n\r\n--XX\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"cat.png\"\r\n\r\nPNG\r\n\
        --XX--\r\n";

    #[test]
    fn parts_are_read_in_their_order() {
        let expected = [
            ("b;c".to_owned(), None, "two\r\nlines".to_owned()),
            ("a\"".to_owned(), None, String::new()),
            ("file".to_owned(), Some("cat.png".to_owned()), "PNG".to_owned()),
        ];
        for content_type in [
            "multipart/form-data; charset=utf-8; boundary=XX",
            "multipart/form-data; boundary=\"XX\"",
            "Multipart/Form-Data;boundary=XX",
        ] {
            assert_eq!(read(content_type, BODY).unwrap(), expected, "{content_type}");
        }
    }

    #[test]
    fn what_is_no_multipart_is_not_read() {
        let of = "multipart/form-data; boundary=XX";
        let cut = &BODY[..BODY.len() - 6];
        let nameless = b"--XX\r\nContent-Disposition: form-data\r\n\r\nv\r\n--XX--\r\n";
        for (of, body) in
            [("multipart/form-data", BODY), (of, b"a=1"), (of, b""), (of, cut), (of, &nameless[..])]
        {
            assert_eq!(read(of, body), None);
        }
        assert_eq!(read(of, b"--XX--"), Some(vec![]));
    }

    #[test]
    fn a_boundary_has_at_most_seventy_characters() {
        for (length, is_read) in [(1, true), (70, true), (71, false), (60_000, false)] {
            let boundary = "b".repeat(length);
            let body = Bytes::from(format!("--{boundary}--"));
            let read = parts(&format!("multipart/form-data; boundary={boundary}"), &body, 1000);
            assert_eq!(read.is_some(), is_read, "{length}");
        }
    }
}
