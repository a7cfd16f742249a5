//! Whether the database takes writes, as far as turns have shown.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
use crate::store::world;
use crate::turn::Access;

impl Engine {
    /// Notes what a write came to.
    pub(super) fn note<T>(&self, done: &Result<T, Fault>) {
        if let Err(fault @ Fault::Unavailable(_)) = done
            && !self.writes_fail.swap(true, Ordering::AcqRel)
        {
            // The request that wrote tells it as an error.
            tracing::warn!(%fault, "a write failed: the server is not ready");
        }
    }

    /// Whether the database takes writes. After one has failed, another is tried each time that
    /// somebody asks, until one succeeds.
    pub async fn takes_writes(self: &Arc<Self>) -> bool {
        if !self.writes_fail.load(Ordering::Acquire) {
            return true;
        }
        let tried = self.turn(Access::Write, Requester::default(), |turn| {
            Box::pin(async move { world::try_write(&mut turn.tx).await })
        });
        let succeeds = tried.await.is_ok();
        if succeeds && self.writes_fail.swap(false, Ordering::AcqRel) {
            tracing::info!("a write succeeded: the server is ready again");
        }
        succeeds
    }
}
