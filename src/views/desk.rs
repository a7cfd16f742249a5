//! What the pages of a requester show.

pub mod hits;
pub mod review;
