//! Timers as operators see them: the next one, and those that failed.

use std::sync::Arc;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::Requester;
use crate::store::timers::{self, Entry};
use crate::turn::Access;

/// So many timers that are set aside are shown; all are counted.
const SHOWN: i64 = 1000;

/// A timer that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// Which one it is, and when it was due.
    pub timer: Entry,
    /// Why it failed.
    pub reason: String,
}

/// What is known of the timers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimersShown {
    /// The one that falls due next.
    pub next: Option<Entry>,
    /// Those that failed and are set aside, the earliest first; not more than 1,000.
    pub set_aside: Vec<SetAside>,
    /// How many are set aside.
    pub set_aside_count: i64,
}

impl Engine {
    /// The timers as they stand.
    ///
    /// # Errors
    /// The database failed.
    pub async fn timers(&self) -> Result<TimersShown, Fault> {
        let mut tx = self.store().read().await?;
        let set_aside = timers::aside(&mut tx, SHOWN).await?.into_iter();
        Ok(TimersShown {
            next: timers::next(&mut tx).await?,
            set_aside: set_aside.map(|(timer, reason)| SetAside { timer, reason }).collect(),
            set_aside_count: timers::aside_count(&mut tx).await?,
        })
    }

    /// How many timers failed and are set aside.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_aside_count(&self) -> Result<i64, Fault> {
        timers::aside_count(&mut self.store().read().await?).await
    }

    /// Tries timers again that are set aside, at the market's present time: the one of that kind
    /// and subject, or all of them. How many were tried.
    ///
    /// # Errors
    /// The database failed.
    pub async fn retry_timers(
        self: &Arc<Self>,
        one: Option<(String, String)>,
    ) -> Result<u64, Fault> {
        let one = Arc::new(one);
        let tried = self.turn(Access::Write, Requester::default(), move |turn| {
            let one = Arc::clone(&one);
            Box::pin(async move {
                let one = one.as_ref().as_ref();
                let one = one.map(|(kind, subject)| (kind.as_str(), subject.as_str()));
                turn.has_settled = true;
                timers::retry(&mut turn.tx, one, turn.now).await
            })
        });
        let count = tried.await?;
        self.settle_apart().await?;
        Ok(count)
    }
}
