//! What waits for something to happen: bells, numbers of events, and how long they are kept.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::events::{self, Filter, Page};
use crate::store::requesters::Requester;
use crate::turn::{Access, Letter};

/// So many events are kept.
const KEPT: i64 = 100_000;
/// Events that await delivery are kept as long as fewer than so many are younger.
const KEPT_WAITING: i64 = 1_000_000;
/// So many letters may wait to be delivered while turns wait for them.
const LETTERS: usize = 16;

impl Engine {
    /// Rings after every turn that changed something; says true once the market closes.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<bool> {
        self.changes.subscribe()
    }

    /// Lets go of everyone who waits for changes: there will be no more.
    pub fn close(&self) {
        self.changes.send_replace(true);
    }

    /// Whether the market closes.
    pub(super) fn is_closed(&self) -> bool {
        *self.changes.borrow()
    }

    /// Takes over the delivery of letters; none if somebody did before.
    pub fn open_post(&self) -> Option<mpsc::Receiver<Letter>> {
        let (post, letters) = mpsc::channel(LETTERS);
        self.post.set(post).is_ok().then_some(letters)
    }

    /// Up to `count` events behind the number `after`, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn events(
        self: &Arc<Self>,
        filter: &Filter,
        after: i64,
        count: usize,
    ) -> Result<Page, Fault> {
        self.number_events().await?;
        let mut all = Page { last: after, ..Page::default() };
        while !all.is_end && all.events.len() < count {
            let more = self.some_events(filter, all.last, count - all.events.len()).await?;
            all.events.extend(more.events);
            (all.last, all.is_end) = (more.last, more.is_end);
            // SQLite is called on this thread: others come between two statements.
            tokio::task::yield_now().await;
        }
        Ok(all)
    }

    async fn some_events(
        self: &Arc<Self>,
        filter: &Filter,
        after: i64,
        count: usize,
    ) -> Result<Page, Fault> {
        let (filter, count) = (Arc::new(filter.clone()), i64::try_from(count).unwrap_or(i64::MAX));
        self.turn(Access::Read, Requester::default(), move |turn| {
            let filter = Arc::clone(&filter);
            Box::pin(async move { events::page(&mut turn.tx, &filter, after, count).await })
        })
        .await
    }

    /// Gives events of a shared store their numbers: see the table.
    async fn number_events(self: &Arc<Self>) -> Result<(), Fault> {
        if !self.store().is_shared() {
            return Ok(());
        }
        // Those who wait for the same events would be in one another's way.
        let _one = self.numbering.lock().await;
        loop {
            let any = self.turn(Access::Read, Requester::default(), |turn| {
                Box::pin(async move { events::any_unnumbered(&mut turn.tx).await })
            });
            if !any.await? {
                return Ok(());
            }
            let numbered = self.turn(Access::Write, Requester::default(), |turn| {
                Box::pin(async move { events::number(&mut turn.tx).await })
            });
            numbered.await?;
        }
    }

    /// Forgets events, so that their number is bounded; how many that await delivery were given up.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_events(self: &Arc<Self>) -> Result<i64, Fault> {
        self.keep_events(KEPT, KEPT_WAITING).await
    }

    /// Keeps the latest `kept` events, and of those that await delivery the latest `waiting`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keep_events(self: &Arc<Self>, kept: i64, waiting: i64) -> Result<i64, Fault> {
        self.number_events().await?;
        let ends = self.turn(Access::Read, Requester::default(), |turn| {
            Box::pin(async move { events::ends(&mut turn.tx).await })
        });
        let Some((first, last)) = ends.await? else { return Ok(0) };
        if first > last - kept {
            return Ok(0);
        }
        while self.forget_some(last - kept + 1).await? > 0 {}
        if first > last - waiting {
            return Ok(0);
        }
        let mut given_up = 0;
        loop {
            match self.give_some_up(last - waiting + 1).await? {
                0 => return Ok(given_up),
                count => given_up += count,
            }
        }
    }

    async fn forget_some(self: &Arc<Self>, below: i64) -> Result<u64, Fault> {
        let forgotten = self.turn(Access::Write, Requester::default(), move |turn| {
            Box::pin(async move { events::forget(&mut turn.tx, below).await })
        });
        forgotten.await
    }

    async fn give_some_up(self: &Arc<Self>, below: i64) -> Result<i64, Fault> {
        let given_up = self.turn(Access::Write, Requester::default(), move |turn| {
            Box::pin(async move { events::give_up(&mut turn.tx, below).await })
        });
        given_up.await.map(|count| i64::try_from(count).unwrap_or(i64::MAX))
    }
}
