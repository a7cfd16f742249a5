//! HITs, and the HITs that saved assignments bring with them.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::hit::Standing;
use crate::rules::limits;
use crate::shapes::hit::HitStatus;
use crate::store::hit_types::HitType;
use crate::store::hits::{self, Hit};
use crate::time::{Instant, Span};
use crate::worlds::fields::Place;
use crate::worlds::load::Load;
use crate::worlds::load::hit_types::stand_in;
use crate::worlds::load::people::sentence;
use crate::worlds::load::works::Works;
use crate::worlds::nouns::hits::{AssignmentEntry, HitEntry, TypeMembers};
use crate::worlds::nouns::{Entries, Owner};

/// How long workers may accept when the world does not say.
const LIFETIME: Span = Span::days(7);

/// A HIT and the work on it, before they are rows.
pub(super) struct Plan<'e> {
    pub place: Place,
    pub hit: Hit,
    pub given: Option<&'e HitEntry>,
    pub entries: Vec<&'e AssignmentEntry>,
    /// Whether something is wrong with the HIT: then it is only looked at.
    pub unsound: bool,
}

impl Plan<'_> {
    /// Whether something of the HIT or its work could not be read, or is disputed.
    pub(super) fn is_flawed(&self) -> bool {
        let of_work = self.entries.iter().any(|work| work.flawed);
        of_work || self.given.is_some_and(|given| given.flawed)
    }
}

/// The HITs of a load.
#[derive(Default)]
struct Plans<'e> {
    all: Vec<Plan<'e>>,
    by_id: HashMap<String, usize>,
}

impl<'e> Plans<'e> {
    /// Adds one; false if its id is there.
    fn add(&mut self, plan: Plan<'e>) -> bool {
        match self.by_id.entry(plan.hit.id.clone()) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(self.all.len());
                self.all.push(plan);
                true
            }
        }
    }
}

/// The ids of HITs that saved work or saved results bring along.
type Brought<'e> = HashSet<&'e str>;

fn brought(entries: &Entries) -> Brought<'_> {
    let results = entries.hits.iter().filter(|entry| entry.results_only && entry.brings_hit);
    let work = entries.assignments.iter().filter(|entry| entry.brings_hit);
    let of_results = results.filter_map(|entry| entry.id.as_deref());
    work.map(|entry| entry.hit_id.as_str()).chain(of_results).collect()
}

impl Load<'_> {
    pub(super) async fn load_hits(&mut self, entries: &Entries) -> Result<(), Fault> {
        let mut plans = Plans::default();
        let brought = brought(entries);
        for entry in self.turned(&entries.hits) {
            let Some(plan) = self.plan(entry, &brought).await? else { continue };
            if !plans.add(plan) {
                let id = entry.id.as_deref().unwrap_or_default();
                self.problem(&entry.place, format!("the HIT {id} stands twice"));
            }
        }
        for entry in &entries.assignments {
            if let Some(index) = plans.by_id.get(&entry.hit_id) {
                self.add_work(&mut plans.all[*index], entry);
            } else if let Some(plan) = self.plan_around(entry, &brought).await? {
                plans.add(plan);
            }
        }
        let mut works = Works::begin(self).await?;
        for plan in plans.all {
            self.carry_out(plan, &mut works).await?;
        }
        works.finish(self).await
    }

    /// A HIT that the files describe.
    async fn plan<'e>(
        &mut self,
        entry: &'e HitEntry,
        brought: &Brought<'_>,
    ) -> Result<Option<Plan<'e>>, Fault> {
        let place = &entry.place;
        let before = self.problems.count();
        let id = entry.id.clone().unwrap_or_else(|| self.turn.ids.entity());
        if entry.results_only {
            return self.plan_of_results(entry, &id, brought).await;
        }
        if hits::find(&mut self.turn.tx, &id).await?.is_some() {
            self.problem(place, format!("there is a HIT {id} already"));
        }
        let owner = self.owner(place, &entry.owner).await?;
        let hit_type = match &owner {
            Some(owner) => self.hit_type(place, owner, &entry.members).await?,
            None => None,
        };
        let now = self.turn.now;
        let created_at = self.instant(place, "CreationTime", entry.creation_time.as_ref(), now);
        let otherwise = created_at + LIFETIME;
        let expire_at = self.instant(place, "Expiration", entry.expiration.as_ref(), otherwise);
        if created_at > now {
            self.problem(place.of(&["CreationTime"]), "CreationTime is in the future");
        }
        let max = entry.max_assignments;
        let checked = max.map_or(Ok(()), |max| limits::ASSIGNMENTS.check("MaxAssignments", max));
        if let Err(fault) = checked {
            self.problem(place.of(&["MaxAssignments"]), sentence(&fault));
        }
        let unsound = self.problems.count() > before || owner.is_none() || hit_type.is_none();
        let Some(hit_type) = hit_type.or_else(stand_in) else { return Ok(None) };
        let owner_id = owner.map(|owner| owner.id.clone()).unwrap_or_default();
        let mut hit = new_hit(id, owner_id, hit_type, created_at);
        hit.question = entry.question.clone().unwrap_or_default();
        hit.layout_id.clone_from(&entry.layout_id);
        hit.requester_annotation.clone_from(&entry.requester_annotation);
        hit.standing = Standing::new(entry.max_assignments.unwrap_or(0), expire_at);
        let entries = entry.assignments.iter().collect();
        Ok(Some(Plan { place: place.clone(), hit, given: Some(entry), entries, unsound }))
    }

    /// The HIT of review policies' results that stand alone: one in the store, or one made up.
    async fn plan_of_results<'e>(
        &mut self,
        entry: &'e HitEntry,
        id: &str,
        brought: &Brought<'_>,
    ) -> Result<Option<Plan<'e>>, Fault> {
        let place = &entry.place;
        if hits::find(&mut self.turn.tx, id).await?.is_some() {
            let why = "the HIT of these results is in the store: load them together with it";
            self.problem(place, why);
            return Ok(None);
        }
        let hit = self.made_up(place, id, &entry.owner, brought).await?;
        let plan = |hit| Plan {
            place: place.clone(),
            hit,
            given: Some(entry),
            entries: Vec::new(),
            unsound: false,
        };
        Ok(hit.map(plan))
    }

    /// The HIT of an assignment that stands alone: one in the store, or one made up for it.
    async fn plan_around<'e>(
        &mut self,
        entry: &'e AssignmentEntry,
        brought: &Brought<'_>,
    ) -> Result<Option<Plan<'e>>, Fault> {
        let (place, id) = (&entry.place, &entry.hit_id);
        let hit = match hits::find(&mut self.turn.tx, id).await? {
            Some(hit) => Some(hit),
            None => self.made_up(place, id, &entry.owner, brought).await?,
        };
        let Some(hit) = hit else { return Ok(None) };
        let mut plan =
            Plan { place: place.clone(), hit, given: None, entries: Vec::new(), unsound: false };
        self.add_work(&mut plan, entry);
        Ok(Some(plan))
    }

    /// Adds work that stands alone to its HIT; one that is made up is as old as its work.
    fn add_work<'e>(&mut self, plan: &mut Plan<'e>, entry: &'e AssignmentEntry) {
        plan.entries.push(entry);
        let is_made_up = plan.hit.key == 0 && plan.given.is_none_or(|given| given.results_only);
        if is_made_up {
            let when = entry.accept_time.as_ref().and_then(|at| at.second_at(self.turn.now).ok());
            let at = when.unwrap_or(plan.hit.created_at);
            plan.hit.created_at = plan.hit.created_at.min(at);
        }
    }

    /// A HIT of which nothing but its work or its results is known.
    async fn made_up(
        &mut self,
        place: &Place,
        id: &str,
        owner: &Owner,
        brought: &Brought<'_>,
    ) -> Result<Option<Hit>, Fault> {
        if !brought.contains(id) {
            self.missing(place.of(&["HITId"]), format!("there is no HIT {id}"));
            return Ok(None);
        }
        let Some(owner) = self.owner(place, owner).await? else { return Ok(None) };
        let title = Some(format!("HIT {id}"));
        let members = TypeMembers { title, ..TypeMembers::default() };
        let hit_type = self.hit_type(place, &owner, &members).await?;
        // Nobody is to work on a HIT whose question is not known: its end is now.
        Ok(hit_type
            .map(|hit_type| new_hit(id.to_owned(), owner.id.clone(), hit_type, self.turn.now)))
    }
}

/// A HIT whose end is its beginning, and of which no more is known.
fn new_hit(id: String, requester_id: String, hit_type: HitType, created_at: Instant) -> Hit {
    Hit {
        key: 0,
        id,
        requester_id,
        hit_type,
        question: String::new(),
        layout_id: None,
        requester_annotation: None,
        created_at,
        standing: Standing::new(0, created_at),
        status: HitStatus::Assignable,
        last_assignment_position: 0,
        position: 0,
        expiry_position: 0,
        held: Cents(0),
        has_policies: false,
    }
}
