//! Pages of a list, and the tokens for the next page.
//!
//! A token is `p1:` and 64 base64 characters, as recorded from the real service. Inside is the
//! place of the last item, sealed with ChaCha20-Poly1305 and bound to everything that makes the
//! list what it is; only the page size may change between pages. The nonce is a function of what is
//! sealed, so that one place of one list has one token.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use crate::fault::Fault;

const PREFIX: &str = "p1:";
/// Every token has so many characters.
pub const TOKEN_LENGTH: usize = 67;
/// A place and zeros: what is sealed is so long for the sake of the token's length.
const PADDED: usize = 20;
/// Items on a page when the request does not say (reference of the older API, same back end).
pub const DEFAULT_SIZE: i64 = 10;

/// The secret that seals tokens; it lives in the store, so that tokens outlive the process.
#[derive(Clone, PartialEq, Eq)]
pub struct PageKey(pub [u8; 32]);

impl std::fmt::Debug for PageKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PageKey(…)")
    }
}

/// What a token belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// Whose list it is.
    pub requester_id: &'a str,
    /// The operation that lists.
    pub operation: &'a str,
    /// Every parameter that chooses the items: ids and filters, in a fixed order.
    pub chosen_by: &'a [&'a str],
}

/// A part of a list: up to `size` items after the place `after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The place of the last item of the page before; none at the start.
    pub after: Option<i64>,
    /// At most this many items.
    pub size: i64,
}

impl Listing<'_> {
    /// The page that a request asks for.
    ///
    /// # Errors
    /// The token was not made by this market, or for another list. Assumed: the service's sentence.
    pub fn page(
        &self,
        key: &PageKey,
        next_token: Option<&str>,
        max_results: Option<i64>,
    ) -> Result<Page, Fault> {
        let after = match next_token {
            Some(token) => Some(
                self.open(key, token).ok_or_else(|| Fault::invalid_value("NextToken", token))?,
            ),
            None => None,
        };
        Ok(Page { after, size: max_results.unwrap_or(DEFAULT_SIZE) })
    }

    /// The token of the page after `place`.
    pub fn seal(&self, key: &PageKey, place: i64) -> String {
        let mut padded = [0; PADDED];
        padded[..8].copy_from_slice(&place.to_be_bytes());
        let sealed = seal(key, &self.bound_to(), &padded);
        format!("{PREFIX}{}", STANDARD.encode(sealed))
    }

    fn open(&self, key: &PageKey, token: &str) -> Option<i64> {
        let bytes = STANDARD.decode(token.strip_prefix(PREFIX)?).ok()?;
        let padded = open(key, &self.bound_to(), &bytes)?;
        padded.first_chunk().map(|place| i64::from_be_bytes(*place))
    }

    /// Requester, operation and parameters, each with its length before it.
    fn bound_to(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        for part in [self.requester_id, self.operation].iter().chain(self.chosen_by) {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

/// Seals `message`, bound to `bound_to`: the same bytes whenever both are the same.
pub(super) fn seal(key: &PageKey, bound_to: &[u8], message: &[u8]) -> Vec<u8> {
    let nonce = nonce(key, bound_to, message);
    let mut sealed = message.to_vec();
    cipher(key)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound_to),
            &mut sealed,
        )
        .expect("a message is far shorter than 256 GiB");
    [&nonce[..], &sealed].concat()
}

/// The message, if it was sealed with this key and bound to the same.
pub(super) fn open(key: &PageKey, bound_to: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
    let (nonce, mut sealed) = (Nonce::assume_unique_for_key(*nonce), sealed.to_vec());
    let message = cipher(key).open_in_place(nonce, Aad::from(bound_to), &mut sealed).ok()?;
    Some(message.to_vec())
}

fn cipher(key: &PageKey) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key.0).expect("a key of 32 bytes"))
}

/// Two messages have one nonce only if they and what they are bound to are the same.
fn nonce(key: &PageKey, bound_to: &[u8], message: &[u8]) -> [u8; NONCE_LEN] {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key.0));
    for part in [&bound_to.len().to_be_bytes(), bound_to, message] {
        mac.update(part);
    }
    mac.sign().as_ref().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: PageKey = PageKey([7; 32]);

    fn listing<'a>(requester_id: &'a str, chosen_by: &'a [&'a str]) -> Listing<'a> {
        Listing { requester_id, operation: "ListAssignmentsForHIT", chosen_by }
    }

    #[test]
    fn a_token_has_the_recorded_form() {
        let token = listing("A1", &["3HIT", ""]).seal(&KEY, 42);
        assert_eq!(token.len(), TOKEN_LENGTH);
        assert!(token.starts_with("p1:"));
        assert_eq!(token, listing("A1", &["3HIT", ""]).seal(&KEY, 42));
        assert_ne!(token, listing("A1", &["3HIT", ""]).seal(&KEY, 43));
    }

    #[test]
    fn a_token_opens_only_its_own_list() {
        let mine = listing("A1", &["3HIT", "Submitted"]);
        let token = mine.seal(&KEY, -5);
        assert_eq!(mine.open(&KEY, &token), Some(-5));
        for other in [
            listing("A2", &["3HIT", "Submitted"]),
            listing("A1", &["3HIT", ""]),
            listing("A1", &["3HITSubmitted", ""]),
            Listing { operation: "ListHITs", ..mine },
        ] {
            assert_eq!(other.open(&KEY, &token), None, "{other:?}");
        }
        assert_eq!(mine.open(&PageKey([8; 32]), &token), None);
    }

    #[test]
    fn a_page_has_ten_items_unless_asked() {
        let mine = listing("A1", &[]);
        assert_eq!(mine.page(&KEY, None, None), Ok(Page { after: None, size: 10 }));
        let token = mine.seal(&KEY, 9);
        assert_eq!(mine.page(&KEY, Some(&token), Some(3)), Ok(Page { after: Some(9), size: 3 }));
        assert!(mine.page(&KEY, Some("2"), None).is_err());
    }

    proptest! {
        #[test]
        fn every_place_survives(place: i64) {
            let list = listing("A1", &["x"]);
            prop_assert_eq!(list.open(&KEY, &list.seal(&KEY, place)), Some(place));
        }

        #[test]
        fn a_changed_token_opens_nothing(place: i64, at in 3_usize..67, by in 1_u8..64) {
            let list = listing("A1", &["x"]);
            let mut token = list.seal(&KEY, place).into_bytes();
            let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            let index = alphabet.iter().position(|c| *c == token[at]).unwrap();
            token[at] = alphabet[(index + usize::from(by)) % 64];
            prop_assert_eq!(list.open(&KEY, std::str::from_utf8(&token).unwrap()), None);
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text: String) {
            prop_assert_eq!(listing("A1", &[]).open(&KEY, &text), None);
        }
    }
}
