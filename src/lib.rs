//! A local Amazon Mechanical Turk.
//!
//! The layers, from the bottom: words (`fault`, `time`, `ids`, `money`), `shapes` and `rules`,
//! `store` and `turn`, `acts`, `ops`, `views`, `timers` and `worlds`, `engine`, then the adapters
//! `wire`, `web`, `control` and `gate`, and the `emulator` that assembles them. Imports point down
//! only.

pub mod acts;
pub mod client;
pub mod config;
pub mod control;
pub mod emulator;
pub mod engine;
pub mod fault;
pub mod gate;
pub mod ids;
pub mod money;
pub mod notify;
pub mod ops;
#[doc(hidden)]
pub mod parsers;
pub mod rules;
pub mod run;
pub mod serve;
pub mod shapes;
pub mod store;
pub mod time;
pub mod timers;
pub mod turn;
pub mod views;
pub mod web;
pub mod wire;
pub mod worlds;
