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
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if sent.is_some_and(|sent| token.is_in(sent)) {
        return Ok(true);
    }
    let name = origin.cookie_name(COOKIE_NAME);
    let mut cookies = cookie::values(headers, &name).peekable();
    if cookies.peek().is_none() {
        return Ok(false);
    }
    let (key, now) = (engine.page_key().await?, real_now());
    Ok(cookies.any(|cookie| console_cookie::is_good(&key, token, cookie, now)))
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
