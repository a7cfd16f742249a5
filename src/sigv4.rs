//! AWS Signature Version 4: verifies the requests of clients, and signs those of this program.
//!
//! [`parse`] reads the `Authorization` header and so names the access key; the caller looks up the
//! secret of that key, or answers [`SigningFault::unknown_access_key`]; [`verify`] computes the
//! signature anew and compares. Signatures in the query (presigned URLs) are not read: every
//! operation of the Requester API is a POST with headers.
//!
//! Source of the messages and of the order of the checks: answers recorded from other AWS services
//! of the same framework (`DynamoDB`, Kinesis, API Gateway). What no record shows is marked
//! `Assumed:`.

mod authorization;
mod canonical;
mod fault;
mod keys;
mod scope;
mod sign;
#[cfg(test)]
mod tests;

pub use authorization::{Authorization, parse};
pub use fault::SigningFault;
pub use keys::SigningKeys;
pub use scope::{REGION, Request, SERVICE, Scope};
pub use sign::Signer;

use scope::{DAY, TERMINATOR};

use axum::http::header::HOST;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

const LEEWAY_SECONDS: i64 = 15 * 60;

/// Verifies the signature of a request.
///
/// `authorization` is what [`parse`] read from the same request's headers, and `secret` the secret
/// of its access key; `keys` keeps what is derived from it. [`check_age`] checks its date. The
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
    region: Option<&str>,
) -> Result<(), SigningFault> {
    check_signed_headers(authorization)?;
    check_scope(authorization, region)?;
    let canonical = canonical::request(request, &authorization.signed_headers)
        .ok_or_else(SigningFault::mismatch)?;
    let scope = &authorization.scope;
    let (key, name) = keys.of(secret, scope);
    let expected = key.clone().signature(&authorization.stamp, scope, &canonical);
    let equal = expected.as_bytes().ct_eq(authorization.signature.as_bytes());
    if !bool::from(equal) {
        return Err(SigningFault::mismatch());
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
        return Err(SigningFault::expired(signed_at, now));
    }
    if age < -LEEWAY_SECONDS {
        return Err(SigningFault::not_yet_current(signed_at, now));
    }
    Ok(())
}

fn check_signed_headers(authorization: &Authorization) -> Result<(), SigningFault> {
    let signs = |name: &str| authorization.signed_headers.iter().any(|signed| signed == name);
    if !signs(HOST.as_str()) {
        return Err(SigningFault::unsigned("'Host' or ':authority'"));
    }
    if !signs(authorization.date_header.as_str()) {
        // Assumed: no record shows this refusal; the words follow those for the host.
        return Err(SigningFault::unsigned("'X-Amz-Date' or 'Date'"));
    }
    Ok(())
}

fn check_scope(authorization: &Authorization, region: Option<&str>) -> Result<(), SigningFault> {
    let Authorization { scope, signed_at, .. } = authorization;
    let same_day = authorization.stamp.get(..DAY) == Some(&scope.date[..]);
    let there = region.is_none_or(|region| scope.region == region);
    if there && same_day && scope.service == SERVICE && scope.terminator == TERMINATOR {
        return Ok(());
    }
    Err(SigningFault::scope(scope, *signed_at, region))
}
