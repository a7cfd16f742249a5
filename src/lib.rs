//! A local Amazon Mechanical Turk in the process of a test: the Requester API, the worker's site,
//! and a control API.
//!
//! [`Emulator::builder`] starts a server on a free port. Give its [`url`](Emulator::url) to the
//! client under test as its endpoint. The test itself plays the workers, and moves the clock:
//!
//! ```
//! use std::time::Duration;
//!
//! use mturk_local::Emulator;
//! use serde_json::json;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), mturk_local::Error> {
//!     let turk = Emulator::builder()
//!         .fixture("minimal")
//!         .clock("2026-01-01T00:00:00Z")?
//!         .freeze()
//!         .seed(1)
//!         .start()
//!         .await?;
//!     assert!(turk.url().starts_with("http://127.0.0.1:"));
//!
//!     // What the code under test does with an AWS client, `call` does without one.
//!     let hits = turk.call("ListHITs", json!({})).await?;
//!     let hit_id = hits["HITs"][0]["HITId"].as_str().unwrap_or_default();
//!     turk.submit(hit_id, json!({"label": "cat"})).await?;
//!     turk.clock().advance(Duration::from_secs(30 * 86_400)).await?;
//!     let work = turk.call("ListAssignmentsForHIT", json!({"HITId": hit_id})).await?;
//!     assert_eq!(work["Assignments"][0]["AssignmentStatus"], "Approved");
//!     turk.stop().await
//! }
//! ```
//!
//! Answers are [`serde_json::Value`]s of the Requester API and of the control API, whose routes the
//! book describes.
//!
//! # Features
//!
//! Both are on by default. Tests compile sooner without the default features:
//!
//! - `postgres`: databases of PostgreSQL, besides those of SQLite;
//! - `notifications`: the delivery of events to SQS and SNS. Without it, events are kept all the
//!   same, for `/_mturk/events`.
//!
//! The library installs no logger, handles no signals and prints nothing. What it logs goes to
//! `tracing`. All modules that these pages do not show are internal, and may change at any time.

#[doc(hidden)]
pub mod actions;
#[doc(hidden)]
pub mod advice;
#[doc(hidden)]
pub mod answerers;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod client;
#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod console;
#[doc(hidden)]
pub mod control;
#[doc(hidden)]
pub mod desk;
mod digest;
#[doc(hidden)]
pub mod embedded;
#[doc(hidden)]
pub mod emulator;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod fault;
#[doc(hidden)]
pub mod host_check;
#[doc(hidden)]
pub mod http_client;
#[doc(hidden)]
pub mod ids;
#[doc(hidden)]
pub mod intercept;
#[doc(hidden)]
pub mod journal;
#[doc(hidden)]
pub mod metrics;
#[doc(hidden)]
pub mod money;
#[doc(hidden)]
pub mod notify;
#[doc(hidden)]
pub mod ops;
#[doc(hidden)]
pub mod outbound;
#[doc(hidden)]
pub mod parsers;
#[doc(hidden)]
pub mod preview;
#[doc(hidden)]
pub mod program;
#[doc(hidden)]
pub mod rules;
#[doc(hidden)]
pub mod serve;
#[doc(hidden)]
pub mod shapes;
#[doc(hidden)]
pub mod sigv4;
#[doc(hidden)]
pub mod site;
mod spool;
#[doc(hidden)]
pub mod store;
#[doc(hidden)]
pub mod time;
#[doc(hidden)]
pub mod timers;
#[doc(hidden)]
pub mod tls;
#[doc(hidden)]
pub mod turn;
#[doc(hidden)]
pub mod views;
#[doc(hidden)]
pub mod web;
#[doc(hidden)]
pub mod wire;
#[doc(hidden)]
pub mod worlds;

#[doc(inline)]
pub use embedded::{Builder, Clock, Emulator, Error, Submission, Wait};
#[doc(inline)]
pub use serve::StopError;
#[doc(inline)]
pub use store::OpenError;
#[doc(inline)]
pub use turn::Profile;
#[doc(inline)]
pub use wire::caller::Auth;
