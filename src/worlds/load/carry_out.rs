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
use crate::time::Instant;
use crate::turn::Profile;
use crate::worlds::load::Load;
use crate::worlds::load::hits::Plan;
use crate::worlds::load::works::Works;

impl Load<'_> {
    /// Makes a HIT and its work rows, unless something is wrong with it.
    pub(super) async fn carry_out(
        &mut self,
        mut plan: Plan<'_>,
        works: &mut Works,
    ) -> Result<(), Fault> {
        let is_new = plan.hit.key == 0;
        let done = works.read(self, &plan).await?;
        let standing = &mut plan.hit.standing;
        standing.pending += done.pending;
        standing.submitted += done.submitted;
        standing.approved += done.approved;
        standing.rejected += done.rejected;
        let taken = standing.max - standing.available();
        if standing.max == 0 {
            standing.max = taken.max(1);
        }
        let disputed = plan.given.is_some_and(|given| given.members.disputed);
        if taken > standing.max && !disputed {
            let (max, place) = (standing.max, plan.place.of(&["MaxAssignments"]));
            self.problem(place, format!("{taken} assignments in {max} places"));
        }
        self.keep_phase(&mut plan);
        let policies = self.policies(&plan.place, plan.given);
        if plan.unsound {
            return Ok(());
        }
        let now = self.turn.now;
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
        self.hold(&mut plan.hit, is_new, done.approved).await?;
        works.place(&mut plan.hit, done);
        hits::keep(&mut self.turn.tx, &plan.hit).await?;
        works.set(self.timers(&plan, is_new, now));
        Ok(())
    }

    /// What a new HIT may still cost is on hold beside what its requester has. Work that is added
    /// to a HIT of the store is paid as if it had been approved here.
    async fn hold(&mut self, hit: &mut Hit, is_new: bool, approved: i64) -> Result<(), Fault> {
        if self.turn.market.profile == Profile::Sandbox {
            return Ok(());
        }
        let values = &hit.hit_type.values;
        let held = fees::held(values, &hit.standing, self.turn.now);
        let more = held - hit.held;
        let paid = fees::assignment(values, hit.standing.max).0.saturating_mul(approved);
        let spent = if is_new { Cents(0) } else { more + Cents(paid) };
        requesters::settle(&mut self.turn.tx, &hit.requester_id, spent, more).await?;
        hit.held = held;
        Ok(())
    }

    /// Whether the requester is reviewing or deleted it is believed, where it is possible.
    fn keep_phase(&mut self, plan: &mut Plan<'_>) {
        let standing = &mut plan.hit.standing;
        let now = self.turn.now;
        let wanted = plan.given.and_then(|given| given.status);
        let (possible, phase) = match wanted {
            Some(HitStatus::Reviewing) => {
                (standing.status(now) == HitStatus::Reviewable, Phase::Reviewing)
            }
            Some(HitStatus::Disposed) => (standing.dispose(now).is_ok(), Phase::Disposed),
            _ => return,
        };
        if possible {
            standing.phase = phase;
        } else if !plan.is_flawed() && !self.lost {
            let state = wanted.map_or("", HitStatus::as_str);
            let hint = match plan.entries.as_slice() {
                [] => ": load its assignments together with it",
                _ => "",
            };
            let place = plan.place.of(&["HITStatus"]);
            self.problem(place, format!("with this work and end it cannot be {state}{hint}"));
        }
    }

    fn timers(&mut self, plan: &Plan<'_>, is_new: bool, now: Instant) -> Vec<Timer> {
        let hit = &plan.hit;
        let over = matches!(hit.status, HitStatus::Reviewable | HitStatus::Reviewing);
        let mut timers = Vec::new();
        if is_new && !hit.standing.expired(now) && hit.standing.phase != Phase::Disposed {
            let due_at = hit.standing.expire_at;
            timers.push(Timer { kind: Kind::Expiry, subject: hit.id.clone(), due_at });
        }
        if is_new && over {
            let given = plan.given.and_then(|given| given.disposal_time.as_ref());
            let otherwise = now + DISPOSED_AFTER;
            let due_at = self.instant(&plan.place, "DisposalTime", given, otherwise);
            timers.push(Timer { kind: Kind::Disposal, subject: hit.id.clone(), due_at });
        }
        timers
    }
}
