//! The token of forms: each form carries it, and one without it changes nothing.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Request};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::engine::Engine;
use crate::fault::Fault;
use crate::ids;
use crate::rules::form_token::{form_token, is_form_token};
use crate::rules::posted::urlencoded;
use crate::rules::text::check_address;

/// The field, or the word of a query, that holds the token.
pub const FORM_TOKEN: &str = "csrf";

/// Why a form without its token is refused.
pub const NOT_OURS: &str = "This form is not, or no longer, one of yours: you signed in again, or \
    it came from another page. Nothing was changed. Open the page anew and send the form from \
    there.";

/// Why a form with control characters is refused.
pub const BAD_CHARACTERS: &str = "The form holds characters that no text holds.";

/// What the forms of a page carry.
#[derive(Debug, Clone)]
pub struct FormToken {
    /// The token.
    pub token: String,
    /// The value of the cookie of which it is made, if the browser has none yet: it is random.
    pub new_cookie: Option<String>,
}

impl FormToken {
    /// That of a browser with this cookie.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of(engine: &Arc<Engine>, cookie: Option<&str>) -> Result<Self, Fault> {
        let new_cookie = cookie.is_none().then(|| URL_SAFE_NO_PAD.encode(ids::random()));
        let cookie = cookie.or(new_cookie.as_deref()).unwrap_or_default();
        let token = form_token(&engine.page_key().await?, cookie);
        Ok(Self { token, new_cookie })
    }
}

/// Why a request is not let through.
#[derive(Debug)]
pub enum Unchecked {
    /// It carries no token of this browser's forms.
    NotOurs,
    /// It holds characters that no text holds.
    Characters,
    /// It cannot be read.
    Body(Response),
    /// The database failed.
    Failed(Fault),
}

/// The request, if it changes nothing, or carries the token of a form that was shown to a browser
/// with one of these cookies.
///
/// # Errors
/// It does not.
pub async fn checked(
    engine: &Arc<Engine>,
    cookies: &[&str],
    request: Request,
) -> Result<Request, Unchecked> {
    if request.method().is_safe() {
        return Ok(request);
    }
    let key = engine.page_key().await.map_err(Unchecked::Failed)?;
    let (token, request) = token_of(request).await?;
    let is_ours = cookies.iter().any(|cookie| is_form_token(&key, cookie, &token));
    if is_ours { Ok(request) } else { Err(Unchecked::NotOurs) }
}

/// The token that a form carries: a field, or in the query if the form holds files.
async fn token_of(request: Request) -> Result<(String, Request), Unchecked> {
    let token = |fields: &[u8]| {
        let found = urlencoded(fields).into_iter().find(|(name, _)| name == FORM_TOKEN);
        found.map(|(_, value)| value).unwrap_or_default()
    };
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/")) {
        return Ok((token(request.uri().query().unwrap_or_default().as_bytes()), request));
    }
    let (parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let body = Bytes::from_request(whole, &()).await;
    let body = body.map_err(|refused| Unchecked::Body(refused.into_response()))?;
    if check_address("", &String::from_utf8_lossy(&body)).is_err() {
        return Err(Unchecked::Characters);
    }
    Ok((token(&body), Request::from_parts(parts, Body::from(body))))
}
