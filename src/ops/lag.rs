//! What a market does not show yet, where it lags: rules of the preset `sandbox-lag` ask for that.

use serde_json::Value;

use crate::fault::Fault;
use crate::ops::Content;
use crate::store::{assignments, hits};
use crate::time::{Instant, Span};
use crate::turn::Turn;

/// A call, and for how many seconds the market lags.
#[derive(Debug)]
pub struct Lag {
    /// The operation.
    pub operation: &'static str,
    /// The request.
    pub body: Value,
    /// For how long what is new is not known.
    pub seconds: i64,
}

impl Lag {
    /// Whether what happened then is still new.
    fn is_new(&self, at: Instant, now: Instant) -> bool {
        at + Span::seconds(self.seconds) > now
    }

    /// Whether the call is about what is not known yet; the present instant if not.
    ///
    /// # Errors
    /// A HIT is too new to be changed: it can only be expired. Documented: such calls may fail with
    /// a `RequestError`. Assumed: which one. Work is too new to be approved: recorded.
    pub async fn check(&self, turn: &mut Turn) -> Result<Instant, Fault> {
        let id = |member: &str| self.body[member].as_str().unwrap_or_default().to_owned();
        let (now, requester_id) = (turn.now, turn.requester.id.clone());
        match self.operation {
            "CreateAdditionalAssignmentsForHIT" | "UpdateHITTypeOfHIT" => {}
            "UpdateExpirationForHIT" if self.body["ExpireAt"].as_f64() > Some(seconds(now)) => {}
            "ApproveAssignment" => {
                let id = id("AssignmentId");
                let found = assignments::owned(&mut turn.tx, &requester_id, &id).await?;
                let is_new = found
                    .is_some_and(|(placed, _)| self.is_new(placed.assignment.submit_time, now));
                return if is_new { Err(Fault::invalid_assignment_state("null")) } else { Ok(now) };
            }
            _ => return Ok(now),
        }
        let id = id("HITId");
        let hit = hits::owned(&mut turn.tx, &requester_id, &id).await?;
        if self.is_new(hit.created_at, now) { Err(Fault::hit_does_not_exist(&id)) } else { Ok(now) }
    }

    /// An answer without HITs that are not listed yet.
    pub fn conceal(&self, content: Content, now: Instant) -> Content {
        if self.operation != "ListHITs" {
            return content;
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&content.beginning) else {
            return content;
        };
        let Some(listed) = body["HITs"].as_array_mut() else { return content };
        let from = seconds(now) - seconds(Instant(self.seconds * 1000));
        listed.retain(|hit| hit["CreationTime"].as_f64() <= Some(from));
        let count = listed.len();
        body["NumResults"] = count.into();
        Content { beginning: body.to_string().into(), ..content }
    }
}

/// As the API shows an instant, which is a whole second.
#[expect(clippy::cast_precision_loss, reason = "seconds fit")]
fn seconds(at: Instant) -> f64 {
    (at.0 / 1000) as f64
}
