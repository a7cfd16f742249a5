//! `/_mturk/robots`: crowds of workers by script.

use std::sync::Arc;

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::actions::robots::crowds;
use crate::control::Control;
use crate::control::json::{Answer, Body, Params};
use crate::control::requests::Removed;
use crate::engine::{Engine, LoadMode};
use crate::fault::Fault;
use crate::rules::robots::script::Robot;
use crate::store::requesters::Requester;
use crate::worlds::{Refusal, Worlds};

/// Crowds of robots, in the order in which they were added.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = Robots)]
pub struct Robots {
    robots: Vec<Robot>,
}

/// The scripts to add.
struct NewRobots;

impl PartialSchema for NewRobots {
    fn schema() -> RefOr<Schema> {
        let script = || Ref::from_schema_name("Robot");
        let either = OneOfBuilder::new().item(script()).item(ArrayBuilder::new().items(script()));
        either.description(Some("One script, or several that are added together.")).into()
    }
}

impl ToSchema for NewRobots {}

/// Which crowds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RobotsQuery {
    /// The number of one crowd; all if absent.
    #[param(minimum = 1, maximum = 9_223_372_036_854_775_807_u64, nullable = false)]
    robot: Option<i64>,
}

/// The crowds of robots, with their progress.
#[utoipa::path(
    get, path = "/_mturk/robots", operation_id = "listRobots", tag = "robots",
    responses((status = 200, description = "The crowds.", body = Robots))
)]
pub async fn list(engine: Arc<Engine>) -> Answer<Robots> {
    let robots = engine.read(Requester::default(), (), |turn, ()| Box::pin(crowds::list(turn)));
    Ok(Json(Robots { robots: robots.await? }))
}

/// Adds a crowd of robots, or an array of crowds: either all of them or none.
///
/// The answer has the added crowds with their numbers. The workers with their ids exist at once.
#[utoipa::path(
    post, path = "/_mturk/robots", operation_id = "addRobots", tag = "robots",
    request_body = NewRobots,
    responses((status = 200, description = "The added crowds.", body = Robots))
)]
pub async fn add(control: Control, body: Body) -> Answer<Robots> {
    let one: &RawValue =
        serde_json::from_str(body.text()?).map_err(|error| Fault::unreadable(error.to_string()))?;
    let text = one.get();
    let (begin, end) = if text.starts_with('[') { ("", "") } else { ("[", "]") };
    // The scripts become a world, so that they are read and checked like those in world files.
    let worlds = Worlds::read(vec![format!("{{\"Robots\":{begin}{text}{end}}}")]);
    let worlds = worlds.map_err(Refusal::Problems)?;
    let loaded = control.engine.load(worlds, LoadMode::Add, None).await?;
    Ok(Json(Robots { robots: loaded.crowds }))
}

/// Removes one crowd, or all. What the robots have in hand is returned; the workers stay.
#[utoipa::path(
    delete, path = "/_mturk/robots", operation_id = "removeRobots", tag = "robots",
    params(RobotsQuery),
    responses((status = 200, description = "How many crowds were removed.", body = Removed))
)]
pub async fn remove(engine: Arc<Engine>, Params(query): Params<RobotsQuery>) -> Answer<Removed> {
    if query.robot.is_some_and(|number| number < 1) {
        return Err(Fault::unreadable("robot must be the number of a crowd").into());
    }
    let removed = engine.write(Requester::default(), query.robot, |turn, number| {
        Box::pin(crowds::remove(turn, *number))
    });
    Ok(Json(Removed::new(removed.await?)))
}
