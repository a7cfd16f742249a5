//! The in-process tests: one binary, so that it is linked once.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod admin;
mod auth;
mod bad_input;
mod beginnings;
mod benches;
mod cli;
mod clocks;
mod conformance;
mod container;
mod doors;
mod events;
mod failed_timers;
mod forms;
mod given_up;
mod inputs;
mod jumps;
mod lifecycle;
mod model;
mod money;
mod neighbours;
mod openapi;
mod ops;
mod paging;
mod parsers;
mod qualified;
mod races;
mod readme;
mod recorded;
mod reviews;
mod seconds;
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
