//! Who is let in: a browser that has shown the admin token once, or a program that sends it.

use std::convert::Infallible;
use std::net::IpAddr;
use std::time::Instant;

use askama::Template;
use axum::extract::{FromRequestParts, Query, Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION, COOKIE, HOST, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::console::attempts::MAX_WRONG;
use crate::console::form::Form;
use crate::console::page::{Failed, Page, go, html, render};
use crate::console::state::{Console, ROOT};
use crate::fault::Fault;
use crate::rules::console_cookie::{self, LASTS_S};
use crate::rules::frame::encoded;
use crate::rules::url::{Scheme, own_origin, split_port};
use crate::time::real_now;

const SIGN_IN: &str = "/requester/console/sign-in";
const COOKIE_NAME: &str = "mturk_local_console";

/// Lets a request through that may come in; leads a browser to where it can sign in.
pub async fn check(State(console): State<Console>, request: Request, next: Next) -> Response {
    match is_let_in(&console, request.headers()).await {
        Ok(true) => next.run(request).await,
        Ok(false) if is_stream(request.headers()) => StatusCode::UNAUTHORIZED.into_response(),
        Ok(false) if request.method().is_safe() => {
            let here = request.uri().path_and_query().map_or("", |here| here.as_str());
            go(&format!("{SIGN_IN}?next={}", encoded(here)))
        }
        Ok(false) => go(SIGN_IN),
        Err(fault) => Failed::from(fault).into_response(),
    }
}

fn is_stream(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes() == b"text/event-stream")
}

async fn is_let_in(console: &Console, headers: &HeaderMap) -> Result<bool, Fault> {
    let Some(token) = &console.token else { return Ok(true) };
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if sent.is_some_and(|sent| token.is_in(sent)) {
        return Ok(true);
    }
    let Some(cookie) = cookie(headers) else { return Ok(false) };
    let key = console.engine.page_key().await?;
    Ok(console_cookie::is_good(&key, token, cookie, real_now()))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))
}

/// Whether nobody on the way can read what the browser sends: it comes through TLS, or from this
/// machine.
fn is_private(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").map(|host| split_port(host).0);
    host.is_none_or(|host| {
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback())
            || host.eq_ignore_ascii_case("localhost")
            || host.to_ascii_lowercase().ends_with(".localhost")
    })
}

#[derive(Template)]
#[template(path = "console_sign_in.html")]
struct SignInPage<'a> {
    refused: Option<&'a str>,
    next: &'a str,
    may_sign_in: bool,
}

/// Where a browser goes once it is signed in.
#[derive(Debug, Deserialize)]
pub struct NextQuery {
    #[serde(default)]
    next: String,
}

/// What this server's addresses begin with, as the browser knows it.
#[derive(Debug)]
pub struct Origin(String);

impl Origin {
    /// It, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromRequestParts<Console> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Infallible> {
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let scheme = parts.extensions.get::<Scheme>();
        // A public URL is that of a proxy: who comes by another name comes by none of its.
        let public = console.public_origin.as_deref();
        let is_of = |public: &&str| public.split_once("://").map(|(_, at)| at) == host;
        Ok(Self(own_origin(public.filter(is_of), scheme, host)))
    }
}

/// `GET /requester/console/sign-in`.
pub async fn ask(
    console: Console,
    Origin(origin): Origin,
    Query(NextQuery { next }): Query<NextQuery>,
) -> Page {
    if console.token.is_none() {
        return Ok(go(ROOT));
    }
    let may_sign_in = is_private(&origin);
    page(StatusCode::OK, &SignInPage { refused: None, next: &next, may_sign_in })
}

fn page(status: StatusCode, page: &SignInPage<'_>) -> Page {
    Ok((status, html(render(page)?)).into_response())
}

/// `POST /requester/console/sign-in`: `token`, and `next`, a page of the console.
pub async fn sign_in(console: Console, Origin(origin): Origin, form: Form) -> Page {
    let Some(token) = &console.token else { return Ok(go(ROOT)) };
    let (next, may_sign_in) = (form.get("next"), is_private(&origin));
    let refuse = |status, refused| page(status, &SignInPage { refused, next, may_sign_in });
    if !may_sign_in {
        return refuse(StatusCode::FORBIDDEN, None);
    }
    let now = Instant::now();
    if console.attempts.wrong(now) >= MAX_WRONG {
        let why = "There were too many wrong tokens. Try again in a minute.";
        return refuse(StatusCode::TOO_MANY_REQUESTS, Some(why));
    }
    if !token.is(form.get("token").trim()) {
        console.attempts.add_wrong(now);
        return refuse(StatusCode::FORBIDDEN, Some("That is not the admin token."));
    }
    let key = console.engine.page_key().await?;
    let value = console_cookie::value(&key, token, real_now());
    let is_ours =
        next.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
    Ok(with_cookie(go(if is_ours { next } else { ROOT }), &value, LASTS_S, &origin))
}

/// `POST /requester/console/sign-out`: the browser forgets that it is signed in.
pub async fn sign_out(Origin(origin): Origin) -> Response {
    with_cookie(go(SIGN_IN), "", 0, &origin)
}

fn with_cookie(mut response: Response, value: &str, age_s: i64, origin: &str) -> Response {
    let secure = if origin.starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE_NAME}={value}; Path={ROOT}; HttpOnly; SameSite=Strict; Max-Age={age_s}{secure}"
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_sent_in_the_clear_on_this_machine_only() {
        for (origin, good) in [
            ("http://127.0.0.1:1770", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1770", true),
            ("http://localhost", true),
            ("http://Lab.LOCALHOST:1770", true),
            ("https://lab.example", true),
            ("http://lab.example", false),
            ("http://10.0.0.5:1770", false),
            ("http://localhost.evil.example", false),
            ("http://127.0.0.1.evil.example", false),
        ] {
            assert_eq!(is_private(origin), good, "{origin}");
        }
    }
}
