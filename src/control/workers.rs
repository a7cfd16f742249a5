//! `/_mturk/workers`: who works here, and what the system knows of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::IntoParams;

use crate::control::description::failures::Failed;
use crate::control::description::people;
use crate::control::description::words::{Id as AnyId, WorkerId};
use crate::control::json::{Answer, Body, Id, Params, checked, write};
use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules;
use crate::shapes::worker::Worker;
use crate::store::requesters::Requester;
use crate::store::workers;
use crate::turn::{Access, Turn};

/// Where a list goes on, and how long a page is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// The last id of the page before.
    #[param(value_type = Option<AnyId>, nullable = false)]
    after: Option<String>,
    /// How many at most; 100 if absent.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<i64>,
}

/// Workers, ordered by id.
#[utoipa::path(
    get,
    path = "/_mturk/workers",
    operation_id = "listWorkers",
    tag = "workers",
    params(Page),
    responses((status = 200, description = "A page of them.", body = people::Workers))
)]
pub async fn list(State(engine): State<Arc<Engine>>, Params(page): Params<Page>) -> Answer {
    let limit = page.limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Fault::unreadable("limit is between 1 and 1000").into());
    }
    let after = page.after.map(|after| {
        checked(after).ok_or_else(|| Fault::unreadable("after is the id of a worker"))
    });
    let after = after.transpose()?.unwrap_or_default();
    let found = engine.turn(Access::Read, Requester::default(), move |turn| {
        let after = after.clone();
        Box::pin(async move { workers::list(&mut turn.tx, &after, limit).await })
    });
    Ok(Json(json!({"Workers": write(&found.await?)?})))
}

/// One worker.
#[utoipa::path(
    get,
    path = "/_mturk/workers/{id}",
    operation_id = "getWorker",
    tag = "workers",
    params(("id" = WorkerId, Path, description = "The worker's id.")),
    responses((status = 200, description = "The worker.", body = people::Worker))
)]
pub async fn show(State(engine): State<Arc<Engine>>, Id(id): Id) -> Answer {
    let found = engine.turn(Access::Read, Requester::default(), move |turn| {
        let id = id.clone();
        Box::pin(async move {
            let found = workers::find(&mut turn.tx, &id).await?;
            found.ok_or_else(|| Fault::not_found(format!("There is no worker {id}.")))
        })
    });
    Ok(Json(write(&found.await?)?))
}

/// A new worker; without a WorkerId one is made.
#[utoipa::path(
    post,
    path = "/_mturk/workers",
    operation_id = "addWorker",
    tag = "workers",
    request_body = Option<people::NewWorker>,
    responses(
        (status = 200, description = "The worker.", body = people::Worker),
        (status = 409, description = "There is one with this id.", body = Failed)
    )
)]
pub async fn add(State(engine): State<Arc<Engine>>, body: Body) -> Answer {
    let sent: Map<String, Value> = body.read()?;
    let added = engine.turn(Access::Write, Requester::default(), move |turn| {
        let mut sent = sent.clone();
        Box::pin(async move {
            if !sent.contains_key("WorkerId") {
                sent.insert("WorkerId".into(), turn.ids.worker().into());
            }
            let worker = worker(sent)?;
            if workers::find(&mut turn.tx, &worker.worker_id).await?.is_some() {
                let message = format!("There is a worker {} already.", worker.worker_id);
                return Err(Fault::Control { status: 409, code: "Conflict", message });
            }
            keep(turn, worker).await
        })
    });
    Ok(Json(write(&added.await?)?))
}

/// A worker with these traits, new or known; traits that are not said are forgotten.
#[utoipa::path(
    put,
    path = "/_mturk/workers/{id}",
    operation_id = "putWorker",
    tag = "workers",
    params(("id" = WorkerId, Path, description = "The worker's id.")),
    request_body = Option<people::NewWorker>,
    responses((status = 200, description = "The worker.", body = people::Worker))
)]
pub async fn put(State(engine): State<Arc<Engine>>, Id(id): Id, body: Body) -> Answer {
    let mut sent: Map<String, Value> = body.read()?;
    if sent.get("WorkerId").is_some_and(|given| *given != id) {
        return Err(Fault::unreadable("WorkerId is not the one in the path").into());
    }
    sent.insert("WorkerId".into(), id.into());
    let worker = worker(sent)?;
    let kept = engine.turn(Access::Write, Requester::default(), move |turn| {
        let worker = worker.clone();
        Box::pin(async move { keep(turn, worker).await })
    });
    Ok(Json(write(&kept.await?)?))
}

fn worker(sent: Map<String, Value>) -> Result<Worker, Fault> {
    let worker: Worker = serde_json::from_value(Value::Object(sent))
        .map_err(|e| Fault::unreadable(e.to_string()))?;
    rules::worker::check(&worker).map_err(Fault::unreadable)?;
    Ok(worker)
}

async fn keep(turn: &mut Turn, worker: Worker) -> Result<Worker, Fault> {
    workers::put(&mut turn.tx, &worker, turn.now).await?;
    Ok(worker)
}
