//! `/_mturk/faults`: rules by which calls fail, take longer, or lose their answer.

use std::sync::Arc;

use axum::Json;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::control::Control;
use crate::control::json::{Answer, Body, Params};
use crate::control::requests::Removed;
use crate::engine::{Engine, LoadMode};
use crate::fault::Fault;
use crate::shapes::fault_rule::FaultRule;
use crate::store::faults;
use crate::store::requesters::Requester;
use crate::worlds::{Refusal, Worlds};

/// Fault rules, in the order in which they are checked.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = FaultRules)]
pub struct Rules {
    faults: Vec<FaultRule>,
}

/// The rules to add.
struct NewRules;

impl PartialSchema for NewRules {
    fn schema() -> RefOr<Schema> {
        let rule = || Ref::from_schema_name("FaultRule");
        let either = OneOfBuilder::new().item(rule()).item(ArrayBuilder::new().items(rule()));
        either.description(Some("One rule, or several that are added together.")).into()
    }
}

impl ToSchema for NewRules {}

/// Which rules.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FaultsQuery {
    /// The number of one rule; all if absent.
    #[param(minimum = 1, maximum = 9_223_372_036_854_775_807_u64, nullable = false)]
    fault: Option<i64>,
}

/// The fault rules, in the order in which they are checked.
///
/// A rule that has applied `Times` times is not in the list.
#[utoipa::path(
    get, path = "/_mturk/faults", operation_id = "listFaults", tag = "faults",
    responses((status = 200, description = "The rules.", body = Rules))
)]
pub async fn list(engine: Arc<Engine>) -> Answer<Rules> {
    let rules =
        engine.read(Requester::default(), (), |turn, ()| Box::pin(faults::list(&mut turn.tx)));
    Ok(Json(Rules { faults: rules.await? }))
}

/// Adds a fault rule, or an array of rules: either all of them or none.
///
/// The answer has the added rules with their numbers.
#[utoipa::path(
    post, path = "/_mturk/faults", operation_id = "addFaults", tag = "faults",
    request_body = NewRules,
    responses((status = 200, description = "The added rules.", body = Rules))
)]
pub async fn add(control: Control, body: Body) -> Answer<Rules> {
    let one: &RawValue =
        serde_json::from_str(body.text()?).map_err(|error| Fault::unreadable(error.to_string()))?;
    let text = one.get();
    let (begin, end) = if text.starts_with('[') { ("", "") } else { ("[", "]") };
    // The rules become a world, so that they are read and checked like those in world files.
    let worlds = Worlds::read(vec![format!("{{\"Faults\":{begin}{text}{end}}}")]);
    let worlds = worlds.map_err(Refusal::Problems)?;
    let loaded = control.engine.load(worlds, LoadMode::Add, None).await?;
    Ok(Json(Rules { faults: loaded.fault_rules }))
}

/// Removes one fault rule, or all.
///
/// Calls that such a rule delays go on at once.
#[utoipa::path(
    delete, path = "/_mturk/faults", operation_id = "removeFaults", tag = "faults",
    params(FaultsQuery),
    responses((status = 200, description = "How many rules were removed.", body = Removed))
)]
pub async fn remove(engine: Arc<Engine>, Params(query): Params<FaultsQuery>) -> Answer<Removed> {
    if query.fault.is_some_and(|number| number < 1) {
        return Err(Fault::unreadable("fault must be the number of a rule").into());
    }
    Ok(Json(Removed::new(engine.remove_faults(query.fault).await?)))
}
