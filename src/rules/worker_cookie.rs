//! The cookie that keeps the choice of a worker: the worker's id, sealed, so that nobody else can
//! make it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::rules::page::{PageKey, open, seal};
use crate::rules::worker::well_formed;

const PURPOSE: &[u8] = b"chosen worker";

/// The value of the cookie for that worker in the market that has the key.
pub fn value(key: &PageKey, worker_id: &str) -> String {
    URL_SAFE_NO_PAD.encode(seal(key, PURPOSE, worker_id.as_bytes()))
}

/// The worker in a cookie; none if it was not made by this market.
pub fn worker_id(key: &PageKey, value: &str) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
    let worker_id = String::from_utf8(open(key, PURPOSE, &sealed)?).ok()?;
    well_formed(&worker_id).then_some(worker_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: PageKey = PageKey([7; 32]);

    #[test]
    fn only_this_market_makes_a_cookie() {
        let value = value(&KEY, "A1ANNA");
        assert!(value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        assert_eq!(worker_id(&KEY, &value).as_deref(), Some("A1ANNA"));
        assert_eq!(worker_id(&PageKey([8; 32]), &value), None);
        for at in 0..value.len() {
            let mut changed = value.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(worker_id(&KEY, &String::from_utf8(changed).unwrap()), None, "{at}");
        }
        for odd in ["", "A1ANNA", "A", "%", &"A".repeat(100_000)] {
            assert_eq!(worker_id(&KEY, odd), None);
        }
    }

    #[test]
    fn other_sealed_texts_are_no_cookies() {
        let sealed = seal(&KEY, b"uploaded file", b"A1ANNA");
        assert_eq!(worker_id(&KEY, &URL_SAFE_NO_PAD.encode(sealed)), None);
    }
}
