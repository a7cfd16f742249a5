//! UpdateExpirationForHIT: a later end, or an end now.
//!
//! The service counted the step from the present end and refused one under 60 seconds, an earlier
//! end with it (two public reports). Assumed: a step of more than 365 days is refused alike; the
//! step of an expired HIT counts from now.

use serde::Deserialize;

use crate::acts::expire::expire_at;
use crate::acts::first_time::first_time;
use crate::fault::Fault;
use crate::ops::{Operation, Void};
use crate::rules::unique_request_token::{Scope, expiration_token};
use crate::store::hits;
use crate::time::Instant;
use crate::turn::{Access, Turn};

/// `UpdateExpirationForHIT`.
#[derive(Debug)]
pub struct UpdateExpirationForHit;

/// The request.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Input {
    #[serde(rename = "HITId")]
    pub hit_id: String,
    #[serde(rename = "ExpireAt")]
    pub expire_at: Instant,
}

impl Operation for UpdateExpirationForHit {
    const NAME: &'static str = "UpdateExpirationForHIT";
    const ACCESS: Access = Access::Write;
    type Input = Input;
    type Output = Void;

    async fn run(turn: &mut Turn, input: Input) -> Result<Void, Fault> {
        let mut hit = hits::owned(&mut turn.tx, &turn.requester.id, &input.hit_id).await?;
        // The sentence on a repeated value was seen where the step from the present end is none.
        if input.expire_at > turn.now {
            let token = expiration_token(&hit.id, input.expire_at);
            first_time(turn, Scope::Expiration, &token, &hit.id).await?;
        }
        expire_at(turn, &mut hit, input.expire_at).await?;
        Ok(Void {})
    }
}
