//! The in-process tests: one binary, so that it is linked once.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod model;
mod ops;
mod paging;
mod races;
mod shape;
mod world;
