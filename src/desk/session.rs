//! Who is at the desk: a browser in which somebody signed in, or chose to be a requester.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::desk::page::{Failed, message, no_such_page};
use crate::desk::state::Desk;
use crate::fault::Fault;
use crate::rules::desk_cookie::{self, SignedIn};
use crate::rules::form_token::form_token;
use crate::rules::frame::encoded;
use crate::rules::text::{BadAddress, check_address};
use crate::store::requesters::{Credentials, Requester};
use crate::time::real_now;
use crate::web::admin;
use crate::web::cookie;
use crate::web::form_token::{self, BAD_CHARACTERS, NOT_OURS, Unchecked};
use crate::web::origin::Origin;
use crate::web::page::go;

/// The cookie; its value names a requester, or is random where nobody is signed in yet.
pub const COOKIE_NAME: &str = "mturk_local_requester";
/// The pages that get it.
pub const COOKIE_PATH: &str = "/requester";

/// Who is at the desk, in one request.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose things are shown.
    pub requester: Arc<Requester>,
    /// What each form carries.
    pub form_token: String,
    /// Whether this browser may be any requester.
    pub may_choose: bool,
}

impl FromRequestParts<Desk> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Desk) -> Result<Self, Response> {
        let session = parts.extensions.get::<Self>().cloned();
        session.ok_or_else(|| StatusCode::UNAUTHORIZED.into_response())
    }
}

/// Whether this browser may be any requester without a secret: in strict mode, and of requesters
/// that have a secret, only who holds the admin token.
pub async fn is_admin(desk: &Desk, headers: &HeaderMap, origin: &Origin) -> Result<bool, Fault> {
    match &desk.access.token {
        Some(token) => admin::is_signed_in(&desk.engine, token, headers, origin).await,
        None => Ok(!desk.access.is_strict),
    }
}

/// Whether that requester must show a secret.
pub fn needs_secret(desk: &Desk, of: &Credentials) -> bool {
    desk.access.is_strict || of.secret.is_some()
}

/// Refuses an address with characters that no text holds, before a page reads it.
pub async fn check_characters(request: Request, next: Next) -> Response {
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
    match check_address(path, query) {
        Ok(()) => next.run(request).await,
        Err(BadAddress::Path) => no_such_page().await,
        Err(BadAddress::Query) => {
            message(StatusCode::BAD_REQUEST, "The address holds characters that no text holds.")
        }
    }
}

/// Lets a request through of a browser that is signed in, with a form of this desk; leads others to
/// where they can sign in.
pub async fn check(
    State(desk): State<Desk>,
    origin: Origin,
    mut request: Request,
    next: Next,
) -> Response {
    let found = find(&desk, &origin, request.headers()).await;
    let found = match found {
        Ok(found) => found,
        Err(fault) => return Failed::from(fault).into_response(),
    };
    let Some((session, cookie)) = found else {
        let door = if desk.access.is_strict { "sign-in" } else { "choose" };
        if !request.method().is_safe() {
            return go(&format!("/requester/{door}"));
        }
        let here = request.uri().path_and_query().map_or("", |here| here.as_str());
        return go(&format!("/requester/{door}?next={}", encoded(here)));
    };
    request.extensions_mut().insert(session);
    match with_form_checked(&desk, &[&cookie], request).await {
        Ok(request) => next.run(request).await,
        Err(refused) => refused,
    }
}

/// Lets a form through that this desk has shown to the browser.
pub async fn check_form(
    State(desk): State<Desk>,
    origin: Origin,
    request: Request,
    next: Next,
) -> Response {
    let (name, headers) = (origin.cookie_name(COOKIE_NAME), request.headers().clone());
    let cookies: Vec<&str> = cookie::values(&headers, &name).collect();
    match with_form_checked(&desk, &cookies, request).await {
        Ok(request) => next.run(request).await,
        Err(refused) => refused,
    }
}

/// The session of a browser, and the cookie that says so.
async fn find(
    desk: &Desk,
    origin: &Origin,
    headers: &HeaderMap,
) -> Result<Option<(Session, String)>, Fault> {
    let name = origin.cookie_name(COOKIE_NAME);
    let mut cookies = cookie::values(headers, &name).peekable();
    if cookies.peek().is_none() {
        return Ok(None);
    }
    let (key, now) = (desk.engine.page_key().await?, real_now());
    let is_admin = is_admin(desk, headers, origin).await?;
    for cookie in cookies {
        let Some(signed_in) = desk_cookie::read(&key, cookie, now) else { continue };
        let of = desk.engine.credentials(&signed_in.access_key).await?;
        if is_admin || !needs_secret(desk, &of) || has_shown_secret(&signed_in, &of) {
            let form_token = form_token(&key, cookie);
            let may_choose = is_admin || !desk.access.is_strict;
            let session = Session { requester: of.requester.clone(), form_token, may_choose };
            return Ok(Some((session, cookie.to_owned())));
        }
    }
    Ok(None)
}

fn has_shown_secret(signed_in: &SignedIn, of: &Credentials) -> bool {
    of.secret.as_deref().is_some_and(|secret| signed_in.is_by(secret))
}

async fn with_form_checked(
    desk: &Desk,
    cookies: &[&str],
    request: Request,
) -> Result<Request, Response> {
    let checked = form_token::checked(&desk.engine, cookies, request).await;
    checked.map_err(|why| match why {
        Unchecked::NotOurs => message(StatusCode::FORBIDDEN, NOT_OURS),
        Unchecked::Characters => message(StatusCode::BAD_REQUEST, BAD_CHARACTERS),
        Unchecked::Body(refused) => refused,
        Unchecked::Failed(fault) => Failed::from(fault).into_response(),
    })
}
