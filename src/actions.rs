//! Actions with consequences for other nouns, by life cycle: what a requester, a worker, a timer or
//! a world file can do alike.

pub mod assignment;
pub mod batches;
pub mod events;
pub mod expiration;
pub mod faults;
pub mod form;
pub mod hit;
pub mod hit_type;
pub mod idempotency;
pub mod money;
pub mod qualification;
pub mod requirements;
pub mod review;
pub mod robots;
pub mod worker;
