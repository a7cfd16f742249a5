//! `/_mturk/clock` and `/_mturk/timers`: the market's time, and what falls due by it.

use std::sync::Arc;

use axum::Json;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::control::json::{Answer, Body, Failure};
use crate::engine::{ClockChange, ClockReading, Engine};
use crate::fault::Fault;
use crate::shapes::scalar::At;
use crate::store::timers::{self, Entry};
use crate::time::{Span, When};

/// The market's time.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Clock)]
pub struct ClockView {
    now: At,
    #[schema(pattern = "^(real|offset|frozen)$", example = "frozen")]
    mode: &'static str,
    /// What time it is going to be, while what has fallen due by then is settled.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<At>,
    /// How many timers were settled since the change, whoever settled them; after a change.
    #[schema(nullable = false, minimum = 0)]
    #[serde(skip_serializing_if = "Option::is_none")]
    settled: Option<i64>,
}

impl From<ClockReading> for ClockView {
    fn from(reading: ClockReading) -> Self {
        let target = reading.clock.held_at().map(|_| At(reading.target));
        Self { now: At(reading.now), mode: reading.clock.mode(), target, settled: None }
    }
}

/// The market's time.
#[utoipa::path(
    get, path = "/_mturk/clock", operation_id = "getClock", tag = "clock",
    responses((status = 200, description = "What time it is.", body = ClockView))
)]
pub async fn show(engine: Arc<Engine>) -> Answer<ClockView> {
    Ok(Json(engine.clock().await?.into()))
}

/// One change of the clock: exactly one member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1, example = json!({"advance": "30d"}))]
struct ClockBody {
    /// How far forward.
    #[schema(value_type = Option<Span>)]
    advance: Option<String>,
    /// Where to; not back.
    set: Option<When>,
    /// `true`: the clock is frozen until it is moved.
    freeze: Option<bool>,
    /// `true`: the clock runs on from what it shows.
    resume: Option<bool>,
}

impl ClockBody {
    fn change(self) -> Result<ClockChange, Fault> {
        match (self.advance, self.set, self.freeze, self.resume) {
            (Some(span), None, None, None) => {
                let forward = Span::parse(&span).filter(|span| span.0 >= 0);
                forward.map(ClockChange::Advance).ok_or_else(|| {
                    Fault::unreadable(format!("{span:?} is not a span such as 30d, 12h or 90s"))
                })
            }
            (None, Some(at), None, None) => Ok(ClockChange::Set(at)),
            (None, None, Some(true), None) => Ok(ClockChange::Freeze),
            (None, None, None, Some(true)) => Ok(ClockChange::Resume),
            _ => Err(Fault::unreadable(
                "one of \"advance\", \"set\", \"freeze\": true, \"resume\": true is wanted",
            )),
        }
    }
}

/// Moves, stops or starts the clock.
///
/// It answers when everything that fell due has been settled, each at its own instant. Until then
/// other calls are answered as of the instant of what was settled last, and another change counts
/// from where this one leads.
#[utoipa::path(
    post, path = "/_mturk/clock", operation_id = "changeClock", tag = "clock",
    request_body = ClockBody,
    responses(
        (status = 200, description = "What time it is now.", body = ClockView),
        (status = 409, description = "Time does not go there: back, or beyond 2199.",
            body = Failure),
        (status = 503, description = "The server stops before all is settled.", body = Failure)
    )
)]
pub async fn change(engine: Arc<Engine>, body: Body) -> Answer<ClockView> {
    let body: ClockBody = body.read()?;
    let (reading, settled) = engine.change_clock(body.change()?).await?;
    Ok(Json(ClockView { settled: Some(settled), ..reading.into() }))
}

/// So many timers that are set aside are shown; all are counted.
const MAX_FAILED_SHOWN: i64 = 1000;

/// Something that happens by itself.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Timer {
    /// `abandonment`, `auto_approval`, `disposal` or `expiry`.
    #[schema(example = "expiry")]
    kind: String,
    /// The assignment or the HIT that it is about.
    subject: String,
    /// When it falls due, in the market's time.
    due: At,
    /// Why it failed.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl Timer {
    fn new(timer: Entry, reason: Option<String>) -> Self {
        Self { kind: timer.kind, subject: timer.subject, due: At(timer.due_at), reason }
    }
}

/// What is known of the timers.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Timers {
    /// The one that falls due next, if there is one.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
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
    get, path = "/_mturk/timers", operation_id = "listTimers", tag = "clock",
    responses((status = 200, description = "How they stand.", body = Timers))
)]
pub async fn timers(engine: Arc<Engine>) -> Answer<Timers> {
    let mut tx = engine.store().read().await?;
    let failed = timers::aside(&mut tx, MAX_FAILED_SHOWN).await?.into_iter();
    Ok(Json(Timers {
        next: timers::next(&mut tx).await?.map(|next| Timer::new(next, None)),
        failed: failed.map(|(timer, reason)| Timer::new(timer, Some(reason))).collect(),
        failed_count: timers::aside_count(&mut tx).await?,
    }))
}

/// Which timers: all that are set aside, if it is empty.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"kind": "expiry", "subject": "3TESTHIT000000000000000000000A"}))]
struct RetryBody {
    /// With `subject`: one timer.
    kind: Option<String>,
    /// With `kind`: one timer.
    subject: Option<String>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Retried {
    /// How many timers were tried again.
    retried: u64,
    /// How many are set aside now.
    #[schema(minimum = 0)]
    failed_count: i64,
}

/// Tries timers again that failed, at the market's present time.
#[utoipa::path(
    post, path = "/_mturk/timers/retry", operation_id = "retryTimers", tag = "clock",
    request_body = Option<RetryBody>,
    responses(
        (status = 200, description = "What became of it.", body = Retried),
        (status = 404, description = "No such timer is set aside.", body = Failure)
    )
)]
pub async fn retry(engine: Arc<Engine>, body: Body) -> Answer<Retried> {
    let RetryBody { kind, subject } = body.read()?;
    if kind.is_some() != subject.is_some() {
        return Err(Fault::unreadable("\"kind\" and \"subject\" go together").into());
    }
    let timer = kind.zip(subject);
    let is_one = timer.is_some();
    let retried = engine.retry_timers(timer).await?;
    if is_one && retried == 0 {
        return Err(Fault::not_found("No such timer is set aside.").into());
    }
    let failed_count = engine.set_aside_count().await?;
    Ok(Json(Retried { retried, failed_count }))
}
