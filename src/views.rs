//! Read-only screens: what a page shows, read in one turn.

pub mod bar;
pub mod batches;
pub mod dashboard;
pub mod desk;
pub mod groups;
pub mod guard;
pub mod payments;
pub mod qualifications;
pub mod show;
pub mod start;
pub mod submitted;
pub mod task;

/// Cuts a list that was read with more than `size` to `size`; its last, if there was more.
pub fn cut<T>(found: &mut Vec<T>, size: i64) -> Option<&T> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let more = found.len() > size;
    found.truncate(size);
    found.last().filter(|_| more)
}
