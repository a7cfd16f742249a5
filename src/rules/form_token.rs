//! The token that the forms of the desk and of the console carry, made of a cookie of the browser.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::hmac;
use subtle::ConstantTimeEq as _;

use crate::digest::sha256;
use crate::rules::page::PageKey;

const FORMS: &[u8] = b"forms of a requester's pages";

/// The token that each form carries which is shown to the browser with this cookie. Only a page of
/// this server can know it, so a form that carries it comes from one.
pub fn form_token(key: &PageKey, cookie: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &sha256([FORMS, &key.0]));
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, cookie.as_bytes()))
}

/// Whether a form carries the token of the browser with this cookie.
pub fn is_form_token(key: &PageKey, cookie: &str, token: &str) -> bool {
    form_token(key, cookie).as_bytes().ct_eq(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: PageKey = PageKey([7; 32]);
    const OTHER: PageKey = PageKey([8; 32]);

    #[test]
    fn a_form_belongs_to_one_browser_and_one_market() {
        let token = form_token(&KEY, "cookie");
        assert!(is_form_token(&KEY, "cookie", &token));
        assert!(
            !is_form_token(&KEY, "cookie2", &token) && !is_form_token(&OTHER, "cookie", &token)
        );
        assert!(!is_form_token(&KEY, "cookie", "") && !is_form_token(&KEY, "", &token));
    }
}
