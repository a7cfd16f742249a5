//! What is said about a table that was sent as CSV.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is wrong with a table, or worth a note, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TableNote {
    /// From 1; a row of several lines has the number of its first.
    #[schema(minimum = 1)]
    pub line: usize,
    /// The name of the column; empty for the whole row.
    #[schema(example = "Reject")]
    pub column: String,
    /// A sentence without a full stop.
    #[schema(example = "the row has 3 cells, and the header has 4")]
    pub reason: String,
}

impl TableNote {
    /// A note about a row, or about a cell.
    pub fn new(line: usize, column: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { line, column: column.into(), reason: reason.into() }
    }
}
