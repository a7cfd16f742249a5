//! What the pages of a requester show.

pub mod batches;
pub mod hit;
pub mod hits;
pub mod live;
pub mod review;
