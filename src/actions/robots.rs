//! Crowds of robots: when they look for HITs, and what they do with them.

mod answers;
pub mod steps;
pub mod waiting;
