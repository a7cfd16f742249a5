//! `/_mturk/clock`: looking at the market's time, and moving it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::control::description::failures::Failed;
use crate::control::description::words::{At, Span as SpanText, Time};
use crate::control::json::{Answer, Body};
use crate::engine::{ClockChange, Engine, Told};
use crate::fault::Fault;
use crate::time::{Span, When};

/// The market's time.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is described, `shown` writes it")]
pub struct Shown {
    now: At,
    #[schema(pattern = "^(real|offset|frozen)$", example = "frozen")]
    mode: String,
    /// What time it is going to be, while what has fallen due by then is settled.
    #[schema(nullable = false)]
    target: Option<At>,
    /// How many timers were settled since the change, whoever settled them; after a change.
    #[schema(nullable = false, minimum = 0)]
    settled: Option<i64>,
}

/// The market's time.
#[utoipa::path(
    get,
    path = "/_mturk/clock",
    operation_id = "getClock",
    tag = "clock",
    responses((status = 200, description = "What time it is.", body = Shown))
)]
pub async fn show(State(engine): State<Arc<Engine>>) -> Answer {
    Ok(shown(engine.clock().await?, None))
}

fn shown(told: Told, settled: Option<i64>) -> Json<serde_json::Value> {
    let mut answer = json!({"now": told.now.rfc3339(), "mode": told.clock.mode()});
    if told.clock.held_at().is_some() {
        answer["target"] = told.target.rfc3339().into();
    }
    if let Some(settled) = settled {
        answer["settled"] = settled.into();
    }
    Json(answer)
}

/// One change of the clock: exactly one member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1, example = json!({"advance": "30d"}))]
struct Change {
    /// How far forward.
    #[schema(value_type = Option<SpanText>)]
    advance: Option<String>,
    /// Where to; not back.
    #[schema(value_type = Option<Time>)]
    set: Option<When>,
    /// `true`: time stands still until it is moved.
    freeze: Option<bool>,
    /// `true`: time runs on from where it stands.
    resume: Option<bool>,
}

impl Change {
    fn meant(self) -> Result<ClockChange, Fault> {
        match self {
            Self { advance: Some(span), set: None, freeze: None, resume: None } => {
                let forward = Span::parse(&span).filter(|span| span.0 >= 0);
                let forward = forward.ok_or_else(|| {
                    Fault::unreadable(format!("{span:?} is no span such as 30d, 12h or 90s"))
                })?;
                Ok(ClockChange::Advance(forward))
            }
            Self { advance: None, set: Some(at), freeze: None, resume: None } => {
                Ok(ClockChange::Set(at))
            }
            Self { advance: None, set: None, freeze: Some(true), resume: None } => {
                Ok(ClockChange::Freeze)
            }
            Self { advance: None, set: None, freeze: None, resume: Some(true) } => {
                Ok(ClockChange::Resume)
            }
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
    post,
    path = "/_mturk/clock",
    operation_id = "changeClock",
    tag = "clock",
    request_body = Change,
    responses(
        (status = 200, description = "What time it is now.", body = Shown),
        (status = 409, description = "Time does not go there: back, or beyond 2199.",
            body = Failed),
        (status = 503, description = "The server stops before all is settled.", body = Failed)
    )
)]
pub async fn change(State(engine): State<Arc<Engine>>, body: Body) -> Answer {
    let change: Change = body.read()?;
    let (told, settled) = engine.change_clock(change.meant()?).await?;
    Ok(shown(told, Some(settled)))
}
