//! HIT types: from entries of their own, and from the HITs that carry their members.

use crate::fault::Fault;
use crate::money::Cents;
use crate::rules;
use crate::rules::hit_type::Values;
use crate::rules::limits::AUTO_APPROVAL_DELAY_S;
use crate::shapes::hit::HitTypeMembers;
use crate::store::hit_types::{self, HitType};
use crate::store::notifications::{self, Settings};
use crate::store::requesters::Requester;
use crate::worlds::entries::hits::HitTypeEntry;
use crate::worlds::load::{Load, sentence};
use crate::worlds::merge::Located;

impl Load<'_> {
    pub(super) async fn load_hit_types(&mut self) -> Result<(), Fault> {
        for entry in &self.entries.hit_types {
            let Some(owner) = self.owner(entry).await? else { continue };
            let hit_type = self.hit_type(&owner, entry).await?;
            self.loaded.hit_types += 1;
            let settings = self.notification(entry);
            if let (Some(hit_type), Some(settings)) = (hit_type, settings) {
                notifications::put(&mut self.turn.tx, &hit_type.id, &settings).await?;
            }
        }
        Ok(())
    }

    /// Where notifications of the HIT type's events are sent.
    fn notification(&mut self, entry: &Located<HitTypeEntry>) -> Option<Settings> {
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
        owner: &Requester,
        members: &Located<HitTypeEntry>,
    ) -> Result<Option<HitType>, Fault> {
        let place = &members.place;
        if let Some(id) = members.hit_type_id.as_deref() {
            let tx = &mut self.turn.tx;
            if let Some(found) = hit_types::find(tx, &owner.id, id).await? {
                return Ok(self.is_same(&found, members).then_some(found));
            }
            let place = place.of(&["HITTypeId"]);
            if hit_types::whose(tx, id).await?.is_some() {
                self.problem(place, format!("the HIT type {id} is another requester's"));
                return Ok(None);
            }
            if members.title.is_none() {
                self.missing(place, format!("there is no HIT type {id}"));
                return Ok(None);
            }
        }
        let Some(values) = self.values(members, None) else { return Ok(None) };
        if members.hit_type_id.is_none() && members.hit_group_id.is_none() {
            let (tx, ids) = (&mut self.turn.tx, &mut self.turn.ids);
            let new_ids = || (ids.entity(), ids.entity());
            return hit_types::find_or_add(tx, &owner.id, values, new_ids).await.map(Some);
        }
        let id = self.id(members.hit_type_id.as_ref());
        let group_id = self.id(members.hit_group_id.as_ref());
        if hit_types::group_is_taken(&mut self.turn.tx, &group_id).await? {
            let place = place.of(&["HITGroupId"]);
            self.problem(place, format!("another HIT type has the group {group_id}"));
            return Ok(None);
        }
        let hit_type = HitType { id, group_id, values };
        hit_types::add_of_world(&mut self.turn.tx, &owner.id, &hit_type).await?;
        Ok(Some(hit_type))
    }

    /// Whether the members are those of a known HIT type; nobody knows which do while places
    /// contradict each other.
    fn is_same(&mut self, found: &HitType, members: &Located<HitTypeEntry>) -> bool {
        let Some(values) = self.values(members, Some(&found.values)) else { return false };
        let difference = difference(&values, &found.values).filter(|_| !members.is_disputed);
        if let Some(name) = difference {
            let why = format!("the HIT type {} stands elsewhere with other values", found.id);
            self.problem(members.place.of(&[name]), why);
        }
        difference.is_none()
    }

    /// The members with what is missing filled in; a problem for each that cannot be.
    fn values(
        &mut self,
        members: &Located<HitTypeEntry>,
        known: Option<&Values>,
    ) -> Option<Values> {
        let values = Values::of_world(filled(members, known));
        let values = values.map_err(|wrong| {
            for (name, fault) in wrong {
                // Without a description, the title is used for it.
                if name != "Description" || members.description.is_some() {
                    self.check(&members.place, name, Err(fault));
                }
            }
        });
        values.ok()
    }
}

/// The members with what is missing taken from a known HIT type, or filled in.
fn filled(members: &HitTypeEntry, known: Option<&Values>) -> HitTypeMembers {
    let known = known.cloned().unwrap_or_else(|| values_of(members.title.as_deref()));
    let mut requirements = members.qualification_requirements.clone().unwrap_or(known.requirements);
    for requirement in &mut requirements {
        // Saved answers show both forms of the guard; the service takes one.
        if requirement.actions_guarded.is_some() {
            requirement.required_to_preview = None;
        }
    }
    let delay_s = members.auto_approval_delay_in_seconds.unwrap_or(known.auto_approval_delay_s);
    HitTypeMembers {
        title: members.title.clone().unwrap_or(known.title),
        description: members.description.clone().unwrap_or(known.description),
        keywords: members.keywords.clone().or(known.keywords),
        reward: members.reward.unwrap_or(known.reward).to_string(),
        assignment_duration_in_seconds: members
            .assignment_duration_in_seconds
            .unwrap_or(known.assignment_duration_s),
        auto_approval_delay_in_seconds: Some(delay_s),
        qualification_requirements: Some(requirements),
    }
}

/// The values of a HIT type of which nothing but perhaps the title is known.
pub(super) fn values_of(title: Option<&str>) -> Values {
    let title = title.unwrap_or("Untitled").to_owned();
    Values {
        description: title.clone(),
        title,
        keywords: None,
        reward: Cents(1),
        assignment_duration_s: 3600,
        auto_approval_delay_s: AUTO_APPROVAL_DELAY_S.max,
        requirements: Vec::new(),
    }
}

/// The first member in which two HIT types differ.
fn difference(one: &Values, other: &Values) -> Option<&'static str> {
    let all = [
        ("Title", one.title != other.title),
        ("Description", one.description != other.description),
        ("Keywords", one.keywords != other.keywords),
        ("Reward", one.reward != other.reward),
        ("AssignmentDurationInSeconds", one.assignment_duration_s != other.assignment_duration_s),
        ("AutoApprovalDelayInSeconds", one.auto_approval_delay_s != other.auto_approval_delay_s),
        ("QualificationRequirements", one.requirements != other.requirements),
    ];
    all.into_iter().find_map(|(name, differs)| differs.then_some(name))
}
