//! What the pages of batches share.

use crate::desk::batches::draft::Drafts;

/// What the pages of batches share.
#[derive(Debug, Default)]
pub struct Shared {
    /// What was uploaded and is not published or applied yet.
    pub drafts: Drafts,
}
