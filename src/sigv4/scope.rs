//! What signing and verifying have in common: names, the credential scope, and text forms.

use std::fmt;

use axum::http::HeaderMap;
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};

/// The service name that a Requester API signature is scoped to.
pub const SERVICE: &str = "mturk-requester";

/// The only region that the service was in.
pub const REGION: &str = "us-east-1";

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(super) const TERMINATOR: &str = "aws4_request";
/// A timestamp begins with so many bytes of day, such as `20261121`.
pub(super) const DAY: usize = 8;

/// The parts of a request that its signature covers, all as received.
///
/// Paths and queries stay encoded; the host is the `Host` header, so a client that signs for
/// Amazon's host name while it talks to another address is verified with the name that it signed.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method, such as `POST`.
    pub method: &'a str,
    /// The path, such as `/`.
    pub path: &'a str,
    /// The query without its question mark; empty if there is none.
    pub query: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
}

/// The scope of a credential: `20261121/us-east-1/mturk-requester/aws4_request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The day, `YYYYMMDD`.
    pub date: String,
    /// The region; any.
    pub region: String,
    /// The service, `mturk-requester`.
    pub service: String,
    /// The last part, `aws4_request`.
    pub terminator: String,
}

impl Scope {
    /// Its parts with slashes between them.
    pub(super) fn text(&self) -> String {
        [&self.date[..], &self.region, &self.service, &self.terminator].join("/")
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// An instant in the ISO 8601 basic format, such as `20261121T192125Z`.
pub(super) fn timestamp(at: DateTime<Utc>) -> String {
    let (year, month, day) = (at.year(), at.month(), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for nibble in bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
    }
    text
}
