//! `/_mturk/health`, `/livez`, `/readyz`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::control::json::Answer;
use crate::engine::Engine;
use crate::fault::Fault;

/// Whether the market can be reached, and what it runs on.
pub async fn show(State(engine): State<Arc<Engine>>) -> Answer {
    let clock = engine.clock().await.map_err(|fault| {
        tracing::error!(%fault, "the store does not answer");
        let message = "The database does not answer.".to_owned();
        Fault::Control { status: 503, code: "Unavailable", message }
    })?;
    Ok(Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "database": engine.store().kind(),
        "now": clock.now().rfc3339(),
    })))
}

/// Whether the process answers at all.
pub async fn live() -> Json<Value> {
    Json(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}
