//! The API's nouns as they stand on the wire: serde only, no behaviour.

pub mod answer;
pub mod assignment;
pub mod hit;
pub mod notification;
pub mod qualification;
pub mod review;
pub mod worker;
