//! `unique_request_tokens`: requests that must not be done twice.

use crate::fault::Fault;
use crate::rules::unique_request_token::{REMEMBERED, Scope};
use crate::store::Tx;
use crate::store::db::sql::sql;
use crate::time::Instant;

statements! {
    FIND = "SELECT made FROM unique_request_tokens \
        WHERE requester_id = $1 AND scope = $2 AND token = $3 AND expire_at > $4";
    FORGET = "DELETE FROM unique_request_tokens WHERE expire_at <= $1";
    SAVE = "INSERT INTO unique_request_tokens (requester_id, scope, token, made, expire_at) \
        VALUES ($1, $2, $3, $4, $5)";
}

/// What the first request with this token made, if it is remembered.
pub async fn find(
    tx: &mut Tx,
    requester_id: &str,
    scope: Scope,
    token: &str,
    now: Instant,
) -> Result<Option<String>, Fault> {
    let statement = sql(FIND).bind(requester_id).bind(scope).bind(token).bind(now);
    statement.one(tx).await
}

/// Remembers that the request with this token made `made`, and forgets what is too old.
pub async fn save(
    tx: &mut Tx,
    requester_id: &str,
    scope: Scope,
    token: &str,
    made: &str,
    now: Instant,
) -> Result<(), Fault> {
    sql(FORGET).bind(now).run(tx).await?;
    let statement = sql(SAVE).bind(requester_id).bind(scope).bind(token).bind(made);
    statement.bind(now + REMEMBERED).run(tx).await
}
