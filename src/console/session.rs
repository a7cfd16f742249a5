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

use crate::console::form::Form;
use crate::console::page::{Failed, Page, go, html, render};
use crate::console::state::{Console, ROOT};
use crate::fault::Fault;
use crate::rules::console_cookie::{self, LASTS_S};
use crate::rules::frame::encoded;
use crate::rules::url::{Scheme, is_host_and_port, own_origin, split_port};
use crate::time::real_now;

const SIGN_IN: &str = "/requester/console/sign-in";
const COOKIE_NAME: &str = "mturk_local_console";

/// Lets a request through that may come in; leads a browser to where it can sign in.
pub async fn check(State(console): State<Console>, request: Request, next: Next) -> Response {
    match is_let_in(&console, request.headers()).await {
        Ok(true) => next.run(request).await,
        Ok(false) if is_bearer(request.headers()) && console.attempts.add_wrong(Instant::now()) => {
            (StatusCode::TOO_MANY_REQUESTS, TOO_MANY).into_response()
        }
        Ok(false) if is_stream(request.headers()) => StatusCode::UNAUTHORIZED.into_response(),
        Ok(false) if request.method().is_safe() => {
            let here = request.uri().path_and_query().map_or("", |here| here.as_str());
            go(&format!("{SIGN_IN}?next={}", encoded(here)))
        }
        Ok(false) => go(SIGN_IN),
        Err(fault) => Failed::from(fault).into_response(),
    }
}

const TOO_MANY: &str = "That is not the admin token, and there were too many wrong ones.";

/// Whether a program sends a token.
fn is_bearer(headers: &HeaderMap) -> bool {
    let scheme = headers.get(AUTHORIZATION).and_then(|sent| sent.as_bytes().get(..7));
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"Bearer "))
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
    let name = cookie_name(headers.get(HOST).and_then(|host| host.to_str().ok()));
    let mut cookies = cookies(headers, &name).peekable();
    if cookies.peek().is_none() {
        return Ok(false);
    }
    let (key, now) = (console.engine.page_key().await?, real_now());
    Ok(cookies.any(|cookie| console_cookie::is_good(&key, token, cookie, now)))
}

/// Browsers send a cookie to every port of a host: each server's has its own name.
fn cookie_name(host: Option<&str>) -> String {
    let port = host.filter(|host| is_host_and_port(host)).and_then(|host| split_port(host).1);
    port.map_or_else(|| COOKIE_NAME.to_owned(), |port| format!("{COOKIE_NAME}_{port}"))
}

/// All cookies of that name: a page of a neighbouring host may have set another one.
fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = all.flat_map(|cookies| cookies.split(';'));
    pairs.filter_map(move |pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
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

/// Whether a browser may be led there: to the console's page or that of a call. A browser takes
/// `..` and `\` for steps upwards, so that a beginning alone says nothing.
fn is_page(next: &str) -> bool {
    let path = next.split_once('?').map_or(next, |(path, _)| path);
    let number = path.strip_prefix(ROOT).and_then(|rest| rest.strip_prefix("/calls/"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    path.strip_suffix('/').unwrap_or(path) == ROOT || number.is_some_and(is_number)
}

/// What this server's addresses begin with, as the browser knows it.
#[derive(Debug)]
pub struct Origin {
    origin: String,
    cookie_name: String,
}

impl Origin {
    /// It, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.origin
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
        let origin = own_origin(public.filter(is_of), scheme, host);
        Ok(Self { origin, cookie_name: cookie_name(host) })
    }
}

/// `GET /requester/console/sign-in`.
pub async fn ask(
    console: Console,
    origin: Origin,
    Query(NextQuery { next }): Query<NextQuery>,
) -> Page {
    if console.token.is_none() {
        return Ok(go(ROOT));
    }
    let may_sign_in = is_private(origin.as_str());
    page(StatusCode::OK, &SignInPage { refused: None, next: &next, may_sign_in })
}

fn page(status: StatusCode, page: &SignInPage<'_>) -> Page {
    Ok((status, html(render(page)?)).into_response())
}

/// `POST /requester/console/sign-in`: `token`, and `next`, a page of the console.
pub async fn sign_in(console: Console, origin: Origin, form: Form) -> Page {
    let Some(token) = &console.token else { return Ok(go(ROOT)) };
    let (next, may_sign_in) = (form.get("next"), is_private(origin.as_str()));
    let refuse = |status, refused| page(status, &SignInPage { refused, next, may_sign_in });
    if !may_sign_in {
        return refuse(StatusCode::FORBIDDEN, None);
    }
    if !token.is(form.get("token").trim()) {
        return if console.attempts.add_wrong(Instant::now()) {
            refuse(StatusCode::TOO_MANY_REQUESTS, Some(TOO_MANY))
        } else {
            refuse(StatusCode::FORBIDDEN, Some("That is not the admin token."))
        };
    }
    let key = console.engine.page_key().await?;
    let value = console_cookie::value(&key, token, real_now());
    let next = if is_page(next) { next } else { ROOT };
    Ok(with_cookie(go(next), &value, LASTS_S, &origin))
}

/// `POST /requester/console/sign-out`: the browser forgets that it is signed in.
pub async fn sign_out(origin: Origin) -> Response {
    with_cookie(go(SIGN_IN), "", 0, &origin)
}

fn with_cookie(mut response: Response, value: &str, age_s: i64, origin: &Origin) -> Response {
    let secure = if origin.as_str().starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!(
        "{}={value}; Path={ROOT}; HttpOnly; SameSite=Strict; Max-Age={age_s}{secure}",
        origin.cookie_name
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
    fn a_browser_is_led_to_pages_of_the_console_only() {
        for (next, good) in [
            ("/requester/console", true),
            ("/requester/console/", true),
            ("/requester/console?error=any&before=5", true),
            ("/requester/console/calls/1", true),
            ("/requester/console/calls/12?x=/../", true),
            ("", false),
            ("/requester/console/../../mturk/accept", false),
            ("/requester/console/calls/../../../mturk/accept", false),
            ("/requester/console/%2e%2E/x", false),
            ("/requester/console/..", false),
            ("/requester/console\\..\\x", false),
            ("/requester/console/calls/", false),
            ("/requester/console/calls/1/..", false),
            ("/requester/console.evil", false),
            ("/requester/console#/../x", false),
            ("//evil.example", false),
        ] {
            assert_eq!(is_page(next), good, "{next}");
        }
    }

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
