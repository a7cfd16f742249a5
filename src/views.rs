//! Read-only screens: what a worker's page shows, read in one turn.

pub mod bar;
pub mod dashboard;
pub mod groups;
pub mod guard;
pub mod qualifications;
pub mod task;
