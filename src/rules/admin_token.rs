//! The admin token: who may use the control API and the console.

use subtle::ConstantTimeEq as _;

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

    /// Whether `text` is the token. Takes as long for a wrong text as for the right one.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        text.as_bytes().ct_eq(self.0.as_bytes()).into()
    }

    /// Whether an `Authorization` header carries it.
    #[must_use]
    pub fn is_in(&self, authorization: &str) -> bool {
        let bearer = authorization
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"));
        bearer.is_some_and(|(_, token)| self.is(token.trim()))
    }
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
    fn a_header_carries_exactly_the_token() {
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
            assert_eq!(token.is_in(sent), good, "{sent:?}");
        }
    }
}
