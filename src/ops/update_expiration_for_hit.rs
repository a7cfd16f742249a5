//! UpdateExpirationForHIT: a later end, or an end now.
//!
//! The service counted the step from the present end and refused one under 60 seconds, an earlier
//! end with it (two public reports). Assumed: a step of more than 365 days is refused alike; the
//! step of an expired HIT counts from now.

use serde::Deserialize;

use crate::actions::expiration::expire_at;
use crate::actions::idempotency::check_idempotency;
use crate::fault::Fault;
use crate::rules::unique_request_token::{Scope, expiration_token};
use crate::store::hits;
use crate::time::Instant;
use crate::turn::Turn;

#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(rename = "ExpireAt")]
    pub expire_at: Instant,
}

pub(super) async fn run(turn: &mut Turn, input: Input) -> Result<(), Fault> {
    let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
    // The sentence on a repeated value was seen where the step from the present end is none.
    if input.expire_at > turn.now {
        let token = expiration_token(&hit.id, input.expire_at);
        check_idempotency(turn, Scope::Expiration, &token, &hit.id).await?;
    }
    expire_at(turn, &mut hit, input.expire_at).await
}
