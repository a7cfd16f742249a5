//! `/_mturk/snapshots`: the whole market kept under a name, and back to it.

use std::sync::Arc;

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::control::Control;
use crate::control::clock::ClockView;
use crate::control::json::{Answer, Failure, InPath, Nothing};
use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules::snapshot::Limits;
use crate::shapes::scalar::SnapshotName;
use crate::shapes::snapshot::Snapshot;

/// What is kept.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = Snapshots)]
pub struct SnapshotsView {
    /// By name.
    snapshots: Vec<Snapshot>,
}

/// The snapshots that are kept.
#[utoipa::path(
    get, path = "/_mturk/snapshots", operation_id = "listSnapshots", tag = "world",
    responses((status = 200, description = "All of them.", body = SnapshotsView))
)]
pub async fn list(engine: Arc<Engine>) -> Answer<SnapshotsView> {
    Ok(Json(SnapshotsView { snapshots: engine.snapshots().await? }))
}

/// Keeps the whole market under a name, in place of an earlier snapshot with that name.
///
/// At most 100 snapshots are kept, and 8 GiB together.
#[utoipa::path(
    post, path = "/_mturk/snapshots/{name}", operation_id = "keepSnapshot", tag = "world",
    params(("name" = SnapshotName, Path)),
    responses(
        (status = 200, description = "What was kept.", body = Snapshot),
        (status = 400, description = "That is no name.", body = Failure),
        (status = 409, description = "There are too many, or it cannot be written.",
            body = Failure)
    )
)]
pub async fn keep(engine: Arc<Engine>, InPath(name): InPath<String>) -> Answer<Snapshot> {
    Ok(Json(engine.keep_snapshot(checked(name)?, Limits::USUAL).await?))
}

/// Puts a snapshot in place of the market, its time included.
///
/// Calls that are under way are answered before it, and those that come after it. Who streams
/// events is sent one of the type `reset`. The journal of this process is emptied.
#[utoipa::path(
    post, path = "/_mturk/snapshots/{name}/restore", operation_id = "restoreSnapshot",
    tag = "world", params(("name" = SnapshotName, Path)),
    responses(
        (status = 200, description = "The clock, as it is now.", body = ClockView),
        (status = 400, description = "That is no name.", body = Failure),
        (status = 404, description = "There is no such snapshot.", body = Failure),
        (status = 409, description = "It is damaged, or another version kept it.", body = Failure)
    )
)]
pub async fn restore(control: Control, InPath(name): InPath<String>) -> Answer<ClockView> {
    let beginning = Arc::clone(&control.beginning);
    control.engine.restore_snapshot(checked(name)?, beginning).await?;
    if let Some(journal) = &control.journal {
        journal.clear();
    }
    Ok(Json(control.engine.clock().await?.into()))
}

/// Deletes a snapshot.
#[utoipa::path(
    delete, path = "/_mturk/snapshots/{name}", operation_id = "deleteSnapshot", tag = "world",
    params(("name" = SnapshotName, Path)),
    responses(
        (status = 200, description = "It is gone.", body = Nothing),
        (status = 400, description = "That is no name.", body = Failure),
        (status = 404, description = "There is no such snapshot.", body = Failure),
        (status = 409, description = "It cannot be removed.", body = Failure)
    )
)]
pub async fn delete(engine: Arc<Engine>, InPath(name): InPath<String>) -> Answer<Nothing> {
    engine.delete_snapshot(checked(name)?).await?;
    Ok(Json(Nothing {}))
}

fn checked(name: String) -> Result<SnapshotName, Fault> {
    SnapshotName::try_from(name).map_err(Fault::unreadable)
}
