//! A request with a `UniqueRequestToken` is done once.

use crate::fault::Fault;
use crate::rules::unique_request_token::Scope;
use crate::store::unique_request_tokens;
use crate::turn::Turn;

/// Fails if the requester used the token within a day; remembers it otherwise.
///
/// `made` is the id of what the request is about.
///
/// # Errors
/// The scope's fault of a repeated token.
pub async fn check_idempotency(
    turn: &mut Turn,
    scope: Scope,
    token: &str,
    made: &str,
) -> Result<(), Fault> {
    let Turn { tx, requester, now, .. } = turn;
    let before = unique_request_tokens::find(tx, &requester.id, scope, token, *now).await?;
    if let Some(before) = before {
        return Err(scope.repeated(token, &before));
    }
    unique_request_tokens::save(tx, &requester.id, scope, token, made, *now).await
}
