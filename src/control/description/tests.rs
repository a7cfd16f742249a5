//! Puts the description together from the routes, and holds that the program carries it.
//!
//! With `MTURK_LOCAL_UPDATE` set its file is written anew.

mod refusals;

use std::path::Path;
use std::{env, fs};

use utoipa::OpenApi;

use refusals::Refusals;

use crate::control::description::failures;
use crate::control::files;
use crate::control::{
    clock, description, events as happened, health, messages, qualifications as qualified, timers,
    wait, work as deeds, workers, worlds,
};

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
            the clock, loads and dumps of worlds, and resets; a body that does not arrive within a \
            minute 408."
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
        timers::list,
        timers::retry,
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
        files::show,
        description::show,
    ),
    components(schemas(failures::Failed)),
    modifiers(&Refusals)
)]
struct Description;

#[test]
fn the_program_carries_what_the_routes_say() {
    let said = Description::openapi().to_pretty_json().unwrap() + "\n";
    if env::var_os("MTURK_LOCAL_UPDATE").is_some() {
        let path = "src/control/description/openapi.json";
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), said).unwrap();
        return;
    }
    let advice = "MTURK_LOCAL_UPDATE=1 cargo test --lib description writes openapi.json";
    assert!(super::text() == said, "{advice}:\n{said}");
}
