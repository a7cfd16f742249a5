//! Timers that failed and are set aside: how many, and another try.

use std::sync::Arc;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
use crate::store::timers;

impl Engine {
    /// How many timers failed and are set aside.
    pub async fn set_aside_count(&self) -> Result<i64, Fault> {
        timers::aside_count(&mut self.store().read().await?).await
    }

    /// Tries timers again that are set aside, at the market's present time: the one of that kind
    /// and subject, or all of them. How many were tried.
    pub async fn retry_timers(
        self: &Arc<Self>,
        one: Option<(String, String)>,
    ) -> Result<u64, Fault> {
        let tried = self.write(Requester::default(), one, |turn, one| {
            let one = one.as_ref().map(|(kind, subject)| (kind.as_str(), subject.as_str()));
            turn.has_settled = true;
            Box::pin(timers::retry(&mut turn.tx, one, turn.now))
        });
        let count = tried.await?;
        self.settle_apart().await?;
        Ok(count)
    }
}
