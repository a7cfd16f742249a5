//! The API's nouns as they are on the wire: serde only, no behaviour.

pub mod answer;
pub mod answerer;
pub mod assignment;
pub mod batch;
pub mod event;
pub mod fault_rule;
pub mod hit;
pub mod notification;
pub mod object;
pub mod operation;
pub mod payment;
pub mod qualification;
pub mod review;
pub mod scalar;
pub mod snapshot;
pub mod table;
pub mod webhook;
pub mod words;
pub mod worker;
