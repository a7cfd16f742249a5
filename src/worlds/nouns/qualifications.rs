//! Qualification types, who holds them, who asked for them.

use crate::rules::question::answers;
use crate::shapes::qualification::{QualificationStatus, QualificationTypeStatus, RequestStatus};
use crate::time::When;
use crate::worlds::fields::{Fields, Place};
use crate::worlds::nouns::{Happened, Owner, owner};

/// An entry of `QualificationTypes`.
#[derive(Debug)]
pub struct QualificationTypeEntry {
    pub place: Place,
    pub owner: Owner,
    pub id: Option<String>,
    pub creation_time: Option<When>,
    pub name: String,
    pub description: Option<String>,
    pub keywords: Option<String>,
    pub status: Option<QualificationTypeStatus>,
    pub test: Option<String>,
    pub test_duration_s: Option<i64>,
    pub answer_key: Option<String>,
    pub retry_delay_s: Option<i64>,
    pub is_requestable: Option<bool>,
    pub auto_granted: Option<bool>,
    pub auto_granted_value: Option<i64>,
}

/// Reads an entry of `QualificationTypes`.
pub fn of_type(fields: &mut Fields<'_>, first: &Owner) -> Option<QualificationTypeEntry> {
    let entry = QualificationTypeEntry {
        place: fields.place().clone(),
        owner: owner(fields, first),
        id: fields.id("QualificationTypeId"),
        creation_time: fields.time("CreationTime"),
        name: fields.key("Name").unwrap_or_default(),
        description: fields.take("Description"),
        keywords: fields.take("Keywords"),
        status: fields.take("QualificationTypeStatus"),
        test: fields.take("Test"),
        test_duration_s: fields.take("TestDurationInSeconds"),
        answer_key: fields.take("AnswerKey"),
        retry_delay_s: fields.take("RetryDelayInSeconds"),
        is_requestable: fields.take("IsRequestable"),
        auto_granted: fields.take("AutoGranted"),
        auto_granted_value: fields.take("AutoGrantedValue"),
    };
    fields.need(!entry.name.is_empty(), "Name").then_some(entry)
}

/// An entry of `Qualifications`.
#[derive(Debug)]
pub struct GrantEntry {
    pub place: Place,
    pub owner: Owner,
    pub type_id: String,
    pub worker_id: String,
    pub grant_time: Option<When>,
    pub value: Option<i64>,
    pub status: Option<QualificationStatus>,
}

/// Reads an entry of `Qualifications`.
pub fn grant(fields: &mut Fields<'_>, first: &Owner) -> Option<GrantEntry> {
    let entry = GrantEntry {
        place: fields.place().clone(),
        owner: owner(fields, first),
        type_id: fields.id("QualificationTypeId").unwrap_or_default(),
        worker_id: fields.worker_id("WorkerId").unwrap_or_default(),
        grant_time: fields.time("GrantTime"),
        value: fields.take("IntegerValue"),
        status: fields.take("Status"),
    };
    let named = fields.need(!entry.worker_id.is_empty(), "WorkerId");
    (fields.need(!entry.type_id.is_empty(), "QualificationTypeId") && named).then_some(entry)
}

/// An entry of `QualificationRequests`.
#[derive(Debug)]
pub struct RequestEntry {
    pub place: Place,
    pub id: Option<String>,
    pub type_id: String,
    pub worker_id: String,
    pub status: Option<RequestStatus>,
    pub request_time: Option<When>,
    pub deadline: Option<When>,
    pub submit_time: Option<When>,
    pub test: Option<String>,
    pub answer_key: Option<String>,
    pub answer: Option<String>,
}

/// Reads an entry of `QualificationRequests`.
pub fn request(fields: &mut Fields<'_>) -> Option<RequestEntry> {
    let entry = RequestEntry {
        place: fields.place().clone(),
        id: fields.key("QualificationRequestId"),
        type_id: fields.id("QualificationTypeId").unwrap_or_default(),
        worker_id: fields.worker_id("WorkerId").unwrap_or_default(),
        status: fields.take("Status"),
        request_time: fields.time("RequestTime"),
        deadline: fields.time("Deadline"),
        submit_time: fields.time("SubmitTime"),
        test: fields.take("Test"),
        answer_key: fields.take("AnswerKey"),
        answer: answer(fields),
    };
    let named = fields.need(!entry.worker_id.is_empty(), "WorkerId");
    (fields.need(!entry.type_id.is_empty(), "QualificationTypeId") && named).then_some(entry)
}

/// A problem if it is longer than the answer to a test may be.
fn answer(fields: &mut Fields<'_>) -> Option<String> {
    let node = fields.node("Answer")?;
    let answer: String = node.read()?;
    if let Err(fault) = answers::check_length(&answer, answers::MAX_TEST_BYTES) {
        node.problem(fault.to_string());
    }
    Some(answer)
}

impl Happened for GrantEntry {
    fn place(&self) -> &Place {
        &self.place
    }

    fn when(&self) -> Option<&When> {
        self.grant_time.as_ref()
    }
}
