//! Signs the requests that this program sends to SQS and SNS.

use axum::http::header::{AUTHORIZATION, HeaderName, HeaderValue, InvalidHeaderValue};
use axum::http::{self, HeaderMap};
use chrono::{DateTime, Utc};

use super::authorization::X_AMZ_DATE;
use super::canonical;
use super::keys::{Key, derived};
use super::scope::{ALGORITHM, DAY, Request, Scope, TERMINATOR, timestamp};

const SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-amz-security-token");

/// Whose keys sign, and for which region and service.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The access key id.
    pub access_key: &'a str,
    /// The secret access key.
    pub secret: &'a str,
    /// The session token of temporary keys.
    pub session_token: Option<&'a str>,
    /// For example `us-east-1`.
    pub region: &'a str,
    /// For example `sqs`.
    pub service: &'a str,
}

impl Signer<'_> {
    /// Adds the date, the session token and the signature of all headers, of which `Host` is one.
    ///
    /// # Errors
    /// A key or the token has characters that no header can have.
    pub fn sign<B: AsRef<[u8]>>(
        &self,
        request: &mut http::Request<B>,
        at: DateTime<Utc>,
    ) -> Result<(), InvalidHeaderValue> {
        let stamp = timestamp(at);
        request.headers_mut().insert(X_AMZ_DATE, stamp.parse()?);
        if let Some(token) = self.session_token {
            request.headers_mut().insert(SECURITY_TOKEN, secret_value(token)?);
        }
        let signed = names(request.headers());
        let parts = Request {
            method: request.method().as_str(),
            path: request.uri().path(),
            query: request.uri().query().unwrap_or_default(),
            headers: request.headers(),
            body: request.body().as_ref(),
        };
        // Every name is one of the request's own headers.
        let canonical = canonical::request(&parts, &signed).unwrap_or_default();
        let scope = self.scope(&stamp[..DAY]);
        let key = Key::new(&derived(self.secret, &scope));
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={}",
            self.access_key,
            signed.join(";"),
            key.signature(&stamp, &scope, &canonical)
        );
        request.headers_mut().insert(AUTHORIZATION, secret_value(&authorization)?);
        Ok(())
    }

    fn scope(&self, date: &str) -> Scope {
        let [date, region, service, terminator] =
            [date, self.region, self.service, TERMINATOR].map(str::to_owned);
        Scope { date, region, service, terminator }
    }
}

fn names(headers: &HeaderMap) -> Vec<String> {
    let mut names: Vec<String> = headers.keys().map(ToString::to_string).collect();
    names.sort_unstable();
    names
}

/// A value that no log shows.
fn secret_value(text: &str) -> Result<HeaderValue, InvalidHeaderValue> {
    let mut value = HeaderValue::from_str(text)?;
    value.set_sensitive(true);
    Ok(value)
}
