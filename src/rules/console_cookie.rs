//! The cookie of a browser that is signed in to the console: until when, and by which admin token,
//! sealed, so that nobody else can make it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::digest::sha256;
use crate::rules::admin_token::AdminToken;
use crate::rules::page::{PageKey, open, seal};
use crate::time::Instant;

const PURPOSE: &[u8] = b"signed in to the console";

/// How long a browser stays signed in, in seconds: 12 hours of real time.
pub const LASTS_S: i64 = 12 * 3600;

/// The value of the cookie of a browser that showed the token at `now`.
pub fn value(key: &PageKey, token: &AdminToken, now: Instant) -> String {
    let ends_at = (now.0 + LASTS_S * 1000).to_be_bytes();
    URL_SAFE_NO_PAD.encode(seal(key, PURPOSE, &[&ends_at[..], &digest(token)].concat()))
}

/// Whether a cookie lets a browser in at `now`: this market made it, for the token that is asked
/// for, and it has not ended.
pub fn is_good(key: &PageKey, token: &AdminToken, value: &str, now: Instant) -> bool {
    let opened = || {
        let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
        let opened = open(key, PURPOSE, &sealed)?;
        let (ends_at, of) = opened.split_first_chunk()?;
        Some((i64::from_be_bytes(*ends_at), of == digest(token)))
    };
    opened().is_some_and(|(ends_at, is_of_token)| is_of_token && now.0 < ends_at)
}

fn digest(token: &AdminToken) -> [u8; 32] {
    sha256([PURPOSE, token.secret().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: PageKey = PageKey([7; 32]);
    const NOW: Instant = Instant(1_000_000);

    #[test]
    fn a_cookie_is_good_for_its_market_its_token_and_its_time() {
        let token = AdminToken::new("hush").unwrap();
        let value = value(&KEY, &token, NOW);
        let at = |ms| is_good(&KEY, &token, &value, Instant(NOW.0 + ms));
        assert!(at(0) && at(LASTS_S * 1000 - 1) && !at(LASTS_S * 1000));
        assert!(!is_good(&PageKey([8; 32]), &token, &value, NOW));
        assert!(!is_good(&KEY, &AdminToken::new("hush2").unwrap(), &value, NOW));
        for at in 0..value.len() {
            let mut changed = value.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(!is_good(&KEY, &token, &String::from_utf8(changed).unwrap(), NOW), "{at}");
        }
        for odd in ["", "A", "%", "hush", &"A".repeat(100_000)] {
            assert!(!is_good(&KEY, &token, odd, NOW));
        }
    }

    #[test]
    fn other_sealed_texts_are_no_cookies() {
        let token = AdminToken::new("hush").unwrap();
        let payload = [&i64::MAX.to_be_bytes()[..], &digest(&token)].concat();
        let sealed = |purpose| URL_SAFE_NO_PAD.encode(seal(&KEY, purpose, &payload));
        assert!(is_good(&KEY, &token, &sealed(PURPOSE), NOW));
        assert!(!is_good(&KEY, &token, &sealed(b"chosen worker"), NOW));
    }
}
