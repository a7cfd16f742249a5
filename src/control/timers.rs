//! `/_mturk/timers`: what falls due next, and what failed when it fell due.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::control::description::failures::Failed;
use crate::control::description::words::At;
use crate::control::json::{Answer, Body};
use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::timers::Entry;

/// Something that happens by itself.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is described, `shown` writes it")]
pub struct Timer {
    /// `abandonment`, `auto_approval`, `disposal` or `expiry`.
    #[schema(example = "expiry")]
    kind: String,
    /// The assignment or the HIT that it is about.
    subject: String,
    /// When it falls due, in the market's time.
    due: At,
    /// Why it failed.
    #[schema(nullable = false)]
    reason: Option<String>,
}

/// What is known of the timers.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is described, `list` writes it")]
pub struct Timers {
    /// The one that falls due next, if there is one.
    #[schema(nullable = false)]
    next: Option<Timer>,
    /// Those that failed and are set aside, the earliest first; not more than 1,000.
    failed: Vec<Timer>,
    /// How many are set aside.
    #[schema(minimum = 0)]
    failed_count: i64,
}

/// The timer that falls due next, and those that failed.
///
/// A timer that fails is set aside with the reason, and what it had done is taken back; the others
/// go on. It is tried again when somebody asks for that, or when what it is about is changed so
/// that it is set anew.
#[utoipa::path(
    get,
    path = "/_mturk/timers",
    operation_id = "listTimers",
    tag = "clock",
    responses((status = 200, description = "How they stand.", body = Timers))
)]
pub async fn list(State(engine): State<Arc<Engine>>) -> Answer {
    let known = engine.timers().await?;
    let failed = known.set_aside.iter().map(|failed| {
        let mut timer = shown(&failed.timer);
        timer["reason"] = failed.reason.as_str().into();
        timer
    });
    let failed: Vec<Value> = failed.collect();
    let mut answer = json!({"failed": failed, "failed_count": known.set_aside_count});
    if let Some(next) = &known.next {
        answer["next"] = shown(next);
    }
    Ok(Json(answer))
}

fn shown(timer: &Entry) -> Value {
    json!({"kind": timer.kind, "subject": timer.subject, "due": timer.due_at.rfc3339()})
}

/// Which timers: all that are set aside, if nothing is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "expiry", "subject": "3TESTHIT000000000000000000000A"}))]
struct Which {
    /// With `subject`: one timer.
    kind: Option<String>,
    /// With `kind`: one timer.
    subject: Option<String>,
}

/// What became of it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is described, `retry` writes it")]
pub struct Retried {
    /// How many timers were tried again.
    #[schema(minimum = 0)]
    retried: i64,
    /// How many are set aside now.
    #[schema(minimum = 0)]
    failed_count: i64,
}

/// Tries timers again that failed, at the market's present time.
#[utoipa::path(
    post,
    path = "/_mturk/timers/retry",
    operation_id = "retryTimers",
    tag = "clock",
    request_body = Option<Which>,
    responses(
        (status = 200, description = "What became of it.", body = Retried),
        (status = 404, description = "No such timer is set aside.", body = Failed)
    )
)]
pub async fn retry(State(engine): State<Arc<Engine>>, body: Body) -> Answer {
    let one = match body.read()? {
        Which { kind: None, subject: None } => None,
        Which { kind: Some(kind), subject: Some(subject) } => Some((kind, subject)),
        _ => return Err(Fault::unreadable("\"kind\" and \"subject\" go together").into()),
    };
    let is_one = one.is_some();
    let retried = engine.retry_timers(one).await?;
    if is_one && retried == 0 {
        return Err(Fault::not_found("No such timer is set aside.").into());
    }
    let failed_count = engine.set_aside_count().await?;
    Ok(Json(json!({"retried": retried, "failed_count": failed_count})))
}
