//! Removed fault rules: calls that they delay go on.

use std::sync::Arc;

use tokio::sync::broadcast;

use crate::actions::faults::note;
use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::faults;
use crate::store::requesters::Requester;

/// A call that has not seen so many removals goes on too.
pub(super) const REMOVALS: usize = 64;

/// The rules that are removed from now on.
#[derive(Debug)]
pub struct RemovedFaults(broadcast::Receiver<Option<i64>>);

impl RemovedFaults {
    /// Waits until the rule with this number is removed.
    pub async fn contain(&mut self, number: i64) {
        while let Ok(Some(removed)) = self.0.recv().await {
            if removed == number {
                return;
            }
        }
    }
}

impl Engine {
    /// Removes one fault rule, or all, and lets the calls go on that they delay; how many there
    /// were. Calls in other processes are not told.
    pub async fn remove_faults(self: &Arc<Self>, number: Option<i64>) -> Result<u64, Fault> {
        let removed = self.write(Requester::default(), number, |turn, number| {
            Box::pin(async move {
                let removed = faults::remove(&mut turn.tx, *number).await?;
                note(turn).await?;
                Ok::<_, Fault>(removed)
            })
        });
        let removed = removed.await?;
        self.faults_are_removed(number);
        Ok(removed)
    }

    /// The fault rules that are removed from now on.
    pub fn removed_faults(&self) -> RemovedFaults {
        RemovedFaults(self.removed_faults.subscribe())
    }

    /// One fault rule is removed, or all are.
    pub(super) fn faults_are_removed(&self, number: Option<i64>) {
        // It is an error if no call waits.
        let _ = self.removed_faults.send(number);
    }
}
