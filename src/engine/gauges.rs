//! How much a market holds, in numbers.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::engine::{Engine, compute};
use crate::fault::Fault;
use crate::shapes::assignment::AssignmentStatus;
use crate::shapes::hit::HitStatus;
use crate::store::{acceptances, assignments, events, hits, timers};

/// How much there is at one time.
#[derive(Debug, Clone, Copy)]
pub struct Gauges {
    /// HITs by status, in the order of [`HitStatus::ALL`].
    pub hits: [i64; HitStatus::ALL.len()],
    /// Assignments that workers have accepted and not submitted.
    pub in_work: i64,
    /// Submitted work by status, in the order of [`AssignmentStatus::ALL`].
    pub assignments: [i64; AssignmentStatus::ALL.len()],
    /// Timers.
    pub timers: timers::Counts,
    /// Events that await delivery.
    pub events_waiting: i64,
    /// The size of the database.
    pub database_bytes: i64,
}

impl Engine {
    /// Counts what the market holds. It settles nothing, and takes longer the more there is, so it
    /// runs beside the threads that answer requests.
    ///
    /// # Errors
    /// The database failed.
    pub async fn gauges(self: &Arc<Self>) -> Result<Gauges, Fault> {
        let (engine, runtime) = (Arc::clone(self), Handle::current());
        compute(move || runtime.block_on(engine.read_gauges())).await?
    }

    async fn read_gauges(&self) -> Result<Gauges, Fault> {
        let now = self.clock().await?.target;
        let database_bytes = self.store.bytes().await?;
        let mut tx = self.store.read().await?;
        Ok(Gauges {
            hits: hits::count_by_status(&mut tx).await?,
            in_work: acceptances::in_work_count(&mut tx).await?,
            assignments: assignments::count_by_status(&mut tx).await?,
            timers: timers::counts(&mut tx, now).await?,
            events_waiting: events::waiting_count(&mut tx).await?,
            database_bytes,
        })
    }
}
