//! Qualification types, qualifications, and requests for them.

use std::collections::HashSet;

use crate::fault::Fault;
use crate::rules::qualification::is_system;
use crate::store::qualifications::{self, Qualification, QualificationRequest, QualificationType};
use crate::worlds::fields::Place;
use crate::worlds::load::{Load, is_entity_id};
use crate::worlds::nouns::Owner;
use crate::worlds::nouns::qualifications::{GrantEntry, QualificationTypeEntry, RequestEntry};

impl Load<'_> {
    pub(super) async fn load_qualification_types(
        &mut self,
        entries: &[QualificationTypeEntry],
    ) -> Result<(), Fault> {
        for entry in entries {
            // Saved lists show the system's types among the requester's own.
            if entry.id.as_deref().is_some_and(is_system) {
                continue;
            }
            self.load_qualification_type(entry).await?;
        }
        Ok(())
    }

    async fn load_qualification_type(
        &mut self,
        entry: &QualificationTypeEntry,
    ) -> Result<(), Fault> {
        let place = &entry.place;
        let Some(owner) = self.owner(place, &entry.owner).await? else { return Ok(()) };
        let id = entry.id.clone().unwrap_or_else(|| self.turn.ids.entity());
        if !is_entity_id(&id) {
            self.problem(place, format!("{id:?} is no QualificationTypeId"));
            return Ok(());
        }
        let tx = &mut self.turn.tx;
        if qualifications::type_exists(tx, &id, &owner.id, &entry.name).await? {
            self.problem(place, "another qualification type has this id or name");
            return Ok(());
        }
        let now = self.turn.now;
        let created_at = self.instant(place, "CreationTime", entry.creation_time.as_ref(), now);
        let new = QualificationType {
            id,
            requester_id: owner.id,
            name: entry.name.clone(),
            description: entry.description.clone().unwrap_or_else(|| entry.name.clone()),
            keywords: entry.keywords.clone(),
            status: entry.status.clone().unwrap_or_else(|| "Active".to_owned()),
            created_at,
            retry_delay_s: entry.retry_delay_s,
            test: entry.test.clone(),
            test_duration_s: entry.test_duration_s,
            answer_key: entry.answer_key.clone(),
            is_requestable: entry.is_requestable.unwrap_or(true),
            auto_granted: entry.auto_granted.unwrap_or(false),
            auto_granted_value: entry.auto_granted_value,
        };
        qualifications::add_type(&mut self.turn.tx, &new).await
    }

    /// Whether the type exists; one that saved qualifications alone name is made for them.
    async fn ensure_type(&mut self, place: &Place, owner: &Owner, id: &str) -> Result<bool, Fault> {
        if is_system(id) || qualifications::type_exists(&mut self.turn.tx, id, "", "").await? {
            return Ok(true);
        }
        let entry = QualificationTypeEntry {
            place: place.clone(),
            owner: owner.clone(),
            id: Some(id.to_owned()),
            creation_time: None,
            name: format!("Qualification {id}"),
            description: None,
            keywords: None,
            status: None,
            test: None,
            test_duration_s: None,
            answer_key: None,
            retry_delay_s: None,
            is_requestable: None,
            auto_granted: None,
            auto_granted_value: None,
        };
        let problems = self.problems.len();
        self.load_qualification_type(&entry).await?;
        Ok(self.problems.len() == problems)
    }

    pub(super) async fn load_qualifications(
        &mut self,
        entries: &[GrantEntry],
    ) -> Result<(), Fault> {
        for entry in entries {
            let place = &entry.place;
            let there = self.ensure_type(place, &entry.owner, &entry.type_id).await?;
            if !there || !self.worker(place, &entry.worker_id) {
                continue;
            }
            let now = self.turn.now;
            let grant_at = self.instant(place, "GrantTime", entry.grant_time.as_ref(), now);
            let new = Qualification {
                type_id: entry.type_id.clone(),
                worker_id: entry.worker_id.clone(),
                value: entry.value,
                grant_at,
                status: entry.status.clone().unwrap_or_else(|| "Granted".to_owned()),
            };
            if !qualifications::add(&mut self.turn.tx, &new).await? {
                self.problem(place, "this worker has this qualification already");
            }
        }
        Ok(())
    }

    pub(super) async fn load_qualification_requests(
        &mut self,
        entries: &[RequestEntry],
    ) -> Result<(), Fault> {
        let mut seen = HashSet::new();
        for entry in entries {
            let place = &entry.place;
            let there = self.ensure_type(place, &Owner::default(), &entry.type_id).await?;
            if !there || !self.worker(place, &entry.worker_id) {
                continue;
            }
            let now = self.turn.now;
            let submit_at = self.instant(place, "SubmitTime", entry.submit_time.as_ref(), now);
            let new = QualificationRequest {
                id: entry.id.clone().unwrap_or_else(|| self.turn.ids.entity()),
                type_id: entry.type_id.clone(),
                worker_id: entry.worker_id.clone(),
                answer: entry.answer.clone(),
                submit_at,
            };
            let first = seen.insert((new.type_id.clone(), new.worker_id.clone()));
            if !first || !qualifications::add_request(&mut self.turn.tx, &new).await? {
                self.problem(place, "this worker has asked for this qualification already");
            }
        }
        Ok(())
    }
}
