//! HIT types: from entries of their own, and from the HITs that carry their members.

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules;
use crate::rules::hit_type::Values;
use crate::shapes::hit::HitTypeMembers;
use crate::store::hit_types::{self, HitType};
use crate::store::notifications::{self, Settings};
use crate::store::requesters::Requester;
use crate::worlds::fields::Place;
use crate::worlds::load::Load;
use crate::worlds::load::people::sentence;
use crate::worlds::nouns::hits::{HitTypeEntry, TypeMembers};

/// What a HIT is paid when its world does not say.
const REWARD: Cents = Cents(1);
/// How long a worker has when the world does not say.
const DURATION_S: i64 = 3600;

impl Load<'_> {
    pub(super) async fn load_hit_types(&mut self, entries: &[HitTypeEntry]) -> Result<(), Fault> {
        for entry in entries {
            if let Some(owner) = self.owner(&entry.place, &entry.owner).await? {
                let hit_type = self.hit_type(&entry.place, &owner, &entry.members).await?;
                self.loaded.hit_types += 1;
                let specification = self.notification(entry);
                if let (Some(hit_type), Some(settings)) = (hit_type, specification) {
                    notifications::put(&mut self.turn.tx, &hit_type.id, &settings).await?;
                }
            }
        }
        Ok(())
    }

    /// Whom the events of the HIT type are told.
    fn notification(&mut self, entry: &HitTypeEntry) -> Option<Settings> {
        let Some(specification) = entry.notification.clone() else {
            if entry.active.is_some() {
                self.problem(&entry.place, "Active stands without Notification");
            }
            return None;
        };
        if let Err(fault) = rules::notification::check_settings(&specification) {
            self.problem(&entry.place, format!("Notification: {}", sentence(&fault)));
            return None;
        }
        Some(Settings { specification, active: entry.active.unwrap_or(true) })
    }

    /// The HIT type of these members: a known one, or a new one.
    pub(super) async fn hit_type(
        &mut self,
        place: &Place,
        owner: &Requester,
        members: &TypeMembers,
    ) -> Result<Option<HitType>, Fault> {
        if let Some(id) = &members.hit_type_id {
            let found = hit_types::find(&mut self.turn.tx, &owner.id, id).await?;
            if let Some(found) = found {
                return Ok(self.same(place, found, members));
            }
            if !self.is_free(place, id).await? {
                return Ok(None);
            }
            if members.title.is_none() {
                let place = place.of(&["HITTypeId"]);
                self.missing(place, format!("there is no HIT type {id}"));
                return Ok(None);
            }
        }
        let Some(values) = self.values(place, members) else { return Ok(None) };
        let turn = &mut *self.turn;
        if members.hit_type_id.is_none() && members.hit_group_id.is_none() {
            let ids = &mut turn.ids;
            let new_ids = || (ids.entity(), ids.entity());
            let found = hit_types::find_or_add(&mut turn.tx, &owner.id, values, new_ids).await?;
            return Ok(Some(found));
        }
        let id = members.hit_type_id.clone().unwrap_or_else(|| turn.ids.entity());
        let group_id = members.hit_group_id.clone().unwrap_or_else(|| turn.ids.entity());
        if hit_types::group_is_taken(&mut turn.tx, &group_id).await? {
            let place = place.of(&["HITGroupId"]);
            self.problem(place, format!("another HIT type has the group {group_id}"));
            return Ok(None);
        }
        let hit_type = HitType { id, group_id, values };
        hit_types::add_of_world(&mut turn.tx, &owner.id, &hit_type).await?;
        Ok(Some(hit_type))
    }

    /// A known HIT type, unless the members say otherwise; which do, nobody knows while places
    /// contradict each other.
    fn same(&mut self, place: &Place, found: HitType, members: &TypeMembers) -> Option<HitType> {
        let values = self.values(place, &filled_from(members, &found.values))?;
        if values == found.values || members.disputed {
            return Some(found);
        }
        let all = one_by_one(members);
        let differs = all.iter().find(|(_, alone)| {
            let values = Values::of_world(filled(&filled_from(alone, &found.values)));
            values.is_ok_and(|values| values != found.values)
        });
        let place = place.of(differs.map(|(name, _)| *name).as_slice());
        self.problem(
            place,
            format!("the HIT type {} stands elsewhere with other values", found.id),
        );
        None
    }

    async fn is_free(&mut self, place: &Place, id: &str) -> Result<bool, Fault> {
        let taken = hit_types::whose(&mut self.turn.tx, id).await?.is_some();
        if taken {
            let place = place.of(&["HITTypeId"]);
            self.problem(place, format!("the HIT type {id} is another requester's"));
        }
        Ok(!taken)
    }

    /// The members with what is missing filled in; a problem for each that cannot be.
    fn values(&mut self, place: &Place, members: &TypeMembers) -> Option<Values> {
        if let Ok(values) = Values::of_world(filled(members)) {
            return Some(values);
        }
        for (name, mut alone) in one_by_one(members) {
            // A title stands for a description too.
            alone.description.get_or_insert_with(|| String::from("-"));
            if let Err(fault) = Values::of_world(filled(&alone)) {
                self.problem(place.of(&[name]), sentence(&fault));
            }
        }
        None
    }
}

fn filled(members: &TypeMembers) -> HitTypeMembers {
    let mut requirements = members.requirements.clone();
    for requirement in requirements.iter_mut().flatten() {
        // Saved answers show both forms of the guard; the service takes one.
        if requirement.actions_guarded.is_some() {
            requirement.required_to_preview = None;
        }
    }
    let title = members.title.clone().unwrap_or_else(|| "Untitled".to_owned());
    HitTypeMembers {
        description: members.description.clone().unwrap_or_else(|| title.clone()),
        title,
        keywords: members.keywords.clone(),
        reward: members.reward.unwrap_or(REWARD).to_string(),
        assignment_duration_in_seconds: members.assignment_duration_s.unwrap_or(DURATION_S),
        auto_approval_delay_in_seconds: members.auto_approval_delay_s,
        qualification_requirements: requirements,
    }
}

/// The members with what is missing taken from a known HIT type.
fn filled_from(members: &TypeMembers, values: &Values) -> TypeMembers {
    let mut given = members.clone();
    given.title.get_or_insert_with(|| values.title.clone());
    given.description.get_or_insert_with(|| values.description.clone());
    given.keywords = given.keywords.or_else(|| values.keywords.clone());
    given.reward.get_or_insert(values.reward);
    given.assignment_duration_s.get_or_insert(values.assignment_duration_s);
    given.auto_approval_delay_s.get_or_insert(values.auto_approval_delay_s);
    given.requirements.get_or_insert_with(|| values.requirements.clone());
    given
}

/// Each member alone, with its name, so that all that cannot be are found.
fn one_by_one(members: &TypeMembers) -> [(&'static str, TypeMembers); 7] {
    let (none, of) = (TypeMembers::default(), members.clone());
    let (description, duration, delay) =
        (of.description, of.assignment_duration_s, of.auto_approval_delay_s);
    let requirements = of.requirements;
    [
        ("Title", TypeMembers { title: of.title, ..none.clone() }),
        ("Description", TypeMembers { description, ..none.clone() }),
        ("Keywords", TypeMembers { keywords: of.keywords, ..none.clone() }),
        ("Reward", TypeMembers { reward: of.reward, ..none.clone() }),
        (
            "AssignmentDurationInSeconds",
            TypeMembers { assignment_duration_s: duration, ..none.clone() },
        ),
        (
            "AutoApprovalDelayInSeconds",
            TypeMembers { auto_approval_delay_s: delay, ..none.clone() },
        ),
        ("QualificationRequirements", TypeMembers { requirements, ..none }),
    ]
}

/// Values for a HIT whose own cannot be, so that the rest of it can be looked at.
pub(super) fn stand_in() -> Option<HitType> {
    let values = Values::of_world(filled(&TypeMembers::default())).ok()?;
    Some(HitType { id: String::new(), group_id: String::new(), values })
}
