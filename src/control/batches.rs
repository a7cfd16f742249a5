//! `/_mturk/batches`: HITs made from a template and a table, as the requester site made them.

use std::sync::Arc;

use axum::Json;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actions::batches;
use crate::control::Control;
use crate::control::json::{Answer, Body, Failure, InPath, PageQuery, Params};
use crate::engine::{Engine, compute};
use crate::fault::Fault;
use crate::rules::batch::review::{self, Reviewed};
use crate::rules::batch::{self, CheckedBatch, Refused};
use crate::rules::csv::Formulas;
use crate::shapes::batch::{Batch, Cost, NewBatch};
use crate::shapes::table::TableNote;
use crate::store::requesters::Requester;
use crate::time::Time;
use crate::views;
use crate::web::results;

/// Whose batches a batch is without a `Requester`.
const DEFAULT: &str = "test";

/// What was made, or would be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct NewBatchView {
    /// The batch; none after a dry run.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<Batch>,
    /// What it costs.
    cost: Cost,
    /// The variables of the template.
    variables: Vec<String>,
    /// How many rows the table has.
    rows: usize,
    /// What you might want to know about the table.
    notes: Vec<TableNote>,
    /// What you might want to know about the template; the lines are its own.
    template_notes: Vec<TableNote>,
    /// The page of the first HIT, after a dry run.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<String>,
}

/// Makes a batch: a HIT for each row of a CSV.
///
/// Everything is checked first. The answer comes before the HITs, which are made some at a time;
/// `GET` of the batch says how many there are. A server that stops goes on when it starts again.
#[utoipa::path(
    post, path = "/_mturk/batches", operation_id = "addBatch", tag = "batches",
    request_body = NewBatch,
    responses(
        (status = 200, description = "The batch, and what it costs.", body = NewBatchView),
        (status = 404, description = "There is no such qualification type.", body = Failure)
    )
)]
pub async fn add(control: Control, body: Body) -> Answer<NewBatchView> {
    let new: NewBatch = body.read()?;
    let (dry_run, owner) = (new.dry_run, new.requester.as_ref().map(|name| name.to_string()));
    let owner = owner.or_else(|| control.beginning.owner().map(str::to_owned));
    let checked = Arc::new(compute(move || batch::check(new)).await??);
    let owner = owner.unwrap_or_else(|| DEFAULT.to_owned());
    let batch = if dry_run {
        try_out(&control, &checked, owner).await?;
        None
    } else {
        Some(create(&control, &checked, owner).await?)
    };
    Ok(Json(NewBatchView {
        page: dry_run.then(|| checked.first_page()),
        batch,
        cost: checked.cost(),
        variables: checked.variables.clone(),
        rows: checked.table.rows.len(),
        notes: checked.table.notes.clone(),
        template_notes: checked.template_notes.clone(),
    }))
}

/// Whether the market would take it.
async fn try_out(
    control: &Control,
    checked: &Arc<CheckedBatch>,
    owner: String,
) -> Result<(), Fault> {
    let input = (Arc::clone(checked), owner);
    let tried = control.engine.read(Requester::default(), input, |turn, (checked, owner)| {
        Box::pin(batches::check(turn, checked, owner))
    });
    tried.await.map(drop)
}

async fn create(
    control: &Control,
    checked: &Arc<CheckedBatch>,
    owner: String,
) -> Result<Batch, Fault> {
    let input = (Arc::clone(checked), owner);
    let made = control.engine.write_long(input, |turn, (checked, owner)| {
        Box::pin(batches::create(turn, checked, owner))
    });
    made.await
}

/// Whose batches.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BatchesQuery {
    /// The access key, or the RequesterId, of whose batches they are; all if absent.
    #[param(nullable = false)]
    requester: Option<String>,
}

/// A page of batches.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Batches {
    /// The oldest first.
    batches: Vec<Batch>,
}

/// The batches, the oldest first.
#[utoipa::path(
    get, path = "/_mturk/batches", operation_id = "listBatches", tag = "batches",
    params(BatchesQuery, PageQuery),
    responses((status = 200, description = "A page of batches.", body = Batches))
)]
pub async fn list(
    engine: Arc<Engine>,
    Params(of): Params<BatchesQuery>,
    Params(page): Params<PageQuery>,
) -> Answer<Batches> {
    let input = (of.requester, page.checked("a batch")?);
    let batches = engine.read(Requester::default(), input, |turn, (requester, page)| {
        Box::pin(views::batches::list(turn, requester.as_deref(), *page))
    });
    Ok(Json(Batches { batches: batches.await? }))
}

/// A batch, with how much work its HITs have.
#[utoipa::path(
    get, path = "/_mturk/batches/{id}", operation_id = "getBatch", tag = "batches",
    params(("id" = i64, Path)),
    responses((status = 200, description = "The batch.", body = Batch))
)]
pub async fn show(engine: Arc<Engine>, InPath(id): InPath<i64>) -> Answer<Batch> {
    let batch = engine
        .read(Requester::default(), id, |turn, id| Box::pin(views::batches::show(turn, *id, None)));
    Ok(Json(batch.await?))
}

/// Cancels a batch: no more HITs are made, and those that are made expire. Submitted work stays.
#[utoipa::path(
    delete, path = "/_mturk/batches/{id}", operation_id = "cancelBatch", tag = "batches",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The batch.", body = Batch),
        (status = 409, description = "Other work on it is under way.", body = Failure)
    )
)]
pub async fn cancel(engine: Arc<Engine>, InPath(id): InPath<i64>) -> Answer<Batch> {
    let batch = engine
        .write(Requester::default(), id, |turn, id| Box::pin(batches::cancel(turn, *id, None)));
    Ok(Json(batch.await?))
}

/// Goes on with a batch of which not all HITs could be made. Nothing changes if it did not stop.
#[utoipa::path(
    post, path = "/_mturk/batches/{id}/publish", operation_id = "publishBatch", tag = "batches",
    params(("id" = i64, Path)),
    responses(
        (status = 200, description = "The batch.", body = Batch),
        (status = 409, description = "It is canceled.", body = Failure)
    )
)]
pub async fn publish(engine: Arc<Engine>, InPath(id): InPath<i64>) -> Answer<Batch> {
    let batch = engine
        .write(Requester::default(), id, |turn, id| Box::pin(batches::publish(turn, *id, None)));
    Ok(Json(batch.await?))
}

/// What each HIT of a batch gets more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"AdditionalAssignments": 2, "Expiration": "+7d"}))]
pub struct Extension {
    /// How many assignments.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    additional_assignments: Option<i64>,
    /// Until when it lasts at least.
    expiration: Option<Time>,
}

/// Gives each HIT of a batch more assignments, or more time, or both.
///
/// What a HIT cannot get is among the `Problems` of the batch afterwards.
#[utoipa::path(
    post, path = "/_mturk/batches/{id}/extend", operation_id = "extendBatch", tag = "batches",
    params(("id" = i64, Path)), request_body = Extension,
    responses(
        (status = 200, description = "The batch.", body = Batch),
        (status = 409, description = "Other work on it is under way.", body = Failure)
    )
)]
pub async fn extend(engine: Arc<Engine>, InPath(id): InPath<i64>, body: Body) -> Answer<Batch> {
    let Extension { additional_assignments, expiration } = body.read()?;
    let input = (id, additional_assignments.unwrap_or_default(), expiration);
    let batch = engine.write(Requester::default(), input, |turn, (id, additional, until)| {
        let until = until.as_ref().map(|until| until.at(turn.now));
        Box::pin(batches::extend(turn, (*id, None), *additional, until))
    });
    Ok(Json(batch.await?))
}

/// How long HITs last that get assignments again.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"Expiration": "+7d"}))]
pub struct Republication {
    /// Until when they last at least; without it, one that expired begins a lifetime as long as
    /// its first.
    expiration: Option<Time>,
}

/// Gives each HIT of a batch as many more assignments as were rejected.
///
/// Each rejected assignment counts once: asking again adds only what was rejected since. What a HIT
/// cannot get is among the `Problems` of the batch afterwards, and is tried again the next time.
#[utoipa::path(
    post, path = "/_mturk/batches/{id}/republish", operation_id = "republishBatch",
    tag = "batches", params(("id" = i64, Path)), request_body = Republication,
    responses(
        (status = 200, description = "The batch.", body = Batch),
        (status = 409, description = "Other work on it is under way.", body = Failure)
    )
)]
pub async fn republish(engine: Arc<Engine>, InPath(id): InPath<i64>, body: Body) -> Answer<Batch> {
    let Republication { expiration } = body.read()?;
    let batch = engine.write(Requester::default(), (id, expiration), |turn, (id, until)| {
        let until = until.as_ref().map(|until| until.at(turn.now));
        Box::pin(batches::republish(turn, (*id, None), until))
    });
    Ok(Json(batch.await?))
}

/// How results are written.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResultsQuery {
    /// `true`: an apostrophe stands before each cell that a spreadsheet would compute.
    #[serde(default)]
    #[param(nullable = false)]
    harmless: bool,
}

/// The submitted work of a batch, as the requester site wrote it.
///
/// To review it, put a mark into `Approve` or a reason into `Reject`, and upload the file.
#[utoipa::path(
    get, path = "/_mturk/batches/{id}/results.csv", operation_id = "batchResults",
    tag = "batches", params(("id" = i64, Path), ResultsQuery),
    responses(
        (status = 200, description = "A row for each assignment.", body = String,
            content_type = "text/csv"),
        (status = 413, description = "There are too many results.", body = Failure)
    )
)]
pub async fn results(
    engine: Arc<Engine>,
    InPath(id): InPath<i64>,
    Params(query): Params<ResultsQuery>,
) -> Result<Response, Failure> {
    let formulas = if query.harmless { Formulas::Harmless } else { Formulas::Kept };
    Ok(results::answer(&engine, (id, None), formulas).await?)
}

/// What was taken of an uploaded file.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct ReviewView {
    /// The batch; its `Work` says how many decisions are to be applied. Those that were in force
    /// already are not counted.
    batch: Batch,
    /// What you might want to know about the file.
    notes: Vec<TableNote>,
}

/// Takes a reviewed results file: approves where `Approve` has a mark, and rejects where `Reject`
/// has a reason.
///
/// The whole file is checked first; with one problem nothing is done. Then the decisions are
/// applied some at a time. A server that stops goes on when it starts again, and a file may be
/// uploaded again: nothing is done twice.
#[utoipa::path(
    post, path = "/_mturk/batches/{id}/review", operation_id = "reviewBatch", tag = "batches",
    params(("id" = i64, Path)),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "The batch.", body = ReviewView),
        (status = 409, description = "Other work on it is under way.", body = Failure)
    )
)]
pub async fn review(
    engine: Arc<Engine>,
    InPath(id): InPath<i64>,
    body: Body,
) -> Answer<ReviewView> {
    let reviewed: Reviewed =
        compute(move || review::read(body.bytes())).await?.map_err(Refused::Table)?;
    let notes = reviewed.notes.clone();
    let batch = engine.write_long((id, reviewed), |turn, (id, reviewed)| {
        Box::pin(batches::review(turn, (*id, None), reviewed))
    });
    Ok(Json(ReviewView { batch: batch.await?, notes }))
}
