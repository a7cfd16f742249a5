//! Cookies of the pages of requesters: out of reach of scripts and of other sites.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;

use crate::rules::url::{is_host_and_port, split_port};

/// The name of a cookie at a host. Browsers send a cookie to every port of a host, so each
/// server's has its own name.
pub fn name(name: &str, host: Option<&str>) -> String {
    let port = host.filter(|host| is_host_and_port(host)).and_then(|host| split_port(host).1);
    port.map_or_else(|| name.to_owned(), |port| format!("{name}_{port}"))
}

/// The values of all cookies of that name: a page of a neighbouring host may have set another one.
pub fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|cookies| cookies.split(';'));
    pairs.filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Sets a cookie for the paths below `path`, until the browser closes or `age_s` is over.
pub fn set(
    response: &mut Response,
    (name, value): (&str, &str),
    path: &str,
    (age_s, is_secure): (i64, bool),
) {
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path={path}; HttpOnly; SameSite=Strict; Max-Age={age_s}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
