//! Snapshots, as the control API shows them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::shapes::scalar::{At, SnapshotName};

/// The whole market as it was, kept under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Snapshot {
    /// What it is called.
    pub name: SnapshotName,
    /// The market's time when it was kept.
    pub now: At,
    /// Real time when it was kept.
    pub kept_at: At,
    /// How much room it takes.
    #[schema(minimum = 0)]
    pub bytes: i64,
}
