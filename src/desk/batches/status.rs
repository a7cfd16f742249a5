//! Where a batch is in its life, in words of the pages.

use crate::shapes::batch::BatchStatus;

/// The class of the tag of a status, and how the pages call it.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "templates pass references")]
pub const fn tag(status: &BatchStatus) -> (&'static str, &'static str) {
    match status {
        BatchStatus::Publishing => ("", "Being published"),
        BatchStatus::Published => ("good", "Published"),
        BatchStatus::Stopped => ("bad", "Stopped"),
        BatchStatus::Canceled => ("", "Canceled"),
    }
}
