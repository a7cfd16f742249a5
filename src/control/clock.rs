//! `/_mturk/clock`: looking at the market's time, and moving it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use crate::control::json::{Answer, Body};
use crate::engine::{ClockChange, Engine};
use crate::fault::Fault;
use crate::time::{Clock, Span, When};

/// The market's time.
pub async fn show(State(engine): State<Arc<Engine>>) -> Answer {
    Ok(shown(engine.clock().await?, None))
}

fn shown(clock: Clock, settled: Option<u64>) -> Json<serde_json::Value> {
    let mut answer = json!({"now": clock.now().rfc3339(), "mode": clock.mode()});
    if let Some(settled) = settled {
        answer["settled"] = settled.into();
    }
    Json(answer)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    advance: Option<String>,
    set: Option<When>,
    freeze: Option<bool>,
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

/// Moves, stops or starts the clock; answers when everything due has been settled.
pub async fn change(State(engine): State<Arc<Engine>>, body: Body) -> Answer {
    let change: Change = body.read()?;
    let (clock, settled) = engine.change_clock(change.meant()?).await?;
    Ok(shown(clock, Some(settled)))
}
