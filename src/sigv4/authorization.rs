//! The `Authorization` header, and the date that comes with it.

use std::borrow::Cow;
use std::fmt;

use axum::http::header::{AUTHORIZATION, DATE, HeaderMap, HeaderName};
use chrono::{DateTime, NaiveDate, Utc};

use super::canonical;
use super::fault::SigningFault;
use super::scope::{ALGORITHM, Scope, timestamp};
use crate::shapes::scalar::ACCESS_KEY_BYTES;

pub(super) const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");

/// Room for some two hundred signed headers; what is longer is no signature.
const MAX_HEADER_BYTES: usize = 4096;

/// What an `Authorization` header says, read but not verified.
///
/// Its `Debug` output leaves the signature out.
#[derive(Clone)]
pub struct Authorization {
    /// The access key id that claims to have signed; never empty, at most 128 bytes of ASCII.
    pub access_key: String,
    /// What the signing key is good for.
    pub scope: Scope,
    /// The names of the headers that take part, in lower case and sorted.
    pub signed_headers: Vec<String>,
    /// The instant of signing, in whole seconds, from `X-Amz-Date` or else from `Date`.
    pub signed_at: DateTime<Utc>,
    /// The same in the ISO 8601 basic format, made from it: this takes part in the signature.
    pub(super) stamp: String,
    pub(super) date_header: HeaderName,
    pub(super) signature: String,
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("access_key", &self.access_key)
            .field("scope", &self.scope)
            .field("signed_headers", &self.signed_headers)
            .field("signed_at", &self.signed_at)
            .finish_non_exhaustive()
    }
}

/// Reads who signed a request; `None` if it has no `Authorization` header.
///
/// The header is `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, the parameters in
/// any order, separated by commas or blanks. Of a repeated parameter the last counts, and unknown
/// ones are ignored. Nothing is verified here: dates may be old, scopes and signatures wrong.
///
/// # Errors
/// `MissingAuthenticationTokenException` for another scheme than AWS Signature Version 4,
/// `IncompleteSignatureException` for a header that lacks a part or has an unreadable one, or that
/// comes without a readable date, `UnrecognizedClientException` for an access key that no account
/// can have.
pub fn parse(headers: &HeaderMap) -> Result<Option<Authorization>, SigningFault> {
    let Some(header) = canonical::header_value(headers, AUTHORIZATION.as_str()) else {
        return Ok(None);
    };
    let text = readable(&header).ok_or_else(|| SigningFault::unreadable(&header))?;
    read(text, headers).map(Some)
}

fn readable(header: &[u8]) -> Option<&str> {
    let short = header.len() <= MAX_HEADER_BYTES;
    str::from_utf8(header).ok().filter(|text| short && text.is_ascii())
}

fn read(text: &str, headers: &HeaderMap) -> Result<Authorization, SigningFault> {
    let (algorithm, rest) = text.split_once(is_separator).unwrap_or((text, ""));
    if !algorithm.starts_with("AWS4-") {
        return Err(SigningFault::missing_token());
    }
    let parameters = Parameters::read(rest).ok_or_else(|| SigningFault::malformed_pair(text))?;
    let date = date(headers);
    let (Some([credential, signature, signed_headers]), Some((date_header, date))) =
        (parameters.all(), &date)
    else {
        return Err(SigningFault::missing(&parameters.missing(), date.is_none(), text));
    };
    let signed_at = instant(date_header, date)?;
    if algorithm != ALGORITHM {
        return Err(SigningFault::algorithm(algorithm));
    }
    let (access_key, scope) = split_credential(credential)?;
    Ok(Authorization {
        access_key,
        scope,
        signed_headers: names(signed_headers),
        signed_at,
        stamp: timestamp(signed_at),
        date_header: date_header.clone(),
        signature: signature.to_owned(),
    })
}

fn is_separator(character: char) -> bool {
    matches!(character, ',' | ' ' | '\t')
}

const PARAMETERS: [&str; 3] = ["Credential", "Signature", "SignedHeaders"];

/// The values of [`PARAMETERS`], each at its name's place.
struct Parameters<'a>([Option<&'a str>; 3]);

impl<'a> Parameters<'a> {
    /// `None` if a part is not a pair.
    fn read(text: &'a str) -> Option<Self> {
        let mut values = [None; 3];
        for pair in text.split(is_separator).filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=')?;
            if let Some(place) = PARAMETERS.iter().position(|known| *known == name) {
                values[place] = Some(value);
            }
        }
        Some(Self(values))
    }

    fn all(&self) -> Option<[&'a str; 3]> {
        let [credential, signature, signed_headers] = self.0;
        Some([credential?, signature?, signed_headers?])
    }

    fn missing(&self) -> Vec<&'static str> {
        let named = PARAMETERS.into_iter().zip(self.0);
        named.filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect()
    }
}

fn date(headers: &HeaderMap) -> Option<(HeaderName, Cow<'_, [u8]>)> {
    let value = |name: HeaderName| {
        canonical::header_value(headers, name.as_str()).map(|value| (name, value))
    };
    value(X_AMZ_DATE).or_else(|| value(DATE))
}

/// `X-Amz-Date` holds the ISO 8601 basic format alone; `Date` may also hold that of RFC 1123.
fn instant(header: &HeaderName, value: &[u8]) -> Result<DateTime<Utc>, SigningFault> {
    let text = String::from_utf8_lossy(value);
    let internet = || DateTime::parse_from_rfc2822(&text).ok().filter(|_| header == DATE);
    iso_basic(&text)
        .or_else(|| internet().map(|at| at.to_utc()))
        .ok_or_else(|| SigningFault::date_format(&text))
}

/// `YYYYMMDDTHHMMSSZ`, and nothing else that chrono would take for it.
fn iso_basic(text: &str) -> Option<DateTime<Utc>> {
    let shape = text.bytes().enumerate().all(|(place, byte)| match place {
        8 => byte == b'T',
        15 => byte == b'Z',
        _ => byte.is_ascii_digit(),
    });
    if text.len() != 16 || !shape {
        return None;
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u32>().ok();
    let year = text[..4].parse().ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(4, 6)?, number(6, 8)?)?;
    let at = day.and_hms_opt(number(9, 11)?, number(11, 13)?, number(13, 15)?)?;
    Some(at.and_utc())
}

fn split_credential(credential: &str) -> Result<(String, Scope), SigningFault> {
    let mut parts = credential.split('/');
    let five = [(); 5].map(|()| parts.next());
    let ([Some(access_key), Some(date), Some(region), Some(service), Some(terminator)], None) =
        (five, parts.next())
    else {
        return Err(SigningFault::credential(credential));
    };
    if access_key.is_empty() || access_key.len() > ACCESS_KEY_BYTES {
        return Err(SigningFault::unknown_access_key());
    }
    let [date, region, service, terminator] =
        [date, region, service, terminator].map(str::to_owned);
    Ok((access_key.to_owned(), Scope { date, region, service, terminator }))
}

/// In the order of the canonical request, whatever their order and case in the header.
fn names(signed_headers: &str) -> Vec<String> {
    let parts = signed_headers.split(';').filter(|name| !name.is_empty());
    let mut names: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
    names.sort_unstable();
    names.dedup();
    names
}
