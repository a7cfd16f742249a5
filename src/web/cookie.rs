//! Cookies: out of reach of scripts and of other sites.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

/// Begins the names of cookies that browsers take from their own host alone (source: RFC 6265bis).
pub const HOST_ONLY: &str = "__Host-";

/// The values of all cookies of that name: a page of a neighbouring host may have set another one.
pub fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|cookies| cookies.split(';'));
    pairs.filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Sets a cookie until `age_s` is over: for the paths below `path`, or, with a name that begins
/// with [`HOST_ONLY`], for all.
pub fn set(
    response: &mut Response,
    (name, value): (&str, &str),
    path: &str,
    (age_s, is_secure): (i64, bool),
) {
    let path = if name.starts_with(HOST_ONLY) { "/" } else { path };
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path={path}; HttpOnly; SameSite=Strict; Max-Age={age_s}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
