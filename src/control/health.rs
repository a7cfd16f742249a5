//! `/_mturk/health`, `/livez`, `/readyz`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::control::description::failures::Failed;
use crate::control::description::words::At;
use crate::control::json::Answer;
use crate::engine::Engine;
use crate::fault::Fault;

/// It runs, and its database answers.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is described, `show` writes it")]
pub struct Health {
    #[schema(pattern = "^ok$", example = "ok")]
    status: String,
    /// Of mturk-local.
    version: String,
    #[schema(pattern = "^(sqlite|postgresql)$", example = "sqlite")]
    database: String,
    /// The market's time.
    now: At,
}

/// It runs.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "it is described, `live` writes it")]
pub struct Alive {
    #[schema(pattern = "^ok$", example = "ok")]
    status: String,
    /// Of mturk-local.
    version: String,
}

/// Whether the market can be reached, and what it runs on.
#[utoipa::path(
    get,
    path = "/_mturk/health",
    operation_id = "getHealth",
    tag = "server",
    responses(
        (status = 200, description = "It can.", body = Health),
        (status = 503, description = "The database does not answer.", body = Failed)
    )
)]
pub async fn show(State(engine): State<Arc<Engine>>) -> Answer {
    let told = engine.clock().await.map_err(|fault| {
        tracing::error!(%fault, "the store does not answer");
        let message = "The database does not answer.".to_owned();
        Fault::Control { status: 503, code: "Unavailable", message }
    })?;
    Ok(Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "database": engine.store().kind(),
        "now": told.now.rfc3339(),
    })))
}

/// Whether requests can be sent: the same as `health`.
#[utoipa::path(
    get,
    path = "/_mturk/readyz",
    operation_id = "getReadiness",
    tag = "server",
    responses(
        (status = 200, description = "They can.", body = Health),
        (status = 503, description = "The database does not answer.", body = Failed)
    )
)]
pub async fn ready(engine: State<Arc<Engine>>) -> Answer {
    show(engine).await
}

/// Whether the process answers at all.
#[utoipa::path(
    get,
    path = "/_mturk/livez",
    operation_id = "getLiveness",
    tag = "server",
    responses((status = 200, description = "It does.", body = Alive))
)]
pub async fn live() -> Json<Value> {
    Json(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
}
