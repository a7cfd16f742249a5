//! The description of the control API, as OpenAPI 3.1, made from the routes and what they take and
//! answer.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::json;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, PathItem, Ref, RefOr, Response, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi, openapi};

use crate::control::json::{FAILED, Failure};
use crate::control::{
    batches, clock, events, faults, files, health, metrics, payments, qualifications, requests,
    robots, snapshots, wait, webhooks, work, workers, worlds,
};

/// The description as a JSON text, made when it is first asked for.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| Description::openapi().to_pretty_json().unwrap_or_default() + "\n");
    &TEXT
}

/// This description.
#[utoipa::path(
    get, path = "/_mturk/openapi.json", operation_id = "describe", tag = "server",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object))
)]
pub async fn show() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text())
}

/// The whole of it.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "mturk-local control API",
        description = "What a test or a script may do with a local Mechanical Turk beside the \
            Requester API: look at its health, move its clock, load and dump its world, and work \
            as its workers do.\n\n\
            JSON both ways. Times in answers are RFC 3339 in UTC; in questions they are also epoch \
            seconds or a span from now (`-2h`, `+30d`). Every refusal is \
            `{\"error\": {\"code\", \"message\"}}`; a path that does not exist answers 404 and a \
            method that a path does not have 405 in the same form. Before a request comes here, \
            the server itself may answer 403 in plain text to a `Host` or `Origin` that it does \
            not know. A request that takes longer than a minute is answered 503, but for moves of \
            the clock, loads and dumps of worlds, resets, and snapshots; a body that does not \
            arrive within a minute 408."
    ),
    tags(
        (name = "server", description = "Whether it runs, numbers about it, this description."),
        (name = "clock", description = "The market's one clock."),
        (name = "world", description = "The whole market as one JSON object."),
        (name = "workers", description = "Who works here, and their qualifications."),
        (name = "events", description = "What happened, and waiting for it."),
        (name = "faults", description = "Calls that fail because a rule says so."),
        (name = "robots", description = "Workers by script."),
        (name = "batches", description = "HITs from a template and a CSV, and their results."),
        (name = "work", description = "What workers do: accept, submit, return."),
    ),
    paths(
        health::show, health::live, health::ready, metrics::show,
        clock::show, clock::change, clock::timers, clock::retry,
        worlds::dump, worlds::load, worlds::replace, worlds::reset,
        snapshots::list, snapshots::keep, snapshots::restore, snapshots::delete,
        workers::list, workers::add, workers::show, workers::put, workers::messages,
        qualifications::request, qualifications::test, payments::list,
        events::list, wait::wait, requests::list, requests::clear,
        faults::list, faults::add, faults::remove,
        webhooks::list, webhooks::add, webhooks::remove, webhooks::retry,
        robots::list, robots::add, robots::remove,
        batches::add, batches::list, batches::show, batches::cancel, batches::publish,
        batches::extend, batches::republish, batches::results, batches::review,
        work::accept, work::submit, work::return_place, work::submission,
        files::show, show,
    ),
    components(schemas(Failure)),
    modifiers(&Refusals)
)]
struct Description;

/// What never asks for the admin token.
const OPEN: [&str; 5] = [
    "/_mturk/health",
    "/_mturk/livez",
    "/_mturk/readyz",
    "/_mturk/files/{token}",
    "/_mturk/openapi.json",
];

/// Adds to each route what all routes of its kind can refuse.
struct Refusals;

impl Modify for Refusals {
    fn modify(&self, openapi: &mut openapi::OpenApi) {
        for (path, item) in &mut openapi.paths.paths {
            operations(item).for_each(add_refusals);
            if !OPEN.contains(&path.as_str()) {
                operations(item).for_each(ask_for_token);
            }
        }
        let components = openapi.components.get_or_insert_default();
        let method = refusal(
            "The path does not have that method.",
            "MethodNotAllowed",
            "This route does not have that method.",
        );
        components.schemas.values_mut().for_each(drop_defaults);
        components.responses.insert("MethodNotAllowed".to_owned(), method.into());
        let bearer = Http::builder().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("adminToken", SecurityScheme::Http(bearer));
    }
}

/// A required member has no default, whatever reads one that is missing.
fn drop_defaults(schema: &mut RefOr<Schema>) {
    let RefOr::T(Schema::Object(object)) = schema else { return };
    for name in &object.required {
        if let Some(RefOr::T(Schema::Object(member))) = object.properties.get_mut(name) {
            member.default = None;
        }
    }
}

/// The token is asked for where the server has one: so it may be left out, too.
fn ask_for_token(operation: &mut Operation) {
    let token = SecurityRequirement::new("adminToken", [""; 0]);
    operation.security = Some(vec![token, SecurityRequirement::default()]);
    let description = "The server asks for its admin token, and the request does not carry it.";
    let message = "The control API asks for the admin token.";
    let refused = refusal(description, "Unauthorized", message);
    operation.responses.responses.insert("401".to_owned(), refused.into());
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten()
}

fn add_refusals(operation: &mut Operation) {
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let has = |place: ParameterIn| {
        parameters.iter().any(|of| matches!(of, RefOr::T(of) if of.parameter_in == place))
    };
    let (by_id, by_query) = (has(ParameterIn::Path), has(ParameterIn::Query));
    let takes_body = operation.request_body.is_some();
    let mut add = |status: &str, response| {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| Response::into(response));
    };
    if takes_body || by_query {
        let description = "What was sent is not what the route takes.";
        add("400", refusal(description, "BadRequest", "limit is between 1 and 1000"));
    }
    if by_id {
        add("404", refusal("Nothing has that id.", "NotFound", "There is no worker A1."));
    }
    if takes_body {
        add("413", refusal("The body is too long.", "BadBody", "The body has more than 1 MiB."));
    }
    add("500", refusal("The market failed; the log says why.", "ServiceFault", FAILED));
}

fn refusal(description: &str, code: &str, message: &str) -> Response {
    let mut content = Content::new(Some(Ref::from_schema_name("Failed")));
    content.example = Some(json!({"error": {"code": code, "message": message}}));
    ResponseBuilder::new().description(description).content("application/json", content).build()
}
