//! SHA-256, by ring, which is in the tree for TLS.

use ring::digest::{Context, SHA256};

/// The digest of these parts, one behind the other.
pub fn sha256<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> [u8; 32] {
    let mut digest = Sha256::new();
    parts.into_iter().for_each(|part| digest.update(part));
    digest.finish()
}

/// A digest of parts that are not there all at once.
pub struct Sha256(Context);

impl Sha256 {
    pub fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    /// Adds a part.
    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    pub fn finish(self) -> [u8; 32] {
        self.0.finish().as_ref().first_chunk().copied().unwrap_or_default()
    }
}
