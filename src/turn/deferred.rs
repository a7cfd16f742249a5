//! Writes that wait while several timers are settled together, so that each row is written once.

use std::collections::{BTreeMap, BTreeSet};

use crate::fault::Fault;
use crate::money::Cents;
use crate::shapes::hit::HitStatus;
use crate::shapes::notification::EventType;
use crate::store::assignments::{self, Changed, Placed};
use crate::store::events::{self, New};
use crate::store::hits::{self, Hit};
use crate::store::requester_workers::{self, MoreWork};
use crate::store::requesters;
use crate::store::reward_payments::{self, RewardPayment};
use crate::store::timers::{self, Timer};
use crate::time::Instant;
use crate::turn::Turn;

/// An event that waits; its HIT is told by its number.
#[derive(Debug)]
struct Emitted {
    event_type: EventType,
    at: Instant,
    hit_key: i64,
    work: Option<(String, String)>,
}

/// What waits. The HITs themselves are with whoever settles the timers.
#[derive(Debug, Default)]
pub struct Deferred {
    changed: Vec<Changed>,
    paid: Vec<RewardPayment>,
    work: BTreeMap<(String, String), MoreWork>,
    events: Vec<Emitted>,
    timers: Vec<Timer>,
    saved: BTreeSet<i64>,
    funds: BTreeMap<String, (Cents, Cents)>,
}

impl Deferred {
    /// Work was decided; what was paid for it, and how much more its worker did.
    ///
    /// # Errors
    /// The work cannot be shown as JSON.
    pub fn decide(
        &mut self,
        placed: &Placed,
        paid: Option<RewardPayment>,
        more: MoreWork,
    ) -> Result<(), Fault> {
        self.changed.push(Changed::new(placed)?);
        self.paid.extend(paid);
        let key = (more.requester_id.clone(), more.worker_id.clone());
        match self.work.get_mut(&key) {
            Some(before) => before.add(&more),
            None => drop(self.work.insert(key, more)),
        }
        Ok(())
    }

    /// Something happened to a HIT; `work` is the assignment and its worker.
    pub fn emit(
        &mut self,
        hit: &Hit,
        event_type: EventType,
        at: Instant,
        work: Option<(&str, &str)>,
    ) {
        let work = work.map(|(assignment, worker)| (assignment.to_owned(), worker.to_owned()));
        self.events.push(Emitted { event_type, at, hit_key: hit.key, work });
    }

    /// A HIT changed.
    pub fn save(&mut self, hit: &Hit) {
        self.saved.insert(hit.key);
    }

    /// Takes `spent` from what a requester has and puts `held` more on hold.
    ///
    /// # Errors
    /// One of them is more than nothing: then it matters what the requester has at that moment.
    pub fn shift(&mut self, requester_id: &str, spent: Cents, held: Cents) -> Result<(), Fault> {
        if spent > Cents(0) || held > Cents(0) {
            return Err(Fault::Service("money that is spent cannot wait".into()));
        }
        let (all_spent, all_held) = self.funds.entry(requester_id.to_owned()).or_default();
        (*all_spent, *all_held) = (*all_spent + spent, *all_held + held);
        Ok(())
    }

    pub(super) fn set_timer(&mut self, timer: Timer) {
        self.timers.push(timer);
    }
}

impl Turn {
    /// Writes what has waited. `hits` are the HITs as they are now, each with the status that is
    /// stored.
    ///
    /// # Errors
    /// The database failed, or what waits is about a HIT that is not there.
    pub async fn write_deferred(
        &mut self,
        hits: &BTreeMap<i64, (Hit, HitStatus)>,
    ) -> Result<(), Fault> {
        let Some(Deferred { mut changed, paid, work, events, timers, saved, funds }) =
            self.deferred.take()
        else {
            return Ok(());
        };
        let gone = || Fault::Service("a HIT is not there".into());
        let hit = |key| hits.get(key).ok_or_else(gone);
        let tx = &mut self.tx;
        // Rows that lie side by side are written one after the other.
        changed.sort_unstable_by_key(Changed::place);
        assignments::save_many(tx, &changed).await?;
        reward_payments::add_many(tx, &paid).await?;
        requester_workers::add_many(tx, &work.into_values().collect::<Vec<_>>()).await?;
        for (requester_id, (spent, held)) in &funds {
            requesters::settle(tx, requester_id, *spent, *held).await?;
        }
        let (mut counted, mut moved) = (Vec::new(), Vec::new());
        for key in &saved {
            let (hit, stored) = hit(key)?;
            if hit.status == *stored { counted.push(hit) } else { moved.push(hit) }
        }
        hits::save_many(tx, &counted, &moved).await?;
        timers::set_or_move_many(tx, &timers).await?;
        let events = events.iter().map(|event| hit(&event.hit_key).map(|(hit, _)| event.of(hit)));
        let events = events.collect::<Result<Vec<_>, _>>()?;
        self.has_undelivered |= events::add_many(tx, &events).await?;
        Ok(())
    }
}

impl Emitted {
    fn of<'a>(&'a self, hit: &'a Hit) -> New<'a> {
        New {
            event_type: self.event_type,
            at: self.at,
            requester_id: &hit.requester_id,
            hit_type_id: &hit.hit_type.id,
            hit_id: &hit.id,
            assignment_id: self.work.as_ref().map(|(assignment_id, _)| assignment_id.as_str()),
            worker_id: self.work.as_ref().map(|(_, worker_id)| worker_id.as_str()),
        }
    }
}
