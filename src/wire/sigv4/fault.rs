//! What is wrong with a signature, in the words of the service.

use std::error::Error;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{SERVICE, Scope, TERMINATOR, timestamp};

/// Why a request is refused before it reaches its operation; the HTTP status is always 400.
///
/// The `Authorization` header itself appears in no fault, only its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SigningFault {
    /// The request is not signed, or not with AWS Signature Version 4.
    MissingToken,
    /// Nobody has this access key. The lookup of the secret belongs to the caller.
    UnknownAccessKey,
    /// The header is not ASCII, or too long to be a signature.
    Unreadable {
        /// The header's digest.
        digest: String,
    },
    /// A part of the header is not of the form `name=value`.
    MalformedPair {
        /// The header's digest.
        digest: String,
    },
    /// Parts of the header are missing, or no date accompanies it.
    Incomplete {
        /// The names of the missing parameters.
        missing: Vec<&'static str>,
        /// Whether both date headers are missing.
        no_date: bool,
        /// The header's digest.
        digest: String,
    },
    /// A version 4 algorithm other than AWS4-HMAC-SHA256; holds its name.
    Algorithm(String),
    /// A credential that has not five parts; holds it.
    Credential(String),
    /// A date that cannot be read; holds it.
    DateFormat(String),
    /// `host` is not among the signed headers.
    UnsignedHost,
    /// The header that gives the date is not among the signed headers.
    UnsignedDate,
    /// Signed more than 15 minutes ago.
    Expired {
        /// The instant of signing.
        signed_at: DateTime<Utc>,
        /// The instant of verification.
        now: DateTime<Utc>,
    },
    /// Signed more than 15 minutes ahead.
    NotYetCurrent {
        /// The instant of signing.
        signed_at: DateTime<Utc>,
        /// The instant of verification.
        now: DateTime<Utc>,
    },
    /// The credential is for another service, another day or another region, or does not end as
    /// it should.
    Scope {
        /// The scope of the credential.
        scope: Scope,
        /// The instant of signing.
        signed_at: DateTime<Utc>,
        /// The region that the scope must name, if it must.
        region: Option<&'static str>,
    },
    /// The signature is not that of this request with this secret.
    Mismatch,
}

impl SigningFault {
    /// The name of the exception, the value of `__type` in the answer.
    #[must_use]
    pub fn exception(&self) -> &'static str {
        match self {
            Self::MissingToken => "MissingAuthenticationTokenException",
            Self::UnknownAccessKey => "UnrecognizedClientException",
            Self::Unreadable { .. }
            | Self::MalformedPair { .. }
            | Self::Incomplete { .. }
            | Self::Algorithm(_)
            | Self::Credential(_)
            | Self::DateFormat(_) => "IncompleteSignatureException",
            Self::UnsignedHost
            | Self::UnsignedDate
            | Self::Expired { .. }
            | Self::NotYetCurrent { .. }
            | Self::Scope { .. }
            | Self::Mismatch => "InvalidSignatureException",
        }
    }

    /// The text of the exception, the value of `message` in the answer.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::MissingToken => "Missing Authentication Token".to_owned(),
            Self::UnknownAccessKey => UNKNOWN_ACCESS_KEY.to_owned(),
            Self::Unreadable { digest } => unreadable(digest),
            Self::MalformedPair { digest } => malformed_pair(digest),
            Self::Incomplete { missing, no_date, digest } => incomplete(missing, *no_date, digest),
            Self::Algorithm(name) => unsupported(name),
            Self::Credential(credential) => format!("{FIVE_ELEMENTS}, got '{credential}'"),
            Self::DateFormat(date) => unreadable_date(date),
            Self::UnsignedHost => unsigned("'Host' or ':authority'"),
            // Assumed: no record shows this refusal; the words follow those for the host.
            Self::UnsignedDate => unsigned("'X-Amz-Date' or 'Date'"),
            Self::Expired { signed_at, now } => expired(*signed_at, *now),
            Self::NotYetCurrent { signed_at, now } => not_yet_current(*signed_at, *now),
            Self::Scope { scope, signed_at, region } => misscoped(scope, *signed_at, *region),
            Self::Mismatch => MISMATCH.to_owned(),
        }
    }

    pub(super) fn unreadable(header: &[u8]) -> Self {
        Self::Unreadable { digest: digest(header) }
    }

    pub(super) fn malformed_pair(header: &str) -> Self {
        Self::MalformedPair { digest: digest(header.as_bytes()) }
    }

    pub(super) fn incomplete(missing: Vec<&'static str>, no_date: bool, header: &str) -> Self {
        Self::Incomplete { missing, no_date, digest: digest(header.as_bytes()) }
    }
}

impl fmt::Display for SigningFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.exception(), self.message())
    }
}

impl Error for SigningFault {}

const UNKNOWN_ACCESS_KEY: &str = "The security token included in the request is invalid.";
const FIVE_ELEMENTS: &str = "Credential must have exactly 5 slash-delimited elements, \
    e.g. keyid/date/region/service/term";
const MISMATCH: &str = "The request signature we calculated does not match the signature you \
    provided. Check your AWS Secret Access Key and signing method. Consult the service \
    documentation for details.";
const OTHER_TERMINATOR: &str = "Credential should be scoped with a valid terminator";
const OTHER_DAY: &str =
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP";
const NO_DATE: &str =
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";

fn digest(header: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(header))
}

/// Assumed: no record shows the words for a header that is not text.
fn unreadable(digest: &str) -> String {
    format!("Authorization header is not a signature. {}", hashed(digest))
}

fn malformed_pair(digest: &str) -> String {
    format!(
        "Invalid key=value pair (missing equal-sign) in Authorization header \
         (hashed with SHA-256 and encoded with Base64): '{digest}'."
    )
}

fn incomplete(missing: &[&str], no_date: bool, digest: &str) -> String {
    let parameter = |name| format!("Authorization header requires '{name}' parameter. ");
    let parameters: String = missing.iter().map(parameter).collect();
    format!("{parameters}{}{}", if no_date { NO_DATE } else { "" }, hashed(digest))
}

fn hashed(digest: &str) -> String {
    format!("(Hashed with SHA-256 and encoded with Base64) Authorization={digest}")
}

fn unsupported(algorithm: &str) -> String {
    format!("Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now). ")
}

fn unreadable_date(date: &str) -> String {
    format!(
        "Date must be in ISO-8601 'basic format'. Got '{date}'. \
         See http://en.wikipedia.org/wiki/ISO_8601"
    )
}

fn unsigned(header: &str) -> String {
    format!("{header} must be a 'SignedHeader' in the AWS Authorization.")
}

fn expired(signed_at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let limit = now.checked_sub_signed(TimeDelta::minutes(15)).unwrap_or(now);
    let [signed_at, limit, now] = [signed_at, limit, now].map(timestamp);
    format!("Signature expired: {signed_at} is now earlier than {limit} ({now} - 15 min.)")
}

fn not_yet_current(signed_at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let limit = now.checked_add_signed(TimeDelta::minutes(15)).unwrap_or(now);
    let [signed_at, limit, now] = [signed_at, limit, now].map(timestamp);
    format!("Signature not yet current: {signed_at} is still later than {limit} ({now} + 15 min.)")
}

/// One sentence for each part that is wrong. The one on the region is recorded of this service.
fn misscoped(scope: &Scope, signed_at: DateTime<Utc>, wanted: Option<&str>) -> String {
    let Scope { date, region, service, terminator } = scope;
    let (day, at) = (signed_at.format("%Y%m%d").to_string(), timestamp(signed_at));
    let sentences = [
        wanted
            .filter(|wanted| region != wanted)
            .map(|_| format!("Credential should be scoped to a valid region, not '{region}'.")),
        (service != SERVICE)
            .then(|| format!("Credential should be scoped to correct service: '{SERVICE}'. ")),
        (terminator != TERMINATOR)
            .then(|| format!("{OTHER_TERMINATOR}: '{TERMINATOR}', not '{terminator}'. ")),
        (*date != day).then(|| format!("{OTHER_DAY}: '{date}' != '{day}', from '{at}'.")),
    ];
    let mut sentences = sentences.into_iter().flatten();
    let first = sentences.next().unwrap_or_default();
    sentences.fold(first, |before, next| {
        let blank = if before.ends_with(' ') { "" } else { " " };
        before + blank + &next
    })
}
