//! Links to files, each valid for a minute.
//!
//! A link's token is a file's key and the end of the minute, sealed with ChaCha20-Poly1305: nobody
//! can forge or prolong it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::rules::page::{PageKey, open, seal};
use crate::time::{Instant, Span};

/// How long a link is valid, in real time.
///
/// Source: the API reference on the URL of an uploaded file.
pub const GOOD_FOR: Span = Span::seconds(60);

const PURPOSE: &[u8] = b"uploaded file";

/// The token of a link to the file with that key, made at `now`.
pub fn token(page_key: &PageKey, file_key: &str, now: Instant) -> String {
    let end = now + GOOD_FOR;
    let message = [&end.0.to_be_bytes(), file_key.as_bytes()].concat();
    URL_SAFE_NO_PAD.encode(seal(page_key, PURPOSE, &message))
}

/// The key of the file that a token names; none if the token is forged or too old.
pub fn file_key(page_key: &PageKey, token: &str, now: Instant) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
    let message = open(page_key, PURPOSE, &sealed)?;
    let (end, file_key) = message.split_first_chunk()?;
    let end = Instant(i64::from_be_bytes(*end));
    (now <= end).then(|| String::from_utf8(file_key.to_vec()).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: PageKey = PageKey([7; 32]);
    const NOW: Instant = Instant(1_000_000);

    #[test]
    fn a_link_is_good_for_a_minute() {
        let token = token(&KEY, "3FILE", NOW);
        for (later, good) in [(0, true), (60_000, true), (60_001, false)] {
            let found = file_key(&KEY, &token, NOW + Span(later));
            assert_eq!(found, good.then(|| "3FILE".to_owned()), "{later}");
        }
        assert_eq!(file_key(&PageKey([8; 32]), &token, NOW), None);
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }

    proptest! {
        #[test]
        fn no_other_text_leads_anywhere(text: String, at in 0_usize..60, by in 1_u8..64) {
            prop_assert_eq!(file_key(&KEY, &text, NOW), None);
            let mut changed = token(&KEY, "3FILE", NOW).into_bytes();
            let at = at % changed.len();
            let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let index = alphabet.iter().position(|c| *c == changed[at]).unwrap();
            changed[at] = alphabet[(index + usize::from(by)) % 64];
            prop_assert_eq!(file_key(&KEY, std::str::from_utf8(&changed).unwrap(), NOW), None);
        }
    }
}
