//! Signing in, and choosing a requester.

use std::time::Instant;

use askama::Template;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use crate::desk::page::Page;
use crate::desk::session::{COOKIE_NAME, COOKIE_PATH, Session, is_admin, needs_secret};
use crate::desk::state::Desk;
use crate::fault::Fault;
use crate::rules::desk_cookie::{self, LASTS_S};
use crate::rules::frame::encoded;
use crate::rules::text::is_access_key;
use crate::store::requesters::{self, Requester};
use crate::time::real_now;
use crate::views::{cut, show};
use crate::web::cookie;
use crate::web::form::Form;
use crate::web::form_token::{FORM_TOKEN, FormToken};
use crate::web::origin::Origin;
use crate::web::page::{go, html, render};

/// So many requesters are on a page.
const PAGE: i64 = 100;

const LIST: &str = "/requester/hits";
const SIGN_IN: &str = "/requester/sign-in";
const CHOOSE: &str = "/requester/choose";

/// Where a browser goes once it is signed in, and what a page of requesters shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DoorQuery {
    next: String,
    /// The access key that is asked for.
    key: String,
    /// The access key behind which the list of requesters begins.
    after: String,
}

/// Whether a browser may be led there: to a page of the desk. A browser takes `..` and `\` for
/// steps upwards.
fn is_page(next: &str) -> bool {
    let (path, query) = next.split_once('?').unwrap_or((next, ""));
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_".contains(&b);
    let names_page = path.strip_prefix("/requester/").is_some_and(|rest| {
        !["console", "sign-", "choose"].iter().any(|other| rest.starts_with(other))
    });
    names_page
        && !path.contains("//")
        && path.bytes().all(is_plain)
        && query.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#')
}

fn next_page(next: &str) -> &str {
    if is_page(next) { next } else { LIST }
}

/// What the forms of a page outside of a session carry.
async fn form_token(desk: &Desk, origin: &Origin, headers: &HeaderMap) -> Result<FormToken, Fault> {
    let name = origin.cookie_name(COOKIE_NAME);
    FormToken::of(&desk.engine, cookie::values(headers, &name).next()).await
}

fn answer(status: StatusCode, origin: &Origin, of: &FormToken, page: &impl Template) -> Page {
    let mut answer = (status, html(render(page)?)).into_response();
    if let Some(value) = &of.new_cookie {
        origin.set_cookie(&mut answer, (COOKIE_NAME, value), COOKIE_PATH, LASTS_S);
    }
    Ok(answer)
}

#[derive(Template)]
#[template(path = "desk_choose.html")]
struct ChoosePage<'a> {
    form_token: &'a str,
    next: &'a str,
    requesters: Vec<Requester>,
    /// The access key behind which the next page begins.
    more: Option<String>,
    is_first: bool,
    is_strict: bool,
    refused: Option<&'a str>,
    typed: &'a str,
}

#[derive(Template)]
#[template(path = "desk_sign_in.html")]
struct SignInPage<'a> {
    form_token: &'a str,
    next: &'a str,
    access_key: &'a str,
    may_sign_in: bool,
    may_choose: bool,
    refused: Option<&'a str>,
}

/// `GET /requester/choose`: the requesters, by access key.
pub async fn choices(
    desk: Desk,
    origin: Origin,
    headers: HeaderMap,
    Query(query): Query<DoorQuery>,
) -> Page {
    if desk.access.is_strict && !is_admin(&desk, &headers, &origin).await? {
        return Ok(go(&format!("{SIGN_IN}?next={}", encoded(&query.next))));
    }
    shown_choices(&desk, &origin, &headers, &query, None).await
}

async fn shown_choices(
    desk: &Desk,
    origin: &Origin,
    headers: &HeaderMap,
    query: &DoorQuery,
    refused: Option<&str>,
) -> Page {
    let read = desk.engine.read(Requester::default(), query.after.clone(), |turn, after| {
        Box::pin(requesters::page(&mut turn.tx, after, PAGE + 1))
    });
    let mut requesters = read.await?;
    let more = cut(&mut requesters, PAGE).map(|last| last.access_key.clone());
    let of = form_token(desk, origin, headers).await?;
    let status = if refused.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let page = ChoosePage {
        form_token: &of.token,
        next: next_page(&query.next),
        requesters,
        more,
        is_first: query.after.is_empty(),
        is_strict: desk.access.is_strict,
        refused,
        typed: &query.key,
    };
    answer(status, origin, &of, &page)
}

/// `POST /requester/choose`: `key`, an access key or the id of a requester; `next`.
pub async fn choose(desk: Desk, origin: Origin, headers: HeaderMap, form: Form) -> Page {
    let is_admin = is_admin(&desk, &headers, &origin).await?;
    if desk.access.is_strict && !is_admin {
        return Ok(go(SIGN_IN));
    }
    let (key, next) = (form.get("key").to_owned(), form.get("next").to_owned());
    let read = desk.engine.read(Requester::default(), key.clone(), |turn, key| {
        Box::pin(requesters::by_key_or_id(&mut turn.tx, key))
    });
    let access_key = match read.await? {
        Some(known) if needs_secret(&desk, &known) && !is_admin => {
            let key = encoded(&known.requester.access_key);
            return Ok(go(&format!("{SIGN_IN}?key={key}&next={}", encoded(&next))));
        }
        Some(known) => known.requester.access_key.clone(),
        None if !desk.access.is_strict && is_access_key(&key) => key,
        None => {
            let why = if desk.access.is_strict {
                "There is no requester with that access key or id."
            } else {
                "An access key has only letters, digits and the characters - _ . + @"
            };
            let query = DoorQuery { next, key, ..DoorQuery::default() };
            return shown_choices(&desk, &origin, &headers, &query, Some(why)).await;
        }
    };
    desk.live.leave(form.get(FORM_TOKEN));
    signed_in(&desk, &origin, (&access_key, None), &next).await
}

/// Leads the browser on with a cookie that says who is at the desk.
async fn signed_in(
    desk: &Desk,
    origin: &Origin,
    (access_key, secret): (&str, Option<&str>),
    next: &str,
) -> Page {
    let key = desk.engine.page_key().await?;
    let value = desk_cookie::value(&key, access_key, secret, real_now());
    let mut answer = go(next_page(next));
    origin.set_cookie(&mut answer, (COOKIE_NAME, &value), COOKIE_PATH, LASTS_S);
    Ok(answer)
}

/// `GET /requester/sign-in`.
pub async fn ask(
    desk: Desk,
    origin: Origin,
    headers: HeaderMap,
    Query(query): Query<DoorQuery>,
) -> Page {
    asked(&desk, &origin, &headers, &query, (StatusCode::OK, None)).await
}

async fn asked(
    desk: &Desk,
    origin: &Origin,
    headers: &HeaderMap,
    query: &DoorQuery,
    (status, refused): (StatusCode, Option<&str>),
) -> Page {
    let of = form_token(desk, origin, headers).await?;
    let page = SignInPage {
        form_token: &of.token,
        next: next_page(&query.next),
        access_key: &query.key,
        may_sign_in: origin.is_private(),
        may_choose: !desk.access.is_strict || is_admin(desk, headers, origin).await?,
        refused,
    };
    answer(status, origin, &of, &page)
}

/// `POST /requester/sign-in`: `key`, an access key; `secret`; `next`.
pub async fn sign_in(desk: Desk, origin: Origin, headers: HeaderMap, form: Form) -> Page {
    let (key, next) = (form.get("key").to_owned(), form.get("next").to_owned());
    let query = DoorQuery { next, key, ..DoorQuery::default() };
    let refuse = |status, why| asked(&desk, &origin, &headers, &query, (status, why));
    if !origin.is_private() {
        return refuse(StatusCode::FORBIDDEN, None).await;
    }
    if let Some(secret) = shown_secret(&desk, &query.key, form.get("secret")).await? {
        desk.live.leave(form.get(FORM_TOKEN));
        return signed_in(&desk, &origin, (&query.key, Some(&secret)), &query.next).await;
    }
    let why = "There is no requester with that access key and secret.";
    if desk.attempts.add_wrong(Instant::now()) {
        let too_many = "There is no requester with that access key and secret, and there were too \
            many wrong ones in the last minute.";
        return refuse(StatusCode::TOO_MANY_REQUESTS, Some(too_many)).await;
    }
    refuse(StatusCode::FORBIDDEN, Some(why)).await
}

/// The secret of an access key, if it is the one that was sent.
async fn shown_secret(desk: &Desk, access_key: &str, sent: &str) -> Result<Option<String>, Fault> {
    // What is looked up is remembered, so that it must be short.
    if !is_access_key(access_key) {
        return Ok(None);
    }
    let known = desk.engine.credentials(access_key).await?;
    let is_sent = |secret: &&String| bool::from(secret.as_bytes().ct_eq(sent.as_bytes()));
    Ok(known.secret.as_ref().filter(is_sent).cloned())
}

/// `POST /requester/sign-out`: the browser forgets who is at the desk.
pub async fn sign_out(desk: Desk, origin: Origin, session: Session) -> Response {
    desk.live.leave(&session.form_token);
    let mut answer = go(if desk.access.is_strict { SIGN_IN } else { CHOOSE });
    origin.set_cookie(&mut answer, (COOKIE_NAME, ""), COOKIE_PATH, 0);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_led_to_pages_of_the_desk_only() {
        for (next, good) in [
            ("/requester/hits", true),
            ("/requester/hits/3ABC/answers?status=Submitted&after=5", true),
            ("/requester/types/3ABC/answers", true),
            ("", false),
            ("/requester", false),
            ("/requester/console", false),
            ("/requester/sign-in", false),
            ("/requester/../mturk/accept", false),
            ("/requester//evil.example", false),
            ("/requester/%2e%2e/x", false),
            ("/requester\\hits", false),
            ("//evil.example/requester/hits", false),
            ("/requester/hits?x=\\", false),
            ("/requester/hits?x=#y", false),
        ] {
            assert_eq!(is_page(next), good, "{next}");
        }
    }
}
