//! Qualification types, qualifications, and requests for them.

use std::collections::HashSet;

use crate::fault::Fault;
use crate::rules::limits;
use crate::rules::qualification::is_system;
use crate::shapes::qualification::{
    GrantRules, QualificationStatus, QualificationTypeStatus, RequestStatus,
};
use crate::shapes::scalar::{Id, Key};
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_types::{self, QualificationType};
use crate::store::qualifications::{self, Qualification};
use crate::worlds::entries::qualifications::{QualificationTypeEntry, RequestEntry};
use crate::worlds::load::Load;
use crate::worlds::merge::{Located, Owner};
use crate::worlds::problem::Place;

/// The values of qualifications.
const INTEGER: limits::Range = limits::Range { min: -2_147_483_648, max: 2_147_483_647 };

impl Load<'_> {
    pub(super) async fn load_qualification_type(
        &mut self,
        entry: &Located<QualificationTypeEntry>,
    ) -> Result<(), Fault> {
        // Saved lists show the system's types among the requester's own.
        if entry.qualification_type_id.as_deref().is_some_and(|id| is_system(id)) {
            return Ok(());
        }
        let (place, before) = (&entry.place, self.problems.count());
        let owner = self.owner(entry).await?;
        let id = self.id(entry.qualification_type_id.as_ref());
        // Documents are as they were saved.
        let name_fits = limits::at_most("Name", &entry.name, limits::QUALIFICATION_NAME);
        self.check(place, "Name", name_fits);
        for (name, range, value) in [
            ("RetryDelayInSeconds", limits::RETRY_DELAY_S, entry.retry_delay_in_seconds),
            ("TestDurationInSeconds", limits::TEST_DURATION_S, entry.test_duration_in_seconds),
            ("AutoGrantedValue", INTEGER, entry.auto_granted_value),
        ] {
            self.check(place, name, value.map_or(Ok(()), |value| range.check(name, value)));
        }
        let status = entry.qualification_type_status.unwrap_or(QualificationTypeStatus::Active);
        let tx = &mut self.turn.tx;
        let mut taken = qualification_types::find(tx, &id).await?.is_some();
        if let Some(owner) = &owner {
            taken |= status != QualificationTypeStatus::Disposing
                && qualification_types::name_is_taken(tx, &owner.id, &entry.name).await?;
        }
        if taken {
            self.problem(place, "another qualification type has this id or name");
        }
        let Some(owner) = owner.filter(|_| self.problems.count() == before) else { return Ok(()) };
        let created_at = self.instant(place, "CreationTime", entry.creation_time);
        let new = QualificationType {
            key: 0,
            id,
            requester_id: owner.id.clone(),
            name: entry.name.to_string(),
            description: entry.description.clone().unwrap_or_else(|| entry.name.to_string()),
            keywords: entry.keywords.clone(),
            status,
            created_at: created_at.unwrap_or(self.turn.now),
            grant_rules: GrantRules {
                is_requestable: entry.is_requestable.unwrap_or(true),
                retry_delay_s: entry.retry_delay_in_seconds,
                test: entry.test.clone(),
                test_duration_s: entry.test_duration_in_seconds,
                answer_key: entry.answer_key.clone(),
                auto_granted: entry.auto_granted.unwrap_or(false),
                auto_granted_value: entry.auto_granted_value,
            },
        };
        self.loaded.qualification_types += 1;
        qualification_types::add(&mut self.turn.tx, &new).await
    }

    /// The owner of a type; one that saved qualifications alone name is made for them.
    async fn owner_of_type(
        &mut self,
        place: &Place,
        owner: &Owner,
        id: &str,
    ) -> Result<Option<String>, Fault> {
        if is_system(id) {
            return Ok(Some(String::new()));
        }
        if let Some(owner) = self.type_owners.get(id) {
            return Ok(Some(owner.clone()));
        }
        let mut found = qualification_types::find(&mut self.turn.tx, id).await?;
        if found.is_none() {
            let entry = QualificationTypeEntry {
                qualification_type_id: Some(Id::known(id.to_owned())),
                name: Key::known(format!("Qualification {id}")),
                ..QualificationTypeEntry::default()
            };
            let entry = Located::new(place.clone(), owner.clone(), entry);
            self.load_qualification_type(&entry).await?;
            found = qualification_types::find(&mut self.turn.tx, id).await?;
        }
        let owner = found.map(|found| found.requester_id);
        self.type_owners.extend(owner.clone().map(|owner| (id.to_owned(), owner)));
        Ok(owner)
    }

    pub(super) async fn load_qualifications(&mut self) -> Result<(), Fault> {
        for entry in self.in_order(&self.entries.qualifications, |e| (&e.place, e.grant_time)) {
            let (place, before) = (&entry.place, self.problems.count());
            let owner =
                self.owner_of_type(place, &entry.owner, &entry.qualification_type_id).await?;
            self.worker(place, &entry.worker_id);
            if entry.integer_value.is_some_and(|value| INTEGER.check("", value).is_err()) {
                self.problem(place.of(&["IntegerValue"]), "IntegerValue is a number of 32 bits");
            }
            if owner.is_none() || self.problems.count() > before {
                continue;
            }
            let grant_at = self.instant(place, "GrantTime", entry.grant_time);
            let new = Qualification {
                key: 0,
                type_id: entry.qualification_type_id.to_string(),
                worker_id: entry.worker_id.to_string(),
                value: entry.integer_value,
                grant_at: grant_at.unwrap_or(self.turn.now),
                status: entry.status.unwrap_or(QualificationStatus::Granted),
            };
            if !qualifications::add(&mut self.turn.tx, &new).await? {
                self.problem(place, "this worker has this qualification already");
            }
            self.loaded.qualifications += 1;
        }
        Ok(())
    }

    pub(super) async fn load_qualification_requests(&mut self) -> Result<(), Fault> {
        // A worker has one open request for a type.
        let mut open = HashSet::new();
        for entry in &self.entries.qualification_requests {
            let place = &entry.place;
            let owner =
                self.owner_of_type(place, &Owner::default(), &entry.qualification_type_id).await?;
            let Some(owner) = owner.filter(|_| self.worker(place, &entry.worker_id)) else {
                continue;
            };
            let new = self.request(entry, owner);
            let pending = new.status == RequestStatus::Pending;
            let tx = &mut self.turn.tx;
            let latest = qualification_requests::latest(tx, &new.type_id, &new.worker_id).await?;
            let again = pending
                && (!open.insert((new.type_id.clone(), new.worker_id.clone()))
                    || latest.is_some_and(|latest| latest.status == RequestStatus::Pending));
            if again || !qualification_requests::add(tx, &new).await? {
                self.problem(place, "this worker has asked for this qualification already");
            }
            self.loaded.qualification_requests += 1;
        }
        Ok(())
    }

    fn request(
        &mut self,
        entry: &Located<RequestEntry>,
        requester_id: String,
    ) -> QualificationRequest {
        let place = &entry.place;
        let id = entry.qualification_request_id.as_deref().cloned();
        let submit_at = self.instant(place, "SubmitTime", entry.submit_time);
        let submit_at = submit_at.unwrap_or(self.turn.now);
        let ask_at = self.instant(place, "RequestTime", entry.request_time);
        QualificationRequest {
            id: id.unwrap_or_else(|| self.turn.ids.entity()),
            requester_id,
            type_id: entry.qualification_type_id.to_string(),
            worker_id: entry.worker_id.to_string(),
            status: entry.status.unwrap_or(RequestStatus::Pending),
            ask_at: ask_at.unwrap_or(submit_at),
            test_due_at: self.instant(place, "Deadline", entry.deadline),
            submit_at,
            arrived_at: self.turn.arrival_of(entry.submit_time.as_ref(), submit_at),
            test: entry.test.clone(),
            answer_key: entry.answer_key.clone(),
            answer: entry.answer.clone(),
            position: 0,
        }
    }
}
