//! What the pages of batches share.

use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::desk::batches::draft::Drafts;

/// So many pages of batches are kept up to date at a time.
const MAX_STREAMS: usize = 16;

/// What the pages of batches share.
#[derive(Debug)]
pub struct Shared {
    /// What was uploaded and is not published or applied yet.
    pub drafts: Drafts,
    /// Room for pages that are kept up to date.
    pub streams: Arc<Semaphore>,
}

impl Default for Shared {
    fn default() -> Self {
        let streams = Arc::new(Semaphore::new(MAX_STREAMS));
        Self { drafts: Drafts::default(), streams }
    }
}
