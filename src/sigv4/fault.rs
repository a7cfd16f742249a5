//! What is wrong with a signature, in the words of the service.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};

use crate::digest::sha256;

use super::scope::{SERVICE, Scope, TERMINATOR, timestamp};

/// Why a request is refused before it reaches its operation; the HTTP status is always 400.
///
/// The `Authorization` header itself appears in no fault, only its digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{exception}: {message}")]
pub struct SigningFault {
    /// The name of the exception, the value of `__type` in the answer.
    pub exception: &'static str,
    /// The text of the exception, the value of `message` in the answer.
    pub message: String,
}

impl SigningFault {
    /// The request is not signed, or not with AWS Signature Version 4.
    pub fn missing_token() -> Self {
        let message = "Missing Authentication Token".to_owned();
        Self { exception: "MissingAuthenticationTokenException", message }
    }

    /// Nobody has this access key. The lookup of the secret belongs to the caller.
    pub fn unknown_access_key() -> Self {
        let message = "The security token included in the request is invalid.".to_owned();
        Self { exception: "UnrecognizedClientException", message }
    }

    fn incomplete(message: String) -> Self {
        Self { exception: "IncompleteSignatureException", message }
    }

    fn invalid(message: String) -> Self {
        Self { exception: "InvalidSignatureException", message }
    }

    /// The header is not ASCII, or too long to be a signature.
    ///
    /// Assumed: no record shows the words for a header that is not text.
    pub(super) fn unreadable(header: &[u8]) -> Self {
        Self::incomplete(format!("Authorization header is not a signature. {}", hashed(header)))
    }

    /// A part of the header is not of the form `name=value`.
    pub(super) fn malformed_pair(header: &str) -> Self {
        Self::incomplete(format!(
            "Invalid key=value pair (missing equal-sign) in Authorization header \
             (hashed with SHA-256 and encoded with Base64): '{}'.",
            digest(header.as_bytes())
        ))
    }

    /// These parameters of the header are missing, or no date accompanies it.
    pub(super) fn missing(parameters: &[&str], no_date: bool, header: &str) -> Self {
        let parameter = |name| format!("Authorization header requires '{name}' parameter. ");
        let parameters: String = parameters.iter().map(parameter).collect();
        let date = if no_date {
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
        } else {
            ""
        };
        Self::incomplete(format!("{parameters}{date}{}", hashed(header.as_bytes())))
    }

    /// A version 4 algorithm other than AWS4-HMAC-SHA256.
    pub(super) fn algorithm(name: &str) -> Self {
        let only = "(only AWS4-HMAC-SHA256 for now)";
        Self::incomplete(format!("Unsupported AWS 'algorithm': '{name}' {only}. "))
    }

    /// A credential that has not five parts.
    pub(super) fn credential(credential: &str) -> Self {
        Self::incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. \
             keyid/date/region/service/term, got '{credential}'"
        ))
    }

    /// A date that cannot be read.
    pub(super) fn date_format(date: &str) -> Self {
        Self::incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{date}'. \
             See http://en.wikipedia.org/wiki/ISO_8601"
        ))
    }

    /// A header that must be signed is not: `'Host' or ':authority'`.
    pub(super) fn unsigned(header: &str) -> Self {
        Self::invalid(format!("{header} must be a 'SignedHeader' in the AWS Authorization."))
    }

    /// Signed more than 15 minutes before `now`.
    pub(super) fn expired(signed_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let limit = now.checked_sub_signed(TimeDelta::minutes(15)).unwrap_or(now);
        let [at, limit, now] = [signed_at, limit, now].map(timestamp);
        Self::invalid(format!(
            "Signature expired: {at} is now earlier than {limit} ({now} - 15 min.)"
        ))
    }

    /// Signed more than 15 minutes after `now`.
    pub(super) fn not_yet_current(signed_at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let limit = now.checked_add_signed(TimeDelta::minutes(15)).unwrap_or(now);
        let [at, limit, now] = [signed_at, limit, now].map(timestamp);
        Self::invalid(format!(
            "Signature not yet current: {at} is still later than {limit} ({now} + 15 min.)"
        ))
    }

    /// The credential is for another service, another day or another region than the one that it
    /// must name, or does not end as it should: one sentence for each part that is wrong.
    ///
    /// The sentence on the region is recorded of this service.
    pub(super) fn scope(scope: &Scope, signed_at: DateTime<Utc>, wanted: Option<&str>) -> Self {
        let Scope { date, region, service, terminator } = scope;
        let (day, at) = (signed_at.format("%Y%m%d").to_string(), timestamp(signed_at));
        let sentences = [
            wanted
                .filter(|wanted| region != wanted)
                .map(|_| format!("Credential should be scoped to a valid region, not '{region}'.")),
            (service != SERVICE)
                .then(|| format!("Credential should be scoped to correct service: '{SERVICE}'. ")),
            (terminator != TERMINATOR).then(|| {
                let valid = format!("a valid terminator: '{TERMINATOR}'");
                format!("Credential should be scoped with {valid}, not '{terminator}'. ")
            }),
            (*date != day).then(|| {
                format!(
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of \
                     date from HTTP: '{date}' != '{day}', from '{at}'."
                )
            }),
        ];
        let mut sentences = sentences.into_iter().flatten();
        let first = sentences.next().unwrap_or_default();
        Self::invalid(sentences.fold(first, |before, next| {
            let blank = if before.ends_with(' ') { "" } else { " " };
            before + blank + &next
        }))
    }

    /// The signature is not that of this request with this secret.
    pub(super) fn mismatch() -> Self {
        Self::invalid(
            "The request signature we calculated does not match the signature you provided. Check \
             your AWS Secret Access Key and signing method. Consult the service documentation for \
             details."
                .to_owned(),
        )
    }
}

fn digest(header: &[u8]) -> String {
    STANDARD.encode(sha256([header]))
}

fn hashed(header: &[u8]) -> String {
    format!("(Hashed with SHA-256 and encoded with Base64) Authorization={}", digest(header))
}
