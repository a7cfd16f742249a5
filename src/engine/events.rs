//! Events: who waits for changes, the numbers of events, and how long they are kept.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::engine::Engine;
use crate::fault::Fault;
use crate::shapes::event::Event;
use crate::store::events::{self, Filter, Page};
use crate::store::requesters::Requester;
use crate::store::webhooks;
use crate::turn::TestEvent;

/// So many events are kept.
const KEPT: i64 = 100_000;
/// Events that await delivery are kept as long as fewer than so many are younger.
const KEPT_WAITING: i64 = 1_000_000;
/// So many test events may wait to be delivered while turns wait for them.
const TEST_EVENTS: usize = 16;

impl Engine {
    /// Takes over the delivery of test events; none if somebody did before.
    pub fn receive_test_events(&self) -> Option<mpsc::Receiver<TestEvent>> {
        let (sender, receiver) = mpsc::channel(TEST_EVENTS);
        self.test_events.set(sender).is_ok().then_some(receiver)
    }

    /// Up to `count` events behind the number `after`, the oldest first.
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

    /// The latest events, up to `count`, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn latest_events(self: &Arc<Self>, count: u32) -> Result<Vec<Event>, Fault> {
        self.number_events().await?;
        let ends =
            self.read(Requester::default(), (), |turn, ()| Box::pin(events::ends(&mut turn.tx)));
        let last = ends.await?.map_or(0, |(_, last)| last);
        let after = (last - i64::from(count)).max(0);
        Ok(self.events(&Filter::default(), after, count as usize).await?.events)
    }

    async fn some_events(
        self: &Arc<Self>,
        filter: &Filter,
        after: i64,
        count: usize,
    ) -> Result<Page, Fault> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.read(Requester::default(), (filter.clone(), after, count), |turn, input| {
            let (filter, after, count) = input;
            Box::pin(events::page(&mut turn.tx, filter, *after, *count))
        })
        .await
    }

    /// Gives events of a shared store their numbers: see the table.
    pub async fn number_events(self: &Arc<Self>) -> Result<(), Fault> {
        if !self.store().is_shared() {
            return Ok(());
        }
        // Those who wait for the same events would be in one another's way.
        let _one = self.numbering.lock().await;
        loop {
            let any = self.read(Requester::default(), (), |turn, ()| {
                Box::pin(events::any_unnumbered(&mut turn.tx))
            });
            if !any.await? {
                return Ok(());
            }
            let numbered = self
                .write(Requester::default(), (), |turn, ()| Box::pin(events::number(&mut turn.tx)));
            numbered.await?;
        }
    }

    /// Forgets events, so that their number is bounded; how many that await delivery were given up.
    pub async fn prune_events(self: &Arc<Self>) -> Result<i64, Fault> {
        self.prune_events_to(KEPT, KEPT_WAITING).await
    }

    /// Keeps the latest `kept` events, and of those that await delivery the latest `waiting`.
    pub async fn prune_events_to(self: &Arc<Self>, kept: i64, waiting: i64) -> Result<i64, Fault> {
        self.number_events().await?;
        let read = self.read(Requester::default(), (), |turn, ()| {
            Box::pin(async move {
                let ends = events::ends(&mut turn.tx).await?;
                Ok::<_, Fault>((ends, webhooks::lowest_position(&mut turn.tx).await?))
            })
        });
        let (Some((first, last)), pushed) = read.await? else { return Ok(0) };
        // What a webhook has not got is kept longer.
        let forgettable = pushed.map_or(last - kept, |pushed| pushed.min(last - kept));
        if first <= forgettable {
            while self.forget_some(forgettable + 1).await? > 0 {}
        }
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
        let forgotten = self.write(Requester::default(), below, |turn, below| {
            Box::pin(events::forget(&mut turn.tx, *below))
        });
        forgotten.await
    }

    async fn give_some_up(self: &Arc<Self>, below: i64) -> Result<i64, Fault> {
        let given_up = self.write(Requester::default(), below, |turn, below| {
            Box::pin(events::give_up(&mut turn.tx, *below))
        });
        given_up.await.map(|count| i64::try_from(count).unwrap_or(i64::MAX))
    }
}
