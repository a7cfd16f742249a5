//! The requester of an access key.

use std::sync::Arc;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::{self, Credentials, Requester};

/// Where other processes can change requesters, one is looked up again after this long.
const SHARED_FOR_MS: i64 = 1000;

impl Engine {
    /// The requester of an access key. An unknown key has no secret.
    pub async fn credentials(&self, access_key: &str) -> Result<Arc<Credentials>, Fault> {
        let for_ms = if self.store.is_shared() { SHARED_FOR_MS } else { i64::MAX };
        if let Some(found) = self.callers.find(access_key, for_ms) {
            return Ok(found);
        }
        let generation = self.callers.generation();
        let found = requesters::by_key(&mut self.store.read().await?, access_key).await?;
        let unknown =
            || Credentials { requester: Arc::new(Requester::of_key(access_key)), secret: None };
        let found = Arc::new(found.unwrap_or_else(unknown));
        self.callers.remember(access_key, &found, generation);
        Ok(found)
    }

    /// Forgets what was remembered, after requesters changed in the store.
    pub fn forget_callers(&self) {
        self.callers.forget();
    }
}
