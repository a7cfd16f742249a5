//! Qualification types, qualifications, and requests for them.

use std::collections::HashSet;

use crate::fault::Fault;
use crate::rules::limits;
use crate::rules::qualification::is_system;
use crate::rules::qualification::new_type::Ways;
use crate::shapes::qualification::{QualificationStatus, QualificationTypeStatus, RequestStatus};
use crate::store::qualification_requests::{self, QualificationRequest};
use crate::store::qualification_types::{self, QualificationType};
use crate::store::qualifications::{self, Qualification};
use crate::worlds::fields::Place;
use crate::worlds::load::Load;
use crate::worlds::load::people::sentence;
use crate::worlds::nouns::Owner;
use crate::worlds::nouns::qualifications::{GrantEntry, QualificationTypeEntry, RequestEntry};

/// What of the entry's numbers and name the store cannot hold, with the member's name; documents
/// are as they were saved.
fn wrong(entry: &QualificationTypeEntry) -> Vec<(&'static str, Fault)> {
    let within = |range: limits::Range, name, value: Option<i64>| {
        value.and_then(|value| Some((name, range.check(name, value).err()?)))
    };
    let name = limits::at_most("Name", &entry.name, limits::QUALIFICATION_NAME);
    let checked = [
        name.err().map(|fault| ("Name", fault)),
        within(limits::RETRY_DELAY_S, "RetryDelayInSeconds", entry.retry_delay_s),
        within(limits::TEST_DURATION_S, "TestDurationInSeconds", entry.test_duration_s),
        within(INTEGER, "AutoGrantedValue", entry.auto_granted_value),
    ];
    checked.into_iter().flatten().collect()
}

/// The values of qualifications.
const INTEGER: limits::Range = limits::Range { min: -2_147_483_648, max: 2_147_483_647 };

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
        let before = self.problems.count();
        let owner = self.owner(place, &entry.owner).await?;
        let id = entry.id.clone().unwrap_or_else(|| self.turn.ids.entity());
        for (name, fault) in wrong(entry) {
            self.problem(place.of(&[name]), sentence(&fault));
        }
        let status = entry.status.unwrap_or(QualificationTypeStatus::Active);
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
        let now = self.turn.now;
        let created_at = self.instant(place, "CreationTime", entry.creation_time.as_ref(), now);
        let new = QualificationType {
            key: 0,
            id,
            requester_id: owner.id.clone(),
            name: entry.name.clone(),
            description: entry.description.clone().unwrap_or_else(|| entry.name.clone()),
            keywords: entry.keywords.clone(),
            status,
            created_at,
            is_requestable: entry.is_requestable.unwrap_or(true),
            ways: Ways {
                retry_delay_s: entry.retry_delay_s,
                test: entry.test.clone(),
                test_duration_s: entry.test_duration_s,
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
            self.make_type(place, owner, id).await?;
            found = qualification_types::find(&mut self.turn.tx, id).await?;
        }
        let owner = found.map(|found| found.requester_id);
        self.type_owners.extend(owner.clone().map(|owner| (id.to_owned(), owner)));
        Ok(owner)
    }

    /// Makes the type that saved qualifications name.
    async fn make_type(&mut self, place: &Place, owner: &Owner, id: &str) -> Result<(), Fault> {
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
        self.load_qualification_type(&entry).await
    }

    pub(super) async fn load_qualifications(
        &mut self,
        entries: &[GrantEntry],
    ) -> Result<(), Fault> {
        for entry in self.in_order(entries) {
            let place = &entry.place;
            let before = self.problems.count();
            let owner = self.owner_of_type(place, &entry.owner, &entry.type_id).await?;
            self.worker(place, &entry.worker_id);
            if entry.value.is_some_and(|value| INTEGER.check("", value).is_err()) {
                self.problem(place.of(&["IntegerValue"]), "IntegerValue is a number of 32 bits");
            }
            if owner.is_none() || self.problems.count() > before {
                continue;
            }
            let now = self.turn.now;
            let grant_at = self.instant(place, "GrantTime", entry.grant_time.as_ref(), now);
            let new = Qualification {
                key: 0,
                type_id: entry.type_id.clone(),
                worker_id: entry.worker_id.clone(),
                value: entry.value,
                grant_at,
                status: entry.status.unwrap_or(QualificationStatus::Granted),
            };
            if !qualifications::add(&mut self.turn.tx, &new).await? {
                self.problem(place, "this worker has this qualification already");
            }
            self.loaded.qualifications += 1;
        }
        Ok(())
    }

    pub(super) async fn load_qualification_requests(
        &mut self,
        entries: &[RequestEntry],
    ) -> Result<(), Fault> {
        // A worker has one open request for a type.
        let mut open = HashSet::new();
        for entry in entries {
            let place = &entry.place;
            let owner = self.owner_of_type(place, &Owner::default(), &entry.type_id).await?;
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

    fn request(&mut self, entry: &RequestEntry, requester_id: String) -> QualificationRequest {
        let (place, now) = (&entry.place, self.turn.now);
        let submit_at = self.instant(place, "SubmitTime", entry.submit_time.as_ref(), now);
        let ask_at = self.instant(place, "RequestTime", entry.request_time.as_ref(), submit_at);
        let deadline = entry.deadline.as_ref();
        QualificationRequest {
            id: entry.id.clone().unwrap_or_else(|| self.turn.ids.entity()),
            requester_id,
            type_id: entry.type_id.clone(),
            worker_id: entry.worker_id.clone(),
            status: entry.status.unwrap_or(RequestStatus::Pending),
            ask_at,
            test_due_at: deadline.map(|at| self.instant(place, "Deadline", Some(at), ask_at)),
            submit_at,
            arrived_at: self.turn.arrival_of(entry.submit_time.as_ref(), submit_at),
            test: entry.test.clone(),
            answer_key: entry.answer_key.clone(),
            answer: entry.answer.clone(),
            position: 0,
        }
    }
}
