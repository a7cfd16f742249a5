//! The admin token: who may use the control API.

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq as _;

use crate::control::json::Failure;

/// The longest token, in characters.
const MAX_LENGTH: usize = 256;

/// The token that requests to the control API must carry: `Authorization: Bearer TOKEN`.
#[derive(Clone, PartialEq, Eq)]
pub struct AdminToken(String);

impl std::fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminToken(…)")
    }
}

impl AdminToken {
    /// Takes a text as a token: 1 to 256 characters that an `Authorization` header can carry
    /// (RFC 6750).
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
        let good = (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(plain);
        good.then(|| Self(text.to_owned()))
    }

    /// The token itself.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Whether the request carries it. Takes as long for a wrong token as for the right one.
    fn is_in(&self, headers: &HeaderMap) -> bool {
        let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = sent.and_then(|sent| sent.split_once(' ')).and_then(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
        });
        token.is_some_and(|token| token.as_bytes().ct_eq(self.0.as_bytes()).into())
    }
}

/// Lets a request through that carries the token, if one is asked for.
pub async fn check(
    State(token): State<Option<AdminToken>>,
    request: Request,
    next: Next,
) -> Response {
    match token {
        Some(token) if !token.is_in(request.headers()) => refusal(),
        _ => next.run(request).await,
    }
}

fn refusal() -> Response {
    let message = "The control API asks for the admin token: send it as Authorization: Bearer, or \
                   give it to commands as --admin-token (MTURK_LOCAL_ADMIN_TOKEN).";
    let failure = Failure::new(StatusCode::UNAUTHORIZED, "Unauthorized", message);
    let mut response = failure.into_response();
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_a_header_can_carry() {
        for (text, good) in [
            ("a", true),
            ("AZaz09-._~+/=", true),
            (&"x".repeat(256), true),
            (&"x".repeat(257), false),
            ("", false),
            ("a b", false),
            ("a\n", false),
            ("\u{e9}", false),
        ] {
            assert_eq!(AdminToken::new(text).is_some(), good, "{text:?}");
        }
        assert!(!format!("{:?}", AdminToken::new("hush")).contains("hush"));
    }

    #[test]
    fn a_request_carries_exactly_the_token() {
        let token = AdminToken::new("hush").unwrap();
        for (sent, good) in [
            ("Bearer hush", true),
            ("bearer hush", true),
            ("Bearer  hush ", true),
            ("Bearer hus", false),
            ("Bearer hushh", false),
            ("Bearer", false),
            ("Basic hush", false),
            ("hush", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, sent.parse().unwrap());
            assert_eq!(token.is_in(&headers), good, "{sent:?}");
        }
        assert!(!token.is_in(&HeaderMap::new()));
    }
}
