//! The cookie of a browser in which somebody is a requester: until when, who, and by which secret,
//! sealed, so that nobody else can make it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq as _;

use crate::digest::sha256;
use crate::rules::page::{PageKey, open, seal};
use crate::time::Instant;

const PURPOSE: &[u8] = b"signed in as a requester";

/// How long a browser stays signed in, in seconds: 12 hours of real time.
pub const LASTS_S: i64 = 12 * 3600;

/// What a cookie says that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The requester's access key.
    pub access_key: String,
    /// What was shown besides.
    digest: [u8; 32],
}

impl SignedIn {
    /// Whether the browser has shown this secret.
    pub fn is_by(&self, secret: &str) -> bool {
        self.digest.ct_eq(&digest(Some(secret))).into()
    }
}

/// The value of the cookie of a browser that became a requester at `now`, by a secret or by choice.
pub fn value(key: &PageKey, access_key: &str, secret: Option<&str>, now: Instant) -> String {
    let ends_at = (now.0 + LASTS_S * 1000).to_be_bytes();
    let text = [&ends_at[..], &digest(secret), access_key.as_bytes()].concat();
    URL_SAFE_NO_PAD.encode(seal(key, PURPOSE, &text))
}

/// What a cookie says at `now`; none if this market did not make it, or if it has ended.
pub fn read(key: &PageKey, value: &str, now: Instant) -> Option<SignedIn> {
    let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
    let opened = open(key, PURPOSE, &sealed)?;
    let (ends_at, rest) = opened.split_first_chunk()?;
    let (digest, access_key) = rest.split_first_chunk()?;
    let access_key = String::from_utf8(access_key.to_vec()).ok()?;
    let is_good = now.0 < i64::from_be_bytes(*ends_at);
    is_good.then_some(SignedIn { access_key, digest: *digest })
}

fn digest(secret: Option<&str>) -> [u8; 32] {
    match secret {
        Some(secret) => sha256([PURPOSE, secret.as_bytes()]),
        None => [0; 32],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: PageKey = PageKey([7; 32]);
    const OTHER: PageKey = PageKey([8; 32]);
    const NOW: Instant = Instant(1_000_000);

    #[test]
    fn a_cookie_is_good_for_its_market_its_secret_and_its_time() {
        let value = value(&KEY, "AKIA", Some("hush"), NOW);
        let at = |ms| read(&KEY, &value, Instant(NOW.0 + ms));
        let signed_in = at(0).unwrap();
        assert_eq!(signed_in.access_key, "AKIA");
        assert!(signed_in.is_by("hush") && !signed_in.is_by("hush2") && !signed_in.is_by(""));
        assert!(at(LASTS_S * 1000 - 1).is_some() && at(LASTS_S * 1000).is_none());
        assert_eq!(read(&OTHER, &value, NOW), None);
        for at in 0..value.len() {
            let mut changed = value.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(read(&KEY, &String::from_utf8(changed).unwrap(), NOW), None, "{at}");
        }
        for odd in ["", "A", "%", "AKIA", &"A".repeat(100_000)] {
            assert_eq!(read(&KEY, odd, NOW), None);
        }
    }

    #[test]
    fn who_only_chose_has_shown_no_secret() {
        let chosen = read(&KEY, &value(&KEY, "AKIA", None, NOW), NOW).unwrap();
        assert!(!chosen.is_by("") && !chosen.is_by("hush"));
    }
}
