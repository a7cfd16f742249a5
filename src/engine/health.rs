//! Whether the database takes writes, as far as turns have shown.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
use crate::store::world;

impl Engine {
    /// Notes how a write failed, if it did.
    pub(super) fn note(&self, failure: Option<&Fault>) {
        if let Some(fault @ Fault::Unavailable(_)) = failure
            && !self.writes_fail.swap(true, Ordering::AcqRel)
        {
            // The request that wrote logs it as an error.
            tracing::warn!(%fault, "a write failed: the server is not ready");
        }
    }

    /// Whether the database takes writes. After one has failed, another is tried each time that
    /// somebody asks, until one succeeds.
    pub async fn takes_writes(self: &Arc<Self>) -> bool {
        if !self.writes_fail.load(Ordering::Acquire) {
            return true;
        }
        let tried = self
            .write(Requester::default(), (), |turn, ()| Box::pin(world::try_write(&mut turn.tx)));
        let mut succeeds = tried.await.is_ok();
        if succeeds {
            let removed = self.write(Requester::default(), (), |turn, ()| {
                Box::pin(world::end_trial(&mut turn.tx))
            });
            succeeds = removed.await.is_ok();
        }
        if succeeds && self.writes_fail.swap(false, Ordering::AcqRel) {
            tracing::info!("a write succeeded: the server is ready again");
        }
        succeeds
    }
}
