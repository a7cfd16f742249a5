//! The in-process tests: one binary, so that it is linked once.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod auth;
mod bad_input;
mod beginnings;
mod benches;
mod cli;
mod conformance;
mod container;
mod events;
mod forms;
mod inputs;
mod lifecycle;
mod model;
mod money;
mod neighbours;
mod openapi;
mod ops;
mod paging;
mod qualified;
mod races;
mod readme;
mod reviews;
mod shape;
mod simulation;
mod site;
mod state;
mod statements;
mod tidy;
mod time;
mod worker;
mod world;
mod worlds;
