//! `/_mturk/workers` and `/_mturk/messages`: who works here, and the mail that workers got.

use std::sync::Arc;

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::actions::robots::waiting::wake_of;
use crate::control::json::{Answer, Body, Failure, InPath, PageQuery, Params, page_size};
use crate::engine::Engine;
use crate::fault::{Code, Fault};
use crate::ids::is_id;
use crate::rules;
use crate::shapes::scalar::{At, Id, WorkerId};
use crate::shapes::worker::Worker;
use crate::store::requesters::Requester;
use crate::store::{messages, workers};

/// Workers by id.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Workers {
    workers: Vec<Worker>,
}

/// A worker to be: a [`Worker`] whose `WorkerId` may be absent. `POST` makes one then, `PUT` takes
/// the one of the path.
struct NewWorker;

impl PartialSchema for NewWorker {
    fn schema() -> RefOr<Schema> {
        let mut schema = Worker::schema();
        if let RefOr::T(Schema::Object(worker)) = &mut schema {
            worker.required.retain(|name| name != "WorkerId");
            worker.description = Some("A worker to be: what is left out is not known.".to_owned());
        }
        schema
    }
}

impl ToSchema for NewWorker {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Worker::schemas(schemas);
    }
}

/// Where a list goes on, and how long a page is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WorkersQuery {
    /// The last id of the page before.
    #[param(value_type = Option<Id>, nullable = false)]
    after: Option<String>,
    /// How many at most; 100 if absent.
    #[param(minimum = 1, maximum = 1000, nullable = false)]
    limit: Option<i64>,
}

/// Workers, ordered by id.
#[utoipa::path(
    get, path = "/_mturk/workers", operation_id = "listWorkers", tag = "workers",
    params(WorkersQuery),
    responses((status = 200, description = "A page of them.", body = Workers))
)]
pub async fn list(engine: Arc<Engine>, Params(query): Params<WorkersQuery>) -> Answer<Workers> {
    let limit = page_size(query.limit)?;
    if query.after.as_deref().is_some_and(|after| !is_id(after)) {
        return Err(Fault::unreadable("after is the id of a worker").into());
    }
    let page = (query.after.unwrap_or_default(), limit);
    let found = engine.read(Requester::default(), page, |turn, (after, limit)| {
        Box::pin(workers::list(&mut turn.tx, after, *limit))
    });
    Ok(Json(Workers { workers: found.await? }))
}

/// One worker.
#[utoipa::path(
    get, path = "/_mturk/workers/{id}", operation_id = "getWorker", tag = "workers",
    params(("id" = WorkerId, Path, description = "The worker's id.")),
    responses((status = 200, description = "The worker.", body = Worker))
)]
pub async fn show(engine: Arc<Engine>, InPath(id): InPath<Id>) -> Answer<Worker> {
    let found = engine.read(Requester::default(), id.clone(), |turn, id| {
        Box::pin(workers::find(&mut turn.tx, id))
    });
    found.await?.map(Json).ok_or_else(|| no_worker(&id).into())
}

/// There is no such worker.
pub fn no_worker(id: &str) -> Fault {
    Fault::not_found(format!("There is no worker {id}."))
}

/// A new worker; without a WorkerId one is made.
#[utoipa::path(
    post, path = "/_mturk/workers", operation_id = "addWorker", tag = "workers",
    request_body = Option<NewWorker>,
    responses(
        (status = 200, description = "The worker.", body = Worker),
        (status = 409, description = "There is one with this id.", body = Failure)
    )
)]
pub async fn add(engine: Arc<Engine>, body: Body) -> Answer<Worker> {
    let sent: Map<String, Value> = body.read()?;
    let added = engine.write(Requester::default(), sent, |turn, sent| {
        Box::pin(async move {
            let mut sent = sent.clone();
            sent.entry("WorkerId").or_insert_with(|| turn.ids.worker().into());
            let worker = worker(sent)?;
            if workers::find(&mut turn.tx, &worker.worker_id).await?.is_some() {
                let message = format!("There is a worker {} already.", worker.worker_id);
                return Err(Fault::refused(Code::Conflict, message));
            }
            workers::put(&mut turn.tx, &worker, turn.now).await?;
            Ok(worker)
        })
    });
    Ok(Json(added.await?))
}

/// A worker with these traits, new or known; traits that are left out are forgotten.
#[utoipa::path(
    put, path = "/_mturk/workers/{id}", operation_id = "putWorker", tag = "workers",
    params(("id" = WorkerId, Path, description = "The worker's id.")),
    request_body = Option<NewWorker>,
    responses((status = 200, description = "The worker.", body = Worker))
)]
pub async fn put(engine: Arc<Engine>, InPath(id): InPath<Id>, body: Body) -> Answer<Worker> {
    let mut sent: Map<String, Value> = body.read()?;
    if *sent.entry("WorkerId").or_insert_with(|| id.as_str().into()) != **id {
        return Err(Fault::unreadable("WorkerId is not the one in the path").into());
    }
    let worker = worker(sent)?;
    let saved = engine.write(Requester::default(), worker.clone(), |turn, worker| {
        Box::pin(async move {
            workers::put(&mut turn.tx, worker, turn.now).await?;
            wake_of(turn, &worker.worker_id).await
        })
    });
    saved.await?;
    Ok(Json(worker))
}

fn worker(sent: Map<String, Value>) -> Result<Worker, Fault> {
    let worker: Worker = serde_json::from_value(Value::Object(sent))
        .map_err(|e| Fault::unreadable(e.to_string()))?;
    rules::worker::check(&worker).map_err(Fault::unreadable)?;
    Ok(worker)
}

/// Mail to one worker.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = Message)]
struct MessageView {
    /// A number that grows; `after` takes it.
    #[schema(minimum = 1)]
    message: i64,
    /// The id of the requester who wrote it.
    requester: WorkerId,
    worker_id: WorkerId,
    subject: String,
    message_text: String,
    send_time: At,
}

/// Mail, the oldest first.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Messages {
    messages: Vec<MessageView>,
}

/// Mail to workers, the oldest first.
#[utoipa::path(
    get, path = "/_mturk/messages", operation_id = "listMessages", tag = "workers",
    params(PageQuery),
    responses((status = 200, description = "A page of it.", body = Messages))
)]
pub async fn messages(engine: Arc<Engine>, Params(query): Params<PageQuery>) -> Answer<Messages> {
    let page = query.checked("a message")?;
    let found = engine.read(Requester::default(), page, |turn, (after, limit)| {
        Box::pin(messages::list(&mut turn.tx, *after, *limit))
    });
    let messages = found.await?.into_iter().map(|(message, number)| MessageView {
        message: number,
        requester: WorkerId::known(message.requester_id),
        worker_id: WorkerId::known(message.worker_id),
        subject: message.subject,
        message_text: message.text,
        send_time: At(message.sent_at),
    });
    Ok(Json(Messages { messages: messages.collect() }))
}
