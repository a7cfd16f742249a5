//! Who calls: the requester whose key signed the request.

use std::sync::Arc;

use axum::http::request::Parts;
use chrono::DateTime;

use crate::engine::Engine;
use crate::journal::Rule;
use crate::sigv4::{self, Authorization, SigningFault, SigningKeys};
use crate::store::requesters::{Credentials, Requester};
use crate::time::wall_clock;
use crate::wire::fault::CallFault;

/// The access key of the requester that unsigned requests act as.
pub const DEFAULT_ACCESS_KEY: &str = "test";

/// How strictly callers are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Auth {
    /// Any access key is a requester of its own, made at first sight; a key with a known secret is
    /// verified; an unsigned request acts as the default requester.
    #[default]
    Open,
    /// Only known keys; every signature is verified and must be for us-east-1.
    Strict,
}

/// The requester on whose behalf the request is.
///
/// # Errors
/// The signature cannot be read or does not match; in strict mode also when there is none, or the
/// key is not known.
pub async fn identify(
    engine: &Engine,
    auth: Auth,
    keys: &SigningKeys,
    parts: &Parts,
    body: &[u8],
) -> Result<Arc<Requester>, CallFault> {
    let authorization = match (sigv4::parse(&parts.headers).map_err(front)?, auth) {
        (None, Auth::Strict) => return Err(front(SigningFault::missing_token())),
        (None, Auth::Open) => {
            return Ok(engine.credentials(DEFAULT_ACCESS_KEY).await?.requester.clone());
        }
        (Some(authorization), _) => authorization,
    };
    let known = engine.credentials(&authorization.access_key).await?;
    if let Some(secret) = secret(auth, &authorization.access_key, &known) {
        if auth == Auth::Strict {
            check_age(engine, &authorization).await?;
        }
        let region = (auth == Auth::Strict).then_some(sigv4::REGION);
        verify(&authorization, keys, secret, parts, body, region)?;
    } else if auth == Auth::Strict {
        return Err(front(SigningFault::unknown_access_key()));
    }
    Ok(Arc::clone(&known.requester))
}

/// What the key's signatures are verified with: in open mode the default one has its own name for a
/// secret, unless another was given to it.
fn secret<'k>(auth: Auth, access_key: &str, known: &'k Credentials) -> Option<&'k str> {
    let is_default = auth == Auth::Open && access_key == DEFAULT_ACCESS_KEY;
    known.secret.as_deref().or(is_default.then_some(DEFAULT_ACCESS_KEY))
}

fn verify(
    authorization: &Authorization,
    keys: &SigningKeys,
    secret: &str,
    parts: &Parts,
    body: &[u8],
    region: Option<&str>,
) -> Result<(), CallFault> {
    let request = sigv4::Request {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body,
    };
    sigv4::verify(authorization, keys, secret, &request, region).map_err(front)
}

/// Clients sign with real time, whatever the market's clock shows, or with the market's time, where
/// their own clock was set to it.
async fn check_age(engine: &Engine, authorization: &Authorization) -> Result<(), CallFault> {
    let Err(fault) = sigv4::check_age(authorization, wall_clock()) else { return Ok(()) };
    let market = DateTime::from_timestamp_millis(engine.clock().await?.now.0);
    match market.map(|now| sigv4::check_age(authorization, now)) {
        Some(Ok(())) => Ok(()),
        _ => Err(front(fault)),
    }
}

fn front(fault: SigningFault) -> CallFault {
    CallFault::by(Rule::Signature, fault.exception, fault.message, None)
}
