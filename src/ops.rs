//! The operations of the Requester API, one file each.
//!
//! [`OPERATIONS`] is the whole of what the wire knows of them.

mod accept_qualification_request;
mod approve_assignment;
mod associate_qualification_with_worker;
mod create_additional_assignments_for_hit;
mod create_hit;
mod create_hit_type;
mod create_hit_with_hit_type;
mod create_qualification_type;
mod create_worker_block;
mod delete_hit;
mod delete_qualification_type;
mod delete_worker_block;
mod disassociate_qualification_from_worker;
mod get_account_balance;
mod get_assignment;
mod get_file_upload_url;
mod get_hit;
mod get_qualification_score;
mod get_qualification_type;
pub mod lag;
mod list;
mod list_assignments_for_hit;
mod list_bonus_payments;
mod list_hits;
mod list_hits_for_qualification_type;
mod list_qualification_requests;
mod list_qualification_types;
mod list_review_policy_results_for_hit;
mod list_reviewable_hits;
mod list_worker_blocks;
mod list_workers_with_qualification_type;
mod notify_workers;
mod reject_assignment;
mod reject_qualification_request;
mod send_bonus;
mod send_test_event_notification;
mod update_expiration_for_hit;
mod update_hit_review_status;
mod update_hit_type_of_hit;
mod update_notification_settings;
mod update_qualification_type;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::fault::Fault;
use crate::turn::{Access, Action};

pub use list_assignments_for_hit::Rest;

/// What can be the body of an answer.
pub trait Answer {
    /// The body: one JSON object without blanks, and without members for `()`. `origin` is that of
    /// [`Call`].
    fn body(self, origin: &str) -> Result<Content, Fault>;
}

impl<T: Serialize> Answer for T {
    fn body(self, _origin: &str) -> Result<Content, Fault> {
        let json = serde_json::to_vec(&self).map_err(|e| Fault::Service(e.to_string()))?;
        Ok(if json == b"null" { b"{}".to_vec() } else { json }.into())
    }
}

/// An answer, or an item of a list, that has one member: its name, and what it holds.
pub struct Member<T>(&'static str, T);

impl<T: Serialize> Serialize for Member<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.0, &self.1)])
    }
}

/// The body of an answer.
#[derive(Debug)]
pub struct Content {
    /// All of it, or what comes before the rest.
    pub beginning: Vec<u8>,
    /// What is too long to be held in memory, and is read while it is sent.
    pub rest: Option<Rest>,
    /// The question of the HIT that was made, if it was wanted.
    pub new_question: Option<String>,
}

impl From<Vec<u8>> for Content {
    fn from(beginning: Vec<u8>) -> Self {
        Self { beginning, rest: None, new_question: None }
    }
}

/// A request as an operation takes it.
#[derive(Debug)]
pub struct Call {
    /// The body.
    pub body: Value,
    /// What this server's own addresses begin with, such as `http://127.0.0.1:1770`, as the caller
    /// knows it.
    pub origin: String,
    /// Whether the question of a new HIT is wanted.
    pub wants_question: bool,
}

/// An operation without its types.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The operation's name.
    pub name: &'static str,
    /// Whether it only reads.
    pub access: Access,
    /// Decodes the request, does it, encodes the answer.
    pub run: Action<Call, Content>,
}

/// An operation whose request and answer are those of `run` in its module.
macro_rules! operation {
    ($name:literal, $access:ident, $module:ident) => {
        Entry {
            name: $name,
            access: Access::$access,
            run: |turn, call| {
                Box::pin(async move {
                    // What passed the model decodes; a test sends every member.
                    let input = Deserialize::deserialize(&call.body)
                        .map_err(|e| Fault::Service(format!("{} does not decode: {e}", $name)))?;
                    turn.wants_question = call.wants_question;
                    let content = $module::run(turn, input).await?.body(&call.origin)?;
                    Ok(Content { new_question: turn.new_question.take(), ..content })
                })
            },
        }
    };
}

/// The operations that pages of requesters call, by what they do.
pub mod named {
    /// Moves the end of a HIT.
    pub const SET_EXPIRATION: &str = "UpdateExpirationForHIT";
    /// Gives a HIT more places.
    pub const ADD_ASSIGNMENTS: &str = "CreateAdditionalAssignmentsForHIT";
    /// Deletes a HIT.
    pub const DELETE_HIT: &str = "DeleteHIT";
    /// Gives a HIT another HIT type.
    pub const CHANGE_TYPE: &str = "UpdateHITTypeOfHIT";
    /// Approves an assignment.
    pub const APPROVE: &str = "ApproveAssignment";
    /// Rejects an assignment.
    pub const REJECT: &str = "RejectAssignment";
    /// Pays a bonus for an assignment.
    pub const PAY_BONUS: &str = "SendBonus";
    /// Blocks a worker.
    pub const BLOCK: &str = "CreateWorkerBlock";
    /// Takes a block away.
    pub const UNBLOCK: &str = "DeleteWorkerBlock";
    /// Sends mail to workers.
    pub const NOTIFY: &str = "NotifyWorkers";
    /// Gives a worker a qualification, or another score.
    pub const GRANT: &str = "AssociateQualificationWithWorker";
    /// Takes a qualification from a worker.
    pub const REVOKE: &str = "DisassociateQualificationFromWorker";
    /// Makes a qualification type.
    pub const CREATE_QUALIFICATION_TYPE: &str = "CreateQualificationType";
    /// Changes a qualification type.
    pub const UPDATE_QUALIFICATION_TYPE: &str = "UpdateQualificationType";
    /// Deletes a qualification type.
    pub const DELETE_QUALIFICATION_TYPE: &str = "DeleteQualificationType";
    /// Grants what a worker asks for.
    pub const ACCEPT_REQUEST: &str = "AcceptQualificationRequest";
    /// Refuses what a worker asks for.
    pub const REJECT_REQUEST: &str = "RejectQualificationRequest";
}

/// What does the operation of that name.
///
/// # Errors
/// None does: our own failure, since a test holds that there is one for each of the API.
pub fn entry(name: &str) -> Result<&'static Entry, Fault> {
    let found = OPERATIONS.iter().find(|entry| entry.name == name);
    found.ok_or_else(|| Fault::Service(format!("nothing does {name}")))
}

/// Every operation that is built, by name.
pub const OPERATIONS: &[Entry] = &[
    operation!("AcceptQualificationRequest", Write, accept_qualification_request),
    operation!("ApproveAssignment", Write, approve_assignment),
    operation!("AssociateQualificationWithWorker", Write, associate_qualification_with_worker),
    operation!("CreateAdditionalAssignmentsForHIT", Write, create_additional_assignments_for_hit),
    operation!("CreateHIT", Write, create_hit),
    operation!("CreateHITType", Write, create_hit_type),
    operation!("CreateHITWithHITType", Write, create_hit_with_hit_type),
    operation!("CreateQualificationType", Write, create_qualification_type),
    operation!("CreateWorkerBlock", Write, create_worker_block),
    operation!("DeleteHIT", Write, delete_hit),
    operation!("DeleteQualificationType", Write, delete_qualification_type),
    operation!("DeleteWorkerBlock", Write, delete_worker_block),
    operation!(
        "DisassociateQualificationFromWorker",
        Write,
        disassociate_qualification_from_worker
    ),
    operation!("GetAccountBalance", Read, get_account_balance),
    operation!("GetAssignment", Read, get_assignment),
    operation!("GetFileUploadURL", Read, get_file_upload_url),
    operation!("GetHIT", Read, get_hit),
    operation!("GetQualificationScore", Read, get_qualification_score),
    operation!("GetQualificationType", Read, get_qualification_type),
    operation!("ListAssignmentsForHIT", Read, list_assignments_for_hit),
    operation!("ListBonusPayments", Read, list_bonus_payments),
    operation!("ListHITs", Read, list_hits),
    operation!("ListHITsForQualificationType", Read, list_hits_for_qualification_type),
    operation!("ListQualificationRequests", Read, list_qualification_requests),
    operation!("ListQualificationTypes", Read, list_qualification_types),
    operation!("ListReviewPolicyResultsForHIT", Read, list_review_policy_results_for_hit),
    operation!("ListReviewableHITs", Read, list_reviewable_hits),
    operation!("ListWorkerBlocks", Read, list_worker_blocks),
    operation!("ListWorkersWithQualificationType", Read, list_workers_with_qualification_type),
    operation!("NotifyWorkers", Write, notify_workers),
    operation!("RejectAssignment", Write, reject_assignment),
    operation!("RejectQualificationRequest", Write, reject_qualification_request),
    operation!("SendBonus", Write, send_bonus),
    operation!("SendTestEventNotification", Read, send_test_event_notification),
    operation!("UpdateExpirationForHIT", Write, update_expiration_for_hit),
    operation!("UpdateHITReviewStatus", Write, update_hit_review_status),
    operation!("UpdateHITTypeOfHIT", Write, update_hit_type_of_hit),
    operation!("UpdateNotificationSettings", Write, update_notification_settings),
    operation!("UpdateQualificationType", Write, update_qualification_type),
];
