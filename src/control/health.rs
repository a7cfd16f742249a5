//! `/_mturk/health`, `/livez`, `/readyz`.

use axum::Json;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::control::Control;
use crate::control::json::{Answer, Failure};
use crate::fault::Fault;
use crate::shapes::scalar::At;

/// Of mturk-local.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// It runs, and its database answers.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// `degraded` where something failed that does not keep the server from its work.
    #[schema(pattern = "^(ok|degraded)$", example = "ok")]
    status: &'static str,
    /// Why it is degraded, a sentence each.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<String>>,
    /// Of mturk-local.
    version: &'static str,
    #[schema(pattern = "^(sqlite|postgresql)$", example = "sqlite")]
    database: &'static str,
    /// The market's time.
    now: At,
    /// Where it speaks HTTPS, if it does.
    #[schema(nullable = false, example = "https://127.0.0.1:8443")]
    #[serde(skip_serializing_if = "Option::is_none")]
    https: Option<String>,
}

/// It runs.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Alive {
    #[schema(pattern = "^ok$", example = "ok")]
    status: &'static str,
    /// Of mturk-local.
    version: &'static str,
}

/// Whether the market can be reached and takes writes, and what it runs on.
///
/// A server whose timers failed is degraded, and answers 200: to start it anew would mend nothing.
/// A database that takes no writes is 503, until a write succeeds again.
#[utoipa::path(
    get, path = "/_mturk/health", operation_id = "getHealth", tag = "server",
    responses(
        (status = 200, description = "It can.", body = Health),
        (status = 503, description = "The database does not answer, or takes no writes.",
            body = Failure)
    )
)]
pub async fn show(Control { engine, https_url, .. }: Control) -> Answer<Health> {
    let known = async { Ok((engine.clock().await?, engine.set_aside_count().await?)) };
    let (clock, failed_count) = known.await.map_err(|fault: Fault| {
        tracing::error!(%fault, "the store does not answer");
        unavailable("The database does not answer.")
    })?;
    if !engine.takes_writes().await {
        return Err(unavailable("The database takes no writes; the log of the server says why."));
    }
    let reason =
        format!("Timers that failed and are set aside: {failed_count}. See /_mturk/timers.");
    Ok(Json(Health {
        status: if failed_count > 0 { "degraded" } else { "ok" },
        reasons: (failed_count > 0).then(|| vec![reason]),
        version: VERSION,
        database: engine.store().kind(),
        now: At(clock.now),
        https: https_url,
    }))
}

fn unavailable(message: &str) -> Failure {
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "Unavailable", message)
}

/// Whether requests can be sent: the same as `health`.
#[utoipa::path(
    get, path = "/_mturk/readyz", operation_id = "getReadiness", tag = "server",
    responses(
        (status = 200, description = "They can.", body = Health),
        (status = 503, description = "The database does not answer, or takes no writes.",
            body = Failure)
    )
)]
pub async fn ready(control: Control) -> Answer<Health> {
    show(control).await
}

/// Whether the process answers at all.
#[utoipa::path(
    get, path = "/_mturk/livez", operation_id = "getLiveness", tag = "server",
    responses((status = 200, description = "It does.", body = Alive))
)]
pub async fn live() -> Json<Alive> {
    Json(Alive { status: "ok", version: VERSION })
}
