//! `/_mturk/world` and `/_mturk/reset`: the whole market in and out, and back to its beginning.

use std::io;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::control::Control;
use crate::control::clock::ClockView;
use crate::control::json::{Answer, Body, Failure, Params, Spooled};
use crate::engine::LoadMode;
use crate::fault::Fault;
use crate::rules::text::is_access_key;
use crate::shapes::scalar::WorkerId;
use crate::spool::Spool;
use crate::store::requesters::Requester;
use crate::worlds::dump::Secrets;
use crate::worlds::entries::world::World;
use crate::worlds::reset::Reset;
use crate::worlds::{Loaded, Worlds};

/// A connection takes so many bytes of a dump at a time.
const PIECE_BYTES: usize = 256 << 10;

/// What a dump holds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DumpQuery {
    /// 1 names the secrets of requesters too. The server must ask for its admin token.
    #[param(minimum = 0, maximum = 1, nullable = false)]
    secrets: Option<u8>,
}

/// The market as a world, which loads again.
#[utoipa::path(
    get, path = "/_mturk/world", operation_id = "dumpWorld", tag = "world",
    params(DumpQuery),
    responses(
        (status = 200, description = "The world.", body = World),
        (status = 403, description = "Secrets are not shown to everybody.", body = Failure)
    )
)]
pub async fn dump(control: Control, Params(query): Params<DumpQuery>) -> Result<Response, Failure> {
    let secrets = match query.secrets {
        None | Some(0) => Secrets::Left,
        Some(1) if control.token.is_some() => Secrets::Named,
        Some(1) => {
            let message = "This server shows its control API to everybody, and so no secrets. \
                           Start it with --admin-token, and send the token.";
            return Err(Failure::new(StatusCode::FORBIDDEN, "Forbidden", message));
        }
        Some(_) => return Err(Fault::unreadable("secrets is 0 or 1").into()),
    };
    let dumped = control.engine.dump(secrets).await?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CONTENT_LENGTH, dumped.len().into()),
    ];
    Ok((headers, axum::body::Body::from_stream(pieces(dumped))).into_response())
}

/// A dump piece by piece: a connection takes one at a time.
fn pieces(dumped: Spool) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((Arc::new(dumped), 0), |(dumped, at)| async move {
        let read = Arc::clone(&dumped);
        let piece = apart(move || read.read_at(at, PIECE_BYTES)).await;
        let piece = piece.map_err(io::Error::other)??;
        let next = (dumped, at + piece.len() as u64);
        Ok((!piece.is_empty()).then(|| (piece.into(), next)))
    })
}

/// How a world is loaded.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LoadQuery {
    /// The access key, or the RequesterId, of who owns the entries that name no `Requester`; a new
    /// key makes a requester. Without it, that is the one requester of `--credential` if there is
    /// exactly one, or else the first of `Requesters` in the world.
    #[param(nullable = false, pattern = "^[A-Za-z0-9._+@-]{1,128}$")]
    requester: Option<String>,
}

/// What was loaded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoadedWorld {
    loaded: Loaded,
    /// Who owns the entries that name no `Requester`, if there are some and it is one requester.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<LoadedOwner>,
}

/// A requester who owns what was loaded.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct LoadedOwner {
    /// The key that its requests are signed with.
    access_key_id: String,
    /// What workers read.
    name: String,
    requester_id: WorkerId,
}

impl From<&Requester> for LoadedOwner {
    fn from(owner: &Requester) -> Self {
        Self {
            access_key_id: owner.access_key.clone(),
            name: owner.name.clone(),
            requester_id: WorkerId::known(owner.id.clone()),
        }
    }
}

/// Loads a world, or an array of worlds, on top of what is there: all of it or nothing.
#[utoipa::path(
    post, path = "/_mturk/world", operation_id = "loadWorld", tag = "world",
    params(LoadQuery),
    request_body = Worlds,
    responses((status = 200, description = "What was loaded.", body = LoadedWorld))
)]
pub async fn load(
    control: Control,
    Params(query): Params<LoadQuery>,
    body: Spooled,
) -> Answer<LoadedWorld> {
    loaded(&control, body, LoadMode::Add, query).await
}

/// Loads a world, or an array of worlds, instead of what is there: all of it or nothing.
///
/// The clock goes on, or moves ahead to the world's `Now`: time does not go back.
#[utoipa::path(
    put, path = "/_mturk/world", operation_id = "replaceWorld", tag = "world",
    params(LoadQuery),
    request_body = Worlds,
    responses((status = 200, description = "What was loaded.", body = LoadedWorld))
)]
pub async fn replace(
    control: Control,
    Params(query): Params<LoadQuery>,
    body: Spooled,
) -> Answer<LoadedWorld> {
    let beginning = Arc::clone(&control.beginning);
    loaded(&control, body, LoadMode::Replace(beginning), query).await
}

async fn loaded(
    control: &Control,
    body: Spooled,
    mode: LoadMode,
    query: LoadQuery,
) -> Answer<LoadedWorld> {
    if query.requester.as_deref().is_some_and(|name| !is_access_key(name)) {
        return Err(Fault::unreadable("requester is no access key").into());
    }
    let owner = query.requester.or_else(|| control.beginning.owner().map(str::to_owned));
    let named = owner.clone();
    let worlds = apart(move || Worlds::open(named.as_deref(), body.0)).await??;
    let loaded: Loaded = control.engine.load(worlds, mode, owner).await?;
    let owner = loaded.owner().map(LoadedOwner::from);
    Ok(Json(LoadedWorld { loaded, owner }))
}

/// Work that may take seconds, on a thread that nobody else waits for.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Fault::Service(error.to_string()))
}

/// How far back: to the beginning, if it is empty.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"empty": true}))]
struct ResetBody {
    /// To a market without anything but its known requesters.
    empty: Option<bool>,
    /// An access key or a RequesterId: that requester's things go, and nothing else changes.
    #[serde(rename = "Requester")]
    requester: Option<String>,
}

/// Back to what the server was started with, to nothing, or without one requester's things.
///
/// Unless it is only about one requester, the journal of this process is emptied too.
#[utoipa::path(
    post, path = "/_mturk/reset", operation_id = "reset", tag = "world",
    request_body = Option<ResetBody>,
    responses(
        (status = 200, description = "The clock of the beginning.", body = ClockView),
        (status = 404, description = "There is no such requester.", body = Failure)
    )
)]
pub async fn reset(control: Control, body: Body) -> Answer<ClockView> {
    let how = match body.read()? {
        ResetBody { empty: None | Some(false), requester: None } => Reset::Beginning,
        ResetBody { empty: Some(true), requester: None } => Reset::Empty,
        ResetBody { empty: None | Some(false), requester: Some(name) } => Reset::Requester(name),
        _ => {
            let why = "either \"empty\": true or \"Requester\" can be given, not both";
            return Err(Fault::unreadable(why).into());
        }
    };
    let is_whole = !matches!(how, Reset::Requester(_));
    control.engine.reset(Arc::clone(&control.beginning), how).await?;
    if let Some(journal) = control.journal.as_ref().filter(|_| is_whole) {
        journal.clear();
    }
    Ok(Json(control.engine.clock().await?.into()))
}
