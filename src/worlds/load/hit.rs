//! From plans to rows: a HIT with what follows from its work.

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::fees;
use crate::rules::hit::{DISPOSED_AFTER, Phase};
use crate::shapes::hit::HitStatus;
use crate::store::hit_requirements;
use crate::store::hits::{self, Hit};
use crate::store::requesters;
use crate::store::timers::{Kind, Timer};
use crate::turn::Profile;
use crate::worlds::load::Load;
use crate::worlds::load::plan::Plan;
use crate::worlds::load::works::Works;

impl Load<'_> {
    /// Makes a HIT and its work rows, unless something is wrong with it.
    pub(super) async fn load_hit(
        &mut self,
        mut plan: Plan<'_>,
        works: &mut Works,
    ) -> Result<(), Fault> {
        let (is_new, now) = (plan.hit.key == 0, self.turn.now);
        let approved_before = plan.hit.standing.approved;
        let done = works.read(self, &mut plan).await?;
        let standing = &mut plan.hit.standing;
        let approved = standing.approved - approved_before;
        let taken = standing.max - standing.available();
        if standing.max == 0 {
            standing.max = taken.max(1);
        }
        let disputed = plan.given.is_some_and(|given| given.is_disputed);
        if taken > standing.max && !disputed {
            let why = format!("{taken} assignments in {} places", standing.max);
            self.problem(plan.place.of(&["MaxAssignments"]), why);
        }
        self.set_phase(&mut plan);
        let policies = plan.given.map(|given| self.policies(given)).unwrap_or_default();
        if plan.is_unsound {
            return Ok(());
        }
        plan.hit.status = plan.hit.standing.status(now);
        if is_new {
            plan.hit.has_policies = policies.any();
            let given = plan.given.and_then(|given| given.creation_time.as_ref());
            let arrived_at = self.turn.arrival_of(given, plan.hit.created_at);
            hits::add(&mut self.turn.tx, &mut plan.hit, &policies, arrived_at).await?;
            if plan.hit.standing.phase != Phase::Disposed {
                hit_requirements::add(&mut self.turn.tx, &plan.hit).await?;
            }
            if let Some(given) = plan.given {
                self.load_reports(plan.hit.key, given).await?;
            }
            self.loaded.hits += 1;
        }
        let price = self.hold(&mut plan.hit, is_new, approved).await?;
        works.place(&mut plan.hit, done, price, now);
        hits::save(&mut self.turn.tx, &plan.hit).await?;
        if is_new {
            works.timers.extend(self.timers(&plan));
        }
        Ok(())
    }

    /// What a new HIT may still cost is on hold beside what its requester has. Work that is added
    /// to a HIT of the store is paid as if it had been approved here. What approved work cost.
    async fn hold(&mut self, hit: &mut Hit, is_new: bool, approved: i64) -> Result<Cents, Fault> {
        if self.turn.market.profile == Profile::Sandbox {
            return Ok(Cents(0));
        }
        let values = &hit.hit_type.values;
        let held = fees::held(values, &hit.standing, self.turn.now);
        let more = held - hit.held;
        let price = if is_new { Cents(0) } else { fees::assignment(values, hit.standing.max) };
        let paid = Cents(price.0.saturating_mul(approved));
        let spent = if is_new { Cents(0) } else { more + paid };
        let tx = &mut self.turn.tx;
        requesters::settle(tx, &hit.requester_id, spent, more).await?;
        if is_new {
            requesters::raise_opening(tx, &hit.requester_id, more).await?;
        }
        hit.held = held;
        Ok(price)
    }

    /// Whether the requester is reviewing or deleted it is believed, where it is possible.
    fn set_phase(&mut self, plan: &mut Plan<'_>) {
        let (standing, now) = (&mut plan.hit.standing, self.turn.now);
        let Some(status) = plan.given.and_then(|given| given.hit_status) else { return };
        let (possible, phase) = match status {
            HitStatus::Reviewing => {
                (standing.status(now) == HitStatus::Reviewable, Phase::Reviewing)
            }
            HitStatus::Disposed => (standing.dispose(now).is_ok(), Phase::Disposed),
            _ => return,
        };
        if possible {
            standing.phase = phase;
        } else if !plan.is_incomplete() {
            let state = status.as_str();
            let is_alone = plan.work.is_empty();
            let hint = if is_alone { ": load its assignments together with it" } else { "" };
            let why = format!("with this work and end it cannot be {state}{hint}");
            self.missing(plan.place.of(&["HITStatus"]), why);
        }
    }

    /// What will happen to a new HIT by itself.
    fn timers(&mut self, plan: &Plan<'_>) -> Vec<Timer> {
        let (hit, now) = (&plan.hit, self.turn.now);
        let timer = |kind, due_at| Timer { kind, subject: hit.id.clone(), due_at };
        let mut timers = Vec::new();
        if !hit.standing.expired(now) && hit.standing.phase != Phase::Disposed {
            timers.push(timer(Kind::Expiry, hit.standing.expire_at));
        }
        if matches!(hit.status, HitStatus::Reviewable | HitStatus::Reviewing) {
            let given = plan.given.and_then(|given| given.disposal_time);
            let due_at = self.instant(plan.place, "DisposalTime", given);
            timers.push(timer(Kind::Disposal, due_at.unwrap_or(now + DISPOSED_AFTER)));
        }
        timers
    }
}
