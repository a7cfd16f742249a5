//! Crowds of robots: when they look for HITs, and what they do with them.

pub mod answers;
pub mod crowds;
pub mod steps;
pub mod waiting;
