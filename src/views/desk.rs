//! What the pages of a requester show.

pub mod hit;
pub mod hits;
pub mod money;
pub mod qualifications;
pub mod review;
pub mod workers;
