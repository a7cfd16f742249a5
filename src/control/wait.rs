//! `/_mturk/wait`: an answer that comes when something has happened.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

use crate::control::description::events as shape;
use crate::control::description::failures::Failed;
use crate::control::description::words::Span as SpanText;
use crate::control::events::{after, changed, shown};
use crate::control::json::{Answer, Params};
use crate::engine::Engine;
use crate::fault::Fault;
use crate::shapes::hit::HitStatus;
use crate::shapes::notification::EventType;
use crate::store::events::Filter;
use crate::store::hits::{self, Hit};
use crate::store::requesters::Requester;
use crate::time::Span;
use crate::turn::Access;

/// An answer may take so long if nothing else is said, in milliseconds.
const USUAL_MS: i64 = 30_000;
/// The server gives up requests that take a minute.
const LONGEST_MS: i64 = 55_000;

/// What is waited for: how a HIT is to stand, or an event.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Condition {
    /// The HIT that is to stand so, or that the event is of.
    #[serde(rename = "HITId")]
    #[param(nullable = false)]
    hit_id: Option<String>,
    /// The HIT's status.
    #[param(value_type = Option<shape::HitStatuses>, nullable = false)]
    status: Option<HitStatus>,
    /// At least so many assignments were handed in, whatever became of them since.
    #[param(minimum = 0, maximum = 1_000_000_000, nullable = false)]
    submitted: Option<i64>,
    /// At least so many are approved.
    #[param(minimum = 0, maximum = 1_000_000_000, nullable = false)]
    approved: Option<i64>,
    /// At least so many are rejected.
    #[param(minimum = 0, maximum = 1_000_000_000, nullable = false)]
    rejected: Option<i64>,
    /// The type of the event.
    #[param(value_type = Option<shape::EventTypes>, nullable = false)]
    event: Option<EventType>,
    /// The number of the last event that was seen; without it, any that is remembered will do.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_u64, nullable = false)]
    after: Option<i64>,
    /// How long, in real time, at most 55 s; 30 s if absent.
    #[param(value_type = Option<SpanText>, nullable = false)]
    timeout: Option<String>,
}

/// What is looked at each time.
enum Sought {
    Hit(String),
    /// Behind the event of this number.
    Event(Filter, i64),
}

impl Sought {
    /// Where things stand, as a sentence.
    async fn standing(&self, engine: &Arc<Engine>) -> Result<String, Fault> {
        match self {
            Self::Hit(id) => {
                let hit = hit(engine, id).await?;
                let standing = &hit.standing;
                Ok(format!(
                    "The HIT is {}: {} available, {} pending, {} submitted, {} approved, \
                        {} rejected.",
                    hit.status.as_str(),
                    standing.available(),
                    standing.pending,
                    standing.submitted,
                    standing.approved,
                    standing.rejected
                ))
            }
            Self::Event(_, after) => Ok(format!("No event behind number {after} was such a one.")),
        }
    }
}

impl Condition {
    fn sought(&self) -> Result<Sought, Fault> {
        let counts = [self.submitted, self.approved, self.rejected];
        if counts.iter().flatten().any(|count| *count < 0) {
            return Err(Fault::unreadable("a count is not negative"));
        }
        let of_hit = self.status.is_some() || counts.iter().any(Option::is_some);
        match (&self.hit_id, self.event) {
            (Some(id), None) if of_hit && self.after.is_none() => Ok(Sought::Hit(id.clone())),
            (hit_id, Some(event_type)) if !of_hit => {
                let filter = Filter {
                    event_type: event_type.as_str().to_owned(),
                    hit_id: hit_id.clone().unwrap_or_default(),
                    ..Filter::default()
                };
                Ok(Sought::Event(filter, after(self.after)?))
            }
            _ => Err(Fault::unreadable(
                "wanted is HITId with status, submitted, approved or rejected, or else event, \
                 perhaps with HITId and after",
            )),
        }
    }

    fn time(&self) -> Result<Duration, Fault> {
        let span = match self.timeout.as_deref().map(Span::parse) {
            None => Some(Span(USUAL_MS)),
            Some(span) => span,
        };
        let ms = span.map(|span| span.0).filter(|ms| (0..=LONGEST_MS).contains(ms));
        let ms = ms.ok_or_else(|| Fault::unreadable("timeout is a span from 0s to 55s"))?;
        Ok(Duration::from_millis(ms.unsigned_abs()))
    }

    fn is_met(&self, hit: &Hit) -> bool {
        let standing = &hit.standing;
        let handed_in = standing.submitted + standing.completed();
        self.status.is_none_or(|status| hit.status == status)
            && self.submitted.is_none_or(|count| handed_in >= count)
            && self.approved.is_none_or(|count| standing.approved >= count)
            && self.rejected.is_none_or(|count| standing.rejected >= count)
    }

    /// What is sought, if it is there; of events only those are looked at that are new.
    async fn look(
        &self,
        engine: &Arc<Engine>,
        sought: &mut Sought,
    ) -> Result<Option<Value>, Fault> {
        match sought {
            Sought::Hit(id) => {
                let hit = hit(engine, id).await?;
                Ok(self.is_met(&hit).then(|| json!({"HIT": standing(&hit)})))
            }
            Sought::Event(filter, after) => {
                let found = engine.events(filter, *after, 1).await?;
                *after = found.last;
                Ok(found.events.first().map(|event| json!({"Event": shown(event)})))
            }
        }
    }
}

async fn hit(engine: &Arc<Engine>, id: &str) -> Result<Hit, Fault> {
    let hit_id = id.to_owned();
    let found = engine.turn(Access::Read, Requester::default(), move |turn| {
        let hit_id = hit_id.clone();
        Box::pin(async move { hits::find(&mut turn.tx, &hit_id).await })
    });
    found.await?.ok_or_else(|| Fault::hit_does_not_exist(id))
}

fn standing(hit: &Hit) -> Value {
    let standing = &hit.standing;
    json!({
        "HITId": hit.id,
        "HITStatus": hit.status,
        "Available": standing.available(),
        "Pending": standing.pending,
        "Submitted": standing.submitted,
        "Approved": standing.approved,
        "Rejected": standing.rejected,
    })
}

/// Waits until a HIT stands so, or an event happens.
///
/// It answers at once if that is so already.
#[utoipa::path(
    get,
    path = "/_mturk/wait",
    operation_id = "wait",
    tag = "events",
    params(Condition),
    responses(
        (status = 200, description = "It is so.", body = shape::Waited),
        (status = 404, description = "There is no such HIT.", body = Failed),
        (status = 408, description = "It did not become so in time.", body = Failed),
        (status = 503, description = "The server stops.", body = Failed)
    )
)]
pub async fn wait(
    State(engine): State<Arc<Engine>>,
    Params(condition): Params<Condition>,
) -> Answer {
    let (mut sought, time) = (condition.sought()?, condition.time()?);
    let until = tokio::time::Instant::now() + time;
    let mut changes = engine.changes();
    loop {
        let closed = *changes.borrow_and_update();
        if let Some(found) = condition.look(&engine, &mut sought).await? {
            return Ok(Json(found));
        }
        if closed {
            return Err(not(503, "Closing", "The server stops.").into());
        }
        let change = tokio::time::timeout_at(until, changed(&engine, &mut changes)).await;
        if change.is_err() {
            let standing = sought.standing(&engine).await?;
            let message = format!("It did not become so in time. {standing}");
            return Err(not(408, "Timeout", &message).into());
        }
    }
}

fn not(status: u16, code: &'static str, message: &str) -> Fault {
    Fault::Control { status, code, message: message.to_owned() }
}
