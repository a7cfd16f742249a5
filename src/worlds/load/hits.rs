//! HITs, and the HITs that saved assignments bring with them.

use std::collections::HashMap;

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::fees;
use crate::rules::hit::{DISPOSED_AFTER, Phase, Standing};
use crate::rules::limits;
use crate::shapes::hit::HitStatus;
use crate::store::hit_requirements;
use crate::store::hits::{self, Hit};
use crate::store::requesters;
use crate::store::timers::{Kind, Timer};
use crate::time::{Instant, Span};
use crate::turn::Profile;
use crate::worlds::fields::Place;
use crate::worlds::load::works::Works;
use crate::worlds::load::{Load, is_entity_id};
use crate::worlds::nouns::Entries;
use crate::worlds::nouns::hits::{AssignmentEntry, HitEntry, TypeMembers};

/// How long workers may accept when the world does not say.
const LIFETIME: Span = Span::days(7);

/// A HIT and the work on it, before they are rows.
pub(super) struct Plan<'e> {
    pub place: Place,
    pub hit: Hit,
    pub given: Option<&'e HitEntry>,
    pub entries: Vec<&'e AssignmentEntry>,
}

impl Load<'_> {
    pub(super) async fn load_hits(&mut self, entries: &Entries) -> Result<(), Fault> {
        let mut plans: Vec<Plan<'_>> = Vec::new();
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for entry in &entries.hits {
            let Some(plan) = self.plan(entry).await? else { continue };
            if by_id.insert(plan.hit.id.clone(), plans.len()).is_some() {
                self.problem(&entry.place, format!("the HIT {} stands twice", plan.hit.id));
                continue;
            }
            plans.push(plan);
        }
        for entry in &entries.assignments {
            if let Some(index) = by_id.get(&entry.hit_id) {
                plans[*index].entries.push(entry);
                continue;
            }
            if let Some(plan) = self.plan_around(entry, entries.speaks_of_hits).await? {
                by_id.insert(entry.hit_id.clone(), plans.len());
                plans.push(plan);
            }
        }
        let mut works = Works::begin(self).await?;
        for plan in plans {
            self.carry_out(plan, &mut works).await?;
        }
        works.finish(self).await
    }

    /// A HIT that the files describe.
    async fn plan<'e>(&mut self, entry: &'e HitEntry) -> Result<Option<Plan<'e>>, Fault> {
        let place = &entry.place;
        let id = entry.id.clone().unwrap_or_else(|| self.turn.ids.entity());
        if !is_entity_id(&id) {
            self.problem(place, format!("{id:?} is no HITId"));
            return Ok(None);
        }
        if hits::find(&mut self.turn.tx, &id).await?.is_some() {
            self.problem(place, format!("there is a HIT {id} already"));
            return Ok(None);
        }
        let Some(owner) = self.owner(place, &entry.owner).await? else { return Ok(None) };
        let Some(hit_type) = self.hit_type(place, &owner, &entry.members).await? else {
            return Ok(None);
        };
        let now = self.turn.now;
        let created_at = self.instant(place, "CreationTime", entry.creation_time.as_ref(), now);
        let otherwise = created_at + LIFETIME;
        let expire_at = self.instant(place, "Expiration", entry.expiration.as_ref(), otherwise);
        if created_at > now {
            self.problem(place, "CreationTime is in the future");
        }
        let annotation = entry.requester_annotation.clone();
        let hit = Hit {
            key: 0,
            id,
            requester_id: owner.id,
            hit_type,
            question: entry.question.clone().unwrap_or_default(),
            requester_annotation: annotation,
            created_at,
            standing: Standing::new(entry.max_assignments.unwrap_or(0), expire_at),
            status: HitStatus::Assignable,
            last_assignment_position: 0,
            position: 0,
            expiry_position: 0,
            held: Cents(0),
            has_policies: false,
        };
        let entries = entry.assignments.iter().collect();
        Ok(Some(Plan { place: place.clone(), hit, given: Some(entry), entries }))
    }

    /// The HIT of an assignment that stands alone: one in the store, or one made up for it.
    async fn plan_around<'e>(
        &mut self,
        entry: &'e AssignmentEntry,
        speaks_of_hits: bool,
    ) -> Result<Option<Plan<'e>>, Fault> {
        let (place, id) = (&entry.place, &entry.hit_id);
        let plan = |hit| Plan { place: place.clone(), hit, given: None, entries: vec![entry] };
        if let Some(hit) = hits::find(&mut self.turn.tx, id).await? {
            return Ok(Some(plan(hit)));
        }
        if speaks_of_hits || !is_entity_id(id) {
            self.problem(place, format!("there is no HIT {id}"));
            return Ok(None);
        }
        let Some(owner) = self.owner(place, &entry.owner).await? else { return Ok(None) };
        let title = Some(format!("HIT {id}"));
        let members = TypeMembers { title, ..TypeMembers::default() };
        let hit_type = self.hit_type(place, &owner, &members).await?;
        let now = self.turn.now;
        let accept_at = self.instant(place, "AcceptTime", entry.accept_time.as_ref(), now);
        Ok(hit_type.map(|hit_type| {
            plan(Hit {
                key: 0,
                id: id.clone(),
                requester_id: owner.id,
                hit_type,
                question: String::new(),
                requester_annotation: None,
                created_at: accept_at.min(now),
                // Nobody is to work on a HIT whose question is not known.
                standing: Standing::new(0, now),
                status: HitStatus::Assignable,
                last_assignment_position: 0,
                position: 0,
                expiry_position: 0,
                held: Cents(0),
                has_policies: false,
            })
        }))
    }

    async fn carry_out(&mut self, mut plan: Plan<'_>, works: &mut Works) -> Result<(), Fault> {
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
        if taken > standing.max || limits::ASSIGNMENTS.check("", standing.max).is_err() {
            let max = standing.max;
            self.problem(&plan.place, format!("{taken} assignments in {max} places"));
        }
        self.keep_phase(&mut plan);
        let now = self.turn.now;
        plan.hit.status = plan.hit.standing.status(now);
        if is_new {
            let policies = self.policies(&plan.place, plan.given);
            plan.hit.has_policies = policies.any();
            hits::add(&mut self.turn.tx, &mut plan.hit, &policies).await?;
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
        let more = Cents(held.0 - hit.held.0);
        let paid = fees::assignment(values, hit.standing.max).0.saturating_mul(approved);
        let spent = if is_new { Cents(0) } else { Cents(more.0.saturating_add(paid)) };
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
        } else {
            let state = wanted.map_or("", HitStatus::as_str);
            self.problem(&plan.place, format!("with this work and end it cannot be {state}"));
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
