//! `/_mturk/workers`: who works here, and what the system knows of them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::control::json::{Answer, Body, Id, Params, checked, write};
use crate::engine::Engine;
use crate::fault::Fault;
use crate::rules;
use crate::shapes::worker::Worker;
use crate::store::requesters::Requester;
use crate::store::workers;
use crate::turn::{Access, Turn};

/// Where a list goes on, and how long a page is.
#[derive(Debug, Deserialize)]
pub struct Page {
    after: Option<String>,
    limit: Option<i64>,
}

/// Workers by id; `after` is the last id of the page before.
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

/// A worker with these traits, new or known.
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
