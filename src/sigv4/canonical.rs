//! The canonical request: one text that client and server both derive from the same request.

use std::borrow::Cow;

use axum::http::header::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use crate::digest::sha256;

use super::scope::{Request, hex};

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// All but the unreserved characters of RFC 3986.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const IN_PATH: &AsciiSet = &UNRESERVED.remove(b'/');

/// The canonical request with the `signed` headers, which are in lower case and sorted.
///
/// `None` if no client can have signed this: a signed header is absent, or the request names a
/// payload hash that its body does not have.
pub(super) fn request(request: &Request<'_>, signed: &[String]) -> Option<Vec<u8>> {
    let payload = payload(request, signed)?;
    let mut text = Vec::with_capacity(1024);
    let mut add = |part: &[u8]| text.extend_from_slice(part);
    for part in [request.method, &path(request.path), &query(request.query)] {
        add(part.as_bytes());
        add(b"\n");
    }
    for name in signed {
        add(name.as_bytes());
        add(b":");
        add(&header_value(request.headers, name)?);
        add(b"\n");
    }
    add(b"\n");
    for (place, name) in signed.iter().enumerate() {
        add(if place == 0 { b"" } else { b";" });
        add(name.as_bytes());
    }
    add(b"\n");
    add(payload.as_bytes());
    Some(text)
}

/// The values of a header, trimmed, inner runs of spaces folded, joined by commas; `None` if it is
/// absent.
pub(super) fn header_value<'h>(headers: &'h HeaderMap, name: &str) -> Option<Cow<'h, [u8]>> {
    let values = headers.get_all(name).iter().map(|value| folded(value.as_bytes()));
    let mut values: Vec<Cow<'h, [u8]>> = values.collect();
    if values.len() > 1 { Some(Cow::Owned(values.join(&b','))) } else { values.pop() }
}

fn folded(value: &[u8]) -> Cow<'_, [u8]> {
    let blank = |byte: Option<&u8>| byte == Some(&b' ');
    // To count them all is quicker than to stop at the first: there hardly ever is one.
    let runs = value.windows(2).filter(|two| two == b"  ").count();
    if runs == 0 && !blank(value.first()) && !blank(value.last()) {
        return Cow::Borrowed(value);
    }
    let words = value.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join(&b' '))
}

/// The hash of the body. A client may send what it hashed in `x-amz-content-sha256`; that must be
/// the hash of the body that arrived, or `UNSIGNED-PAYLOAD` under the signature's protection.
fn payload(request: &Request<'_>, signed: &[String]) -> Option<String> {
    let hash = hex(&sha256([request.body]));
    let Some(sent) = header_value(request.headers, CONTENT_SHA256) else {
        return Some(hash);
    };
    if *sent == *UNSIGNED_PAYLOAD.as_bytes() && signed.iter().any(|name| name == CONTENT_SHA256) {
        return Some(UNSIGNED_PAYLOAD.to_owned());
    }
    (*sent == *hash.as_bytes()).then_some(hash)
}

/// The path without empty and dot segments, encoded once more than it was sent, as all services
/// but S3 have it.
fn path(sent: &str) -> Cow<'_, str> {
    if sent == "/" {
        return Cow::Borrowed(sent);
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| sent.ends_with(end));
    let tail = if is_folder && !segments.is_empty() { "/" } else { "" };
    Cow::Owned(encoded(format!("/{}{tail}", segments.join("/")).as_bytes(), IN_PATH))
}

/// The parameters sorted by name, then by value, each decoded and encoded in the one right way.
fn query(sent: &str) -> String {
    let mut pairs: Vec<(String, String)> =
        sent.split('&').filter(|pair| !pair.is_empty()).map(parameter).collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn parameter(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (encoded(&decoded(name), UNRESERVED), encoded(&decoded(value), UNRESERVED))
}

/// Percent-encodes all bytes but letters, digits, `-._~` and what else `set` leaves out.
fn encoded(bytes: &[u8], set: &'static AsciiSet) -> String {
    percent_encode(bytes, set).to_string()
}

/// Undoes percent encoding; a plus sign is a space, and a stray percent sign stands for itself.
fn decoded(text: &str) -> Vec<u8> {
    percent_decode_str(&text.replace('+', " ")).collect()
}
