//! Who holds the admin token: a browser that has shown it once, or a program that sends it.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules::admin_token::AdminToken;
use crate::rules::console_cookie::{self, LASTS_S};
use crate::time::real_now;
use crate::web::cookie;
use crate::web::origin::Origin;

const COOKIE_NAME: &str = "mturk_local_console";
/// The pages that get the cookie: the console's and the desk's.
const PATH: &str = "/requester";
/// A random one lets nobody in, so it lasts as long as a page may stay open.
const RANDOM_LASTS_S: i64 = 30 * 86400;

/// The cookies of a browser at the console: of who has shown the token, and random ones.
pub fn cookies(headers: &HeaderMap, origin: &Origin) -> Vec<String> {
    let name = origin.cookie_name(COOKIE_NAME);
    cookie::values(headers, &name).map(str::to_owned).collect()
}

/// The cookie of a browser that has shown the token.
///
/// # Errors
/// The database failed.
pub async fn signed_in_cookie(
    engine: &Arc<Engine>,
    token: &AdminToken,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<Option<String>, Fault> {
    let cookies = cookies(headers, origin);
    if cookies.is_empty() {
        return Ok(None);
    }
    let (key, now) = (engine.page_key().await?, real_now());
    let is_good = |cookie: &String| console_cookie::is_good(&key, token, cookie, now);
    Ok(cookies.into_iter().find(is_good))
}

/// Whether a request comes from a browser that has shown the token, or carries it.
///
/// # Errors
/// The database failed.
pub async fn is_signed_in(
    engine: &Arc<Engine>,
    token: &AdminToken,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<bool, Fault> {
    Ok(carries(token, headers) || signed_in_cookie(engine, token, headers, origin).await?.is_some())
}

/// Whether a request carries the token.
pub fn carries(token: &AdminToken, headers: &HeaderMap) -> bool {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    sent.is_some_and(|sent| token.is_in(sent))
}

/// Gives the browser the random cookie of which the token of its forms is made.
pub fn set_random_cookie(origin: &Origin, value: &str, response: &mut Response) {
    origin.set_cookie(response, (COOKIE_NAME, value), PATH, RANDOM_LASTS_S);
}

/// Lets the browser in from now on: it has shown the token.
///
/// # Errors
/// The database failed.
pub async fn sign_in(
    engine: &Arc<Engine>,
    token: &AdminToken,
    origin: &Origin,
    response: &mut Response,
) -> Result<(), Fault> {
    let value = console_cookie::value(&engine.page_key().await?, token, real_now());
    origin.set_cookie(response, (COOKIE_NAME, &value), PATH, LASTS_S);
    Ok(())
}

/// The browser forgets that it is signed in.
pub fn sign_out(origin: &Origin, response: &mut Response) {
    origin.set_cookie(response, (COOKIE_NAME, ""), PATH, 0);
}
