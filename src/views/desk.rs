//! What the pages of a requester show.

pub mod batches;
pub mod hit;
pub mod hits;
pub mod live;
pub mod money;
pub mod qualifications;
pub mod review;
pub mod workers;
