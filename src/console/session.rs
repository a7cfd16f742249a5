//! Who is let in: a browser that has shown the admin token once, or a program that sends it.

use std::time::Instant;

use askama::Template;
use axum::extract::{FromRequestParts, Query, Request, State};
use axum::http::header::{ACCEPT, AUTHORIZATION};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::console::page::{Failed, Page, go, html, message, render};
use crate::console::state::{Console, ROOT};
use crate::fault::Fault;
use crate::rules::frame::encoded;
use crate::web::admin;
use crate::web::form::Form;
use crate::web::form_token::{self, BAD_CHARACTERS, FormToken, NOT_OURS, Unchecked};
use crate::web::origin::Origin;

const SIGN_IN: &str = "/requester/console/sign-in";

/// What the forms of a page carry.
#[derive(Debug, Clone)]
pub struct Session {
    /// In a field named `csrf`.
    pub form_token: String,
}

impl FromRequestParts<Console> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Console) -> Result<Self, Response> {
        let session = parts.extensions.get::<Self>().cloned();
        session.ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())
    }
}

/// Lets a request through that may come in; leads a browser to where it can sign in.
pub async fn check(
    State(console): State<Console>,
    origin: Origin,
    request: Request,
    next: Next,
) -> Response {
    match cookies_let_in(&console, &origin, request.headers()).await {
        Ok(Some(cookies)) => with_form_checked(&console, &origin, &cookies, request, next).await,
        Ok(None) if is_bearer(request.headers()) && console.attempts.add_wrong(Instant::now()) => {
            (StatusCode::TOO_MANY_REQUESTS, TOO_MANY).into_response()
        }
        Ok(None) if is_stream(request.headers()) => StatusCode::UNAUTHORIZED.into_response(),
        Ok(None) if request.method().is_safe() => {
            let here = request.uri().path_and_query().map_or("", |here| here.as_str());
            go(&format!("{SIGN_IN}?next={}", encoded(here)))
        }
        Ok(None) => go(SIGN_IN),
        Err(fault) => Failed::from(fault).into_response(),
    }
}

/// Lets a form of the page through on which a browser signs in.
pub async fn check_form(
    State(console): State<Console>,
    origin: Origin,
    request: Request,
    next: Next,
) -> Response {
    let cookies = admin::cookies(request.headers(), &origin);
    with_form_checked(&console, &origin, &cookies, request, next).await
}

/// The cookies of a browser that may come in, whose forms these are; none if it may not.
async fn cookies_let_in(
    console: &Console,
    origin: &Origin,
    headers: &HeaderMap,
) -> Result<Option<Vec<String>>, Fault> {
    let Some(token) = &console.token else { return Ok(Some(admin::cookies(headers, origin))) };
    let signed_in = admin::signed_in_cookie(&console.engine, token, headers, origin).await?;
    let carried = || admin::carries(token, headers).then(|| admin::cookies(headers, origin));
    Ok(signed_in.map(|cookie| vec![cookie]).or_else(carried))
}

/// The answer to a request that changes nothing, or carries the token of a form that was shown to
/// a browser with one of these cookies.
async fn with_form_checked(
    console: &Console,
    origin: &Origin,
    cookies: &[String],
    request: Request,
    next: Next,
) -> Response {
    let cookies: Vec<&str> = cookies.iter().map(String::as_str).collect();
    let of = FormToken::of(&console.engine, cookies.first().copied()).await;
    let of = match of {
        Ok(of) => of,
        Err(fault) => return Failed::from(fault).into_response(),
    };
    let mut request = match form_token::checked(&console.engine, &cookies, request).await {
        Ok(request) => request,
        Err(Unchecked::NotOurs) => return message(StatusCode::FORBIDDEN, NOT_OURS),
        Err(Unchecked::Characters) => return message(StatusCode::BAD_REQUEST, BAD_CHARACTERS),
        Err(Unchecked::Body(refused)) => return refused,
        Err(Unchecked::Failed(fault)) => return Failed::from(fault).into_response(),
    };
    request.extensions_mut().insert(Session { form_token: of.token });
    let mut answer = next.run(request).await;
    if let Some(value) = of.new_cookie {
        admin::set_random_cookie(origin, &value, &mut answer);
    }
    answer
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

#[derive(Template)]
#[template(path = "console_sign_in.html")]
struct SignInPage<'a> {
    refused: Option<&'a str>,
    next: &'a str,
    may_sign_in: bool,
    form_token: &'a str,
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

/// `GET /requester/console/sign-in`.
pub async fn ask(
    console: Console,
    origin: Origin,
    session: Session,
    Query(NextQuery { next }): Query<NextQuery>,
) -> Page {
    if console.token.is_none() {
        return Ok(go(ROOT));
    }
    let (may_sign_in, form_token) = (origin.is_private(), session.form_token.as_str());
    page(StatusCode::OK, &SignInPage { refused: None, next: &next, may_sign_in, form_token })
}

fn page(status: StatusCode, page: &SignInPage<'_>) -> Page {
    Ok((status, html(render(page)?)).into_response())
}

/// `POST /requester/console/sign-in`: `token`, and `next`, a page of the console.
pub async fn sign_in(console: Console, origin: Origin, session: Session, form: Form) -> Page {
    let Some(token) = &console.token else { return Ok(go(ROOT)) };
    let (next, may_sign_in) = (form.get("next"), origin.is_private());
    let form_token = session.form_token.as_str();
    let refuse =
        |status, refused| page(status, &SignInPage { refused, next, may_sign_in, form_token });
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
    let mut answer = go(if is_page(next) { next } else { ROOT });
    admin::sign_in(&console.engine, token, &origin, &mut answer).await?;
    Ok(answer)
}

/// `POST /requester/console/sign-out`: the browser forgets that it is signed in.
pub async fn sign_out(origin: Origin) -> Response {
    let mut answer = go(SIGN_IN);
    admin::sign_out(&origin, &mut answer);
    answer
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
}
