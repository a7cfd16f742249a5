//! `/_mturk/world` and `/_mturk/reset`: the whole market in and out, and back to its beginning.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use crate::control::Control;
use crate::control::description::failures::Failed;
use crate::control::description::world;
use crate::control::json::{Answer, Body, Failure, Params};
use crate::engine::Onto;
use crate::fault::Fault;
use crate::rules::text::is_access_key;
use crate::store::requesters::Requester;
use crate::worlds::dump::Secrets;
use crate::worlds::reset::Reset;
use crate::worlds::{Loaded, Refusal, Worlds};

/// What a dump holds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Dump {
    /// 1 names the secrets of requesters too. The server must ask for its admin token.
    #[param(minimum = 0, maximum = 1, nullable = false)]
    secrets: Option<u8>,
}

/// The market as a world, which loads again.
#[utoipa::path(
    get,
    path = "/_mturk/world",
    operation_id = "dumpWorld",
    tag = "world",
    params(Dump),
    responses(
        (status = 200, description = "The world.", body = world::World),
        (status = 403, description = "Secrets are not shown to everybody.", body = Failed)
    )
)]
pub async fn dump(
    State(control): State<Control>,
    Params(asked): Params<Dump>,
) -> Result<Response, Failure> {
    let secrets = match asked.secrets {
        None | Some(0) => Secrets::Left,
        Some(1) if control.token.is_some() => Secrets::Named,
        Some(1) => {
            let message = "This server shows its control API to everybody, and so no secrets. \
                           Start it with --admin-token, and send the token.";
            let (code, message) = ("Forbidden", message.to_owned());
            return Err(Fault::Control { status: 403, code, message }.into());
        }
        Some(_) => return Err(Fault::unreadable("secrets is 0 or 1").into()),
    };
    let dumped = control.engine.dump(secrets).await?;
    let text = apart(move || dumped.to_string()).await?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}

/// How a world is loaded.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Loading {
    /// The access key, or the RequesterId, of who owns the entries that name no `Requester`; a new
    /// key makes a requester. Without it, that is the one requester of `--credential` if there is
    /// exactly one, or else the first of `Requesters` in the world.
    #[param(nullable = false, pattern = "^[A-Za-z0-9._+@-]{1,128}$")]
    requester: Option<String>,
}

/// Loads a world, or an array of worlds, on top of what is there: all of it or nothing.
#[utoipa::path(
    post,
    path = "/_mturk/world",
    operation_id = "loadWorld",
    tag = "world",
    params(Loading),
    request_body = world::Worlds,
    responses((status = 200, description = "What was loaded.", body = world::LoadedWorld))
)]
pub async fn load(
    State(control): State<Control>,
    Params(asked): Params<Loading>,
    body: Body,
) -> Answer {
    loaded(&control, body, Onto::WhatIsThere, asked).await
}

/// Loads a world, or an array of worlds, instead of what is there: all of it or nothing.
///
/// The clock goes on, or moves ahead to the world's `Now`: time does not go back.
#[utoipa::path(
    put,
    path = "/_mturk/world",
    operation_id = "replaceWorld",
    tag = "world",
    params(Loading),
    request_body = world::Worlds,
    responses((status = 200, description = "What was loaded.", body = world::LoadedWorld))
)]
pub async fn replace(
    State(control): State<Control>,
    Params(asked): Params<Loading>,
    body: Body,
) -> Answer {
    let beginning = Arc::clone(&control.beginning);
    loaded(&control, body, Onto::Nothing(beginning), asked).await
}

async fn loaded(control: &Control, body: Body, onto: Onto, asked: Loading) -> Answer {
    if asked.requester.as_deref().is_some_and(|name| !is_access_key(name)) {
        return Err(Fault::unreadable("requester is no access key").into());
    }
    let owner = asked.requester.or_else(|| control.beginning.owner().map(str::to_owned));
    let worlds = apart(move || read(&body)).await??;
    let loaded: Loaded = control.engine.load(worlds, onto, owner).await.map_err(refused)?;
    let mut answer = json!({"Loaded": loaded});
    if let Some(owner) = loaded.owner() {
        let Requester { id, access_key, name, .. } = owner;
        answer["Owner"] = json!({"AccessKeyId": access_key, "Name": name, "RequesterId": id});
    }
    Ok(Json(answer))
}

/// Work that may take seconds, on a thread that nobody else waits for.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::Service(error.to_string()))
}

fn read(body: &Body) -> Result<Arc<Worlds>, Failure> {
    let texts = texts(body.text()?)?;
    Worlds::read(texts).map_err(|problems| refused(Refusal::Problems(problems)))
}

/// One world, or each of an array.
fn texts(body: &str) -> Result<Vec<String>, Fault> {
    let body = body.trim_start_matches('\u{feff}');
    if !body.trim_start().starts_with('[') {
        return Ok(vec![body.to_owned()]);
    }
    let worlds: Vec<&RawValue> =
        serde_json::from_str(body).map_err(|e| Fault::unreadable(e.to_string()))?;
    Ok(worlds.into_iter().map(|world| world.get().to_owned()).collect())
}

fn refused(refusal: Refusal) -> Failure {
    let message = refusal.message(&[]);
    match refusal {
        Refusal::Fault(fault) => fault.into(),
        Refusal::Problems(problems) => Failure::bad_world(message, problems),
    }
}

/// How far back: to the beginning, if nothing is said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"empty": true}))]
struct Asked {
    /// To a market without anything but its known requesters.
    empty: Option<bool>,
    /// An access key or a RequesterId: that requester's things go, and nothing else changes.
    #[serde(rename = "Requester")]
    requester: Option<String>,
}

/// Back to what the server was started with, to nothing, or without one requester's things.
#[utoipa::path(
    post,
    path = "/_mturk/reset",
    operation_id = "reset",
    tag = "world",
    request_body = Option<Asked>,
    responses(
        (status = 200, description = "The clock of the beginning.", body = world::Begun),
        (status = 404, description = "There is no such requester.", body = Failed)
    )
)]
pub async fn reset(State(control): State<Control>, body: Body) -> Answer {
    let how = match body.read()? {
        Asked { empty: None | Some(false), requester: None } => Reset::Beginning,
        Asked { empty: Some(true), requester: None } => Reset::Empty,
        Asked { empty: None | Some(false), requester: Some(name) } => Reset::Requester(name),
        _ => {
            let why = "either \"empty\": true or \"Requester\" can be given, not both";
            return Err(Fault::unreadable(why).into());
        }
    };
    control.engine.reset(Arc::clone(&control.beginning), how).await.map_err(refused)?;
    let told = control.engine.clock().await?;
    Ok(Json::<Value>(json!({"now": told.now.rfc3339(), "mode": told.clock.mode()})))
}
