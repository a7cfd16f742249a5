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
    /// `degraded` where something failed that does not keep the server from its work.
    #[schema(pattern = "^(ok|degraded)$", example = "ok")]
    status: String,
    /// Why it is degraded, a sentence each.
    #[schema(nullable = false)]
    reasons: Option<Vec<String>>,
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

/// Whether the market can be reached and takes writes, and what it runs on.
///
/// A server whose timers failed is degraded, and answers 200: to start it anew would mend nothing.
/// A database that takes no writes is 503, until a write succeeds again.
#[utoipa::path(
    get,
    path = "/_mturk/health",
    operation_id = "getHealth",
    tag = "server",
    responses(
        (status = 200, description = "It can.", body = Health),
        (status = 503, description = "The database does not answer, or takes no writes.",
            body = Failed)
    )
)]
pub async fn show(State(engine): State<Arc<Engine>>) -> Answer {
    let known = async { Ok((engine.clock().await?, engine.set_aside_count().await?)) };
    let (told, set_aside) = known.await.map_err(|fault: Fault| {
        tracing::error!(%fault, "the store does not answer");
        unavailable("The database does not answer.")
    })?;
    if !engine.takes_writes().await {
        let message = "The database takes no writes; the log of the server says why.";
        return Err(unavailable(message).into());
    }
    let mut health = json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "database": engine.store().kind(),
        "now": told.now.rfc3339(),
    });
    if set_aside > 0 {
        health["status"] = "degraded".into();
        let reason =
            format!("Timers that failed and are set aside: {set_aside}. See /_mturk/timers.");
        health["reasons"] = json!([reason]);
    }
    Ok(Json(health))
}

fn unavailable(message: &str) -> Fault {
    Fault::Control { status: 503, code: "Unavailable", message: message.to_owned() }
}

/// Whether requests can be sent: the same as `health`.
#[utoipa::path(
    get,
    path = "/_mturk/readyz",
    operation_id = "getReadiness",
    tag = "server",
    responses(
        (status = 200, description = "They can.", body = Health),
        (status = 503, description = "The database does not answer, or takes no writes.",
            body = Failed)
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
