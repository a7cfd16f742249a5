//! The description of the control API, as OpenAPI 3.1.
//!
//! Each route says what it takes and answers where it stands. What every route of a kind can
//! refuse is added here, in one place.

pub mod events;
pub mod failures;
pub mod people;
pub mod qualifications;
pub mod words;
pub mod work;
pub mod world;

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::OpenApi;

use crate::control::description::failures::Refusals;
use crate::control::{
    clock, events as happened, health, messages, qualifications as qualified, wait, work as deeds,
    workers, worlds,
};

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
            not know, and 408 to a request that takes longer than a minute."
    ),
    tags(
        (name = "server", description = "Whether it runs, and this description."),
        (name = "clock", description = "The market's one clock."),
        (name = "world", description = "The whole market as one JSON object."),
        (name = "workers", description = "Who works here, and their qualifications."),
        (name = "events", description = "What happened, and waiting for it."),
        (name = "work", description = "What workers do: accept, submit, return."),
    ),
    paths(
        health::show,
        health::live,
        health::ready,
        clock::show,
        clock::change,
        worlds::dump,
        worlds::load,
        worlds::replace,
        worlds::reset,
        workers::list,
        workers::add,
        workers::show,
        workers::put,
        qualified::request,
        qualified::test,
        messages::list,
        happened::list,
        wait::wait,
        deeds::accept,
        deeds::submit,
        deeds::give_back,
        deeds::submission,
        show,
    ),
    components(schemas(failures::Failed)),
    modifiers(&Refusals)
)]
struct Description;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let text = Description::openapi().to_pretty_json();
    text.expect("a description has nothing that JSON cannot say")
});

/// The description as a JSON text.
pub fn text() -> &'static str {
    &TEXT
}

/// This description.
#[utoipa::path(
    get,
    path = "/_mturk/openapi.json",
    operation_id = "describe",
    tag = "server",
    responses((status = 200, description = "OpenAPI 3.1.", body = words::Anything))
)]
pub async fn show() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], text())
}
