//! HITs, and the HITs that saved assignments bring with them.

use std::collections::HashSet;
use std::collections::hash_map::{Entry, HashMap};
use std::sync::Arc;

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::hit::Standing;
use crate::rules::limits;
use crate::shapes::hit::HitStatus;
use crate::store::hit_types::HitType;
use crate::store::hits::{self, Hit};
use crate::time::{Instant, Span};
use crate::worlds::entries::hits::{AssignmentEntry, HitEntry, HitTypeEntry};
use crate::worlds::load::Load;
use crate::worlds::load::hit_types::values_of;
use crate::worlds::load::plan::Plan;
use crate::worlds::load::works::Works;
use crate::worlds::merge::Located;
use crate::worlds::portions::Portions;
use crate::worlds::read_files::{Entries, HitWithWork};

/// How long workers may accept when the world does not set an end.
const LIFETIME: Span = Span::days(7);

/// The ids of HITs that saved work or saved results make, if nobody has them.
pub(super) fn made_by_work(entries: &Entries) -> HashSet<&str> {
    let results = entries.hits.iter().filter(|entry| entry.is_of_results);
    let of_results = results.map(|entry| &entry.hit).filter(|hit| hit.makes_hit);
    let of_results = of_results.filter_map(|hit| hit.hit_id.as_deref());
    let work = entries.assignments.iter().filter(|work| work.makes_hit);
    let of_work = work.filter_map(|work| work.hit_id.as_deref());
    of_work.chain(of_results).map(String::as_str).collect()
}

impl Load<'_> {
    /// Loads HITs portion by portion, until there is a problem, or until a seeded id is made: that
    /// would be another than in the world as a whole. Whether all are loaded.
    pub(super) async fn load_portions(&mut self, of: &Arc<Portions>) -> Result<bool, Fault> {
        let is_ordered = !self.entries.ordered.is_empty();
        let goes_back = !is_ordered && of.goes_back(|time| self.at(time));
        let mut works = Works::begin(self).await?;
        let (mut count, ids) = (0, self.turn.ids.clone());
        for portion in of.read(goes_back) {
            let portion = portion?;
            count += portion.count;
            if self.problems.is_empty() {
                self.problems = portion.problems;
            }
            for entry in &portion.hits {
                if !self.problems.is_empty() || self.turn.ids != ids {
                    return Ok(false);
                }
                if let Some(plan) = self.plan(entry).await? {
                    self.load_hit(plan, &mut works).await?;
                }
            }
        }
        if count < of.count() && self.problems.is_empty() {
            return Err(Fault::Service("a world was not read to its end".to_owned()));
        }
        works.write(self).await?;
        Ok(self.problems.is_empty() && self.turn.ids == ids)
    }

    pub(super) async fn load_hits(&mut self) -> Result<(), Fault> {
        let entries = self.entries;
        let mut plans: Vec<Plan<'_>> = Vec::new();
        let mut by_id: HashMap<String, usize> = HashMap::new();
        let hits =
            self.oldest_first(&entries.hits, |entry| (&entry.hit.place, entry.hit.creation_time));
        for entry in hits {
            let Some(plan) = self.plan(entry).await? else { continue };
            match by_id.entry(plan.hit.id.clone()) {
                Entry::Occupied(_) => {
                    self.problem(plan.place, format!("the HIT {} stands twice", plan.hit.id));
                }
                Entry::Vacant(index) => {
                    index.insert(plans.len());
                    plans.push(plan);
                }
            }
        }
        for entry in &entries.assignments {
            let Some(hit_id) = entry.hit_id.as_deref() else { continue };
            if let Some(index) = by_id.get(hit_id) {
                plans[*index].add_work(entry, self.turn.now);
            } else if let Some(plan) = self.plan_around(entry, hit_id).await? {
                by_id.insert(plan.hit.id.clone(), plans.len());
                plans.push(plan);
            }
        }
        let mut works = Works::begin(self).await?;
        for plan in plans {
            self.load_hit(plan, &mut works).await?;
        }
        works.write(self).await
    }

    /// A HIT that the files describe.
    async fn plan<'e>(&mut self, of: &'e HitWithWork) -> Result<Option<Plan<'e>>, Fault> {
        let HitWithWork { hit: entry, assignments, is_of_results } = of;
        let (place, now, before) = (&entry.place, self.turn.now, self.problems.count());
        let id = self.id(entry.hit_id.as_ref());
        if *is_of_results {
            return self.plan_of_results(entry, &id).await;
        }
        if hits::find(&mut self.turn.tx, &id).await?.is_some() {
            self.problem(place, format!("there is a HIT {id} already"));
        }
        let owner = self.owner(entry).await?;
        let hit_type = match &owner {
            Some(owner) => self.hit_type(owner, &entry.with(entry.hit_type())).await?,
            None => None,
        };
        let created_at = self.instant(place, "CreationTime", entry.creation_time).unwrap_or(now);
        let expire_at = self.instant(place, "Expiration", entry.expiration);
        let expire_at = expire_at.unwrap_or(created_at + LIFETIME);
        if created_at > now {
            self.problem(place.of(&["CreationTime"]), "CreationTime is in the future");
        }
        if let Some(max) = entry.max_assignments {
            let name = "MaxAssignments";
            self.check(place, name, limits::ASSIGNMENTS.check(name, max));
        }
        let is_unsound = self.problems.count() > before || owner.is_none() || hit_type.is_none();
        let owner_id = owner.map(|owner| owner.id.clone()).unwrap_or_default();
        // Whatever is wrong with its type, the rest of the HIT is checked.
        let hit_type = hit_type.unwrap_or_else(|| HitType {
            id: String::new(),
            group_id: String::new(),
            values: values_of(None),
        });
        let hit = Hit {
            question: entry.question.clone().unwrap_or_default(),
            layout_id: entry.hit_layout_id.as_deref().cloned(),
            requester_annotation: entry.requester_annotation.clone(),
            standing: Standing::new(entry.max_assignments.unwrap_or(0), expire_at),
            ..new_hit(id, owner_id, hit_type, created_at)
        };
        let work = assignments.iter().collect();
        Ok(Some(Plan { place, hit, given: Some(entry), work, is_unsound, is_made_up: false }))
    }

    /// The HIT of review policies' results that come without one: a HIT that is made up.
    async fn plan_of_results<'e>(
        &mut self,
        entry: &'e Located<HitEntry>,
        id: &str,
    ) -> Result<Option<Plan<'e>>, Fault> {
        let place = &entry.place;
        if hits::find(&mut self.turn.tx, id).await?.is_some() {
            let why = "the HIT of these results is in the store: load them together with it";
            self.problem(place, why);
            return Ok(None);
        }
        let hit = self.made_up(entry, id).await?;
        Ok(hit.map(|hit| Plan { given: Some(entry), ..Plan::around(place, hit) }))
    }

    /// The HIT of an assignment that comes without one: a HIT in the store, or one made up for it.
    async fn plan_around<'e>(
        &mut self,
        entry: &'e Located<AssignmentEntry>,
        id: &str,
    ) -> Result<Option<Plan<'e>>, Fault> {
        let found = hits::find(&mut self.turn.tx, id).await?;
        if let Some(hit) = &found
            && !entry.owner.is_explicit
        {
            self.note_owner(&hit.requester_id).await?;
        }
        let hit = match found {
            Some(hit) => Some(hit),
            None => self.made_up(entry, id).await?,
        };
        Ok(hit.map(|hit| {
            let mut plan = Plan::around(&entry.place, hit);
            plan.add_work(entry, self.turn.now);
            plan
        }))
    }

    /// A HIT of which nothing but its work or its results is known.
    async fn made_up<T>(&mut self, entry: &Located<T>, id: &str) -> Result<Option<Hit>, Fault> {
        if !self.made_hits.contains(id) {
            self.missing(entry.place.of(&["HITId"]), format!("there is no HIT {id}"));
            return Ok(None);
        }
        let Some(owner) = self.owner(entry).await? else { return Ok(None) };
        let title = Some(format!("HIT {id}"));
        let members = HitTypeEntry { title, ..HitTypeEntry::default() };
        let hit_type = self.hit_type(&owner, &entry.with(members)).await?;
        // Nobody is to work on a HIT whose question is not known: its end is now.
        let now = self.turn.now;
        Ok(hit_type.map(|hit_type| new_hit(id.to_owned(), owner.id.clone(), hit_type, now)))
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
