//! AWS Signature Version 4: whose key signed a request, and whether the signature holds.
//!
//! [`parse`] reads the `Authorization` header and so names the access key; the caller looks up the
//! secret of that key, or answers [`SigningFault::UnknownAccessKey`]; [`verify`] computes the
//! signature anew and compares. Signatures in the query (presigned URLs) are not read: every
//! operation of the Requester API is a POST with headers.
//!
//! Where the words and the order of the checks come from: answers recorded from other AWS services
//! of the same framework (`DynamoDB`, Kinesis, API Gateway). What no record shows is marked
//! `Assumed:`.

mod authorization;
mod canonical;
mod fault;
mod keys;
#[cfg(test)]
mod tests;

pub use authorization::{Authorization, Scope, parse};
pub use fault::SigningFault;
pub use keys::SigningKeys;

use keys::Key;

use axum::http::HeaderMap;
use axum::http::header::HOST;
use chrono::{DateTime, Datelike, Timelike, Utc};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The service name that a Requester API signature is scoped to.
pub const SERVICE: &str = "mturk-requester";

/// The only region that the service was in.
pub const REGION: &str = "us-east-1";

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";
/// A timestamp begins with so many bytes of day, such as `20261121`.
const DAY: usize = 8;
const LEEWAY_SECONDS: i64 = 15 * 60;

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

/// Verifies the signature of a request.
///
/// `authorization` is what [`parse`] read from the same request's headers, and `secret` the secret
/// of its access key; `keys` keeps what is derived from it. How old it is says [`check_age`]. The
/// scope may name any region, unless `region` is the one to name.
///
/// # Errors
/// A fault with exception `InvalidSignatureException` if the request does not sign its host and its
/// date, is scoped to another day, service or region, or has another signature than `secret` gives.
pub fn verify(
    authorization: &Authorization,
    keys: &SigningKeys,
    secret: &str,
    request: &Request<'_>,
    region: Option<&'static str>,
) -> Result<(), SigningFault> {
    check_signed_headers(authorization)?;
    check_scope(authorization, region)?;
    let canonical =
        canonical::request(request, &authorization.signed_headers).ok_or(SigningFault::Mismatch)?;
    let scope = &authorization.scope;
    let (key, name) = keys.of(secret, scope);
    let expected = signature(key.clone(), &authorization.stamp, scope, &canonical);
    let equal = expected.as_bytes().ct_eq(authorization.signature.as_bytes());
    if !bool::from(equal) {
        return Err(SigningFault::Mismatch);
    }
    if let Some(name) = name {
        keys.keep(name, key);
    }
    Ok(())
}

/// Holds the date of a signature against a clock; dates up to and including 15 minutes before or
/// after `now` are accepted, in whole seconds.
///
/// # Errors
/// A fault with exception `InvalidSignatureException` if the request is too old or too new.
pub fn check_age(authorization: &Authorization, now: DateTime<Utc>) -> Result<(), SigningFault> {
    let signed_at = authorization.signed_at;
    let age = now.timestamp() - signed_at.timestamp();
    if age > LEEWAY_SECONDS {
        return Err(SigningFault::Expired { signed_at, now });
    }
    if age < -LEEWAY_SECONDS {
        return Err(SigningFault::NotYetCurrent { signed_at, now });
    }
    Ok(())
}

fn check_signed_headers(authorization: &Authorization) -> Result<(), SigningFault> {
    let signs = |name: &str| authorization.signed_headers.iter().any(|signed| signed == name);
    if !signs(HOST.as_str()) {
        return Err(SigningFault::UnsignedHost);
    }
    if !signs(authorization.date_header.as_str()) {
        return Err(SigningFault::UnsignedDate);
    }
    Ok(())
}

fn check_scope(
    authorization: &Authorization,
    region: Option<&'static str>,
) -> Result<(), SigningFault> {
    let Authorization { scope, signed_at, .. } = authorization;
    let same_day = authorization.stamp.get(..DAY) == Some(&scope.date[..]);
    let there = region.is_none_or(|region| scope.region == region);
    if there && same_day && scope.service == SERVICE && scope.terminator == TERMINATOR {
        return Ok(());
    }
    Err(SigningFault::Scope { scope: scope.clone(), signed_at: *signed_at, region })
}

/// The signature of a canonical request, in lower-case hexadecimal digits.
fn signature(key: Key, stamp: &str, scope: &Scope, canonical: &[u8]) -> String {
    let digest = hex(&Sha256::digest(canonical));
    let text = [ALGORITHM, stamp, &scope.text(), &digest].join("\n");
    hex(&key.signed(&text))
}

/// An instant in the ISO 8601 basic format, such as `20261121T192125Z`.
fn timestamp(at: DateTime<Utc>) -> String {
    let (year, month, day) = (at.year(), at.month(), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for nibble in bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]) {
        text.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
    }
    text
}
