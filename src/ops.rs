//! The operations of the Requester API, one file each.
//!
//! [`OPERATIONS`] is the whole of what the wire knows of them.

pub mod accept_qualification_request;
pub mod approve_assignment;
pub mod associate_qualification_with_worker;
pub mod create_additional_assignments_for_hit;
pub mod create_hit;
pub mod create_hit_type;
pub mod create_hit_with_hit_type;
pub mod create_qualification_type;
pub mod create_worker_block;
pub mod delete_hit;
pub mod delete_qualification_type;
pub mod delete_worker_block;
pub mod disassociate_qualification_from_worker;
pub mod get_account_balance;
pub mod get_assignment;
pub mod get_file_upload_url;
pub mod get_hit;
pub mod get_qualification_score;
pub mod get_qualification_type;
pub mod list_assignments_for_hit;
pub mod list_bonus_payments;
pub mod list_hits;
pub mod list_hits_for_qualification_type;
pub mod list_qualification_requests;
pub mod list_qualification_types;
pub mod list_review_policy_results_for_hit;
pub mod list_reviewable_hits;
pub mod list_worker_blocks;
pub mod list_workers_with_qualification_type;
pub mod notify_workers;
pub mod reject_assignment;
pub mod reject_qualification_request;
pub mod send_bonus;
pub mod send_test_event_notification;
pub mod update_expiration_for_hit;
pub mod update_hit_review_status;
pub mod update_hit_type_of_hit;
pub mod update_notification_settings;
pub mod update_qualification_type;

use std::future::Future;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fault::Fault;
use crate::turn::{Access, BoxFuture, Turn};

pub use list_assignments_for_hit::Rest;

/// One operation of the API.
pub trait Operation: 'static {
    /// The name after the dot of `X-Amz-Target`.
    const NAME: &'static str;
    /// Whether it only looks.
    const ACCESS: Access;
    /// The request's members.
    type Input: DeserializeOwned + Send;
    /// The answer's members.
    type Output: Answer + Send;

    /// Does it.
    fn run(
        turn: &mut Turn,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, Fault>> + Send;
}

/// What can stand as the body of an answer.
pub trait Answer {
    /// The body: one JSON object without blanks.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    fn body(self) -> Result<Content, Fault>;
}

impl<T: Serialize> Answer for T {
    fn body(self) -> Result<Content, Fault> {
        let json = serde_json::to_vec(&self).map_err(|e| Fault::Service(e.to_string()))?;
        Ok(json.into())
    }
}

/// The body of an answer.
#[derive(Debug)]
pub struct Content {
    /// All of it, or what comes before the rest.
    pub beginning: Vec<u8>,
    /// What is too long to be held in memory, and is read while it is sent.
    pub rest: Option<Rest>,
}

impl From<Vec<u8>> for Content {
    fn from(beginning: Vec<u8>) -> Self {
        Self { beginning, rest: None }
    }
}

/// The answer of an operation that has nothing to say: `{}`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Void {}

/// An operation as a function: from a turn and a body to a body.
type Run = for<'t> fn(&'t mut Turn, &'t Value) -> BoxFuture<'t, Result<Content, Fault>>;

/// An operation without its types.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The operation's name.
    pub name: &'static str,
    /// Whether it only looks.
    pub access: Access,
    /// Decodes the request, does it, encodes the answer.
    pub run: Run,
}

impl Entry {
    const fn of<O: Operation>() -> Self {
        Self { name: O::NAME, access: O::ACCESS, run: run::<O> }
    }
}

fn run<'t, O: Operation>(
    turn: &'t mut Turn,
    body: &'t Value,
) -> BoxFuture<'t, Result<Content, Fault>> {
    Box::pin(async move {
        // What passed the model decodes; a test sends every member.
        let input = O::Input::deserialize(body)
            .map_err(|e| Fault::Service(format!("{} does not decode: {e}", O::NAME)))?;
        O::run(turn, input).await?.body()
    })
}

/// Every operation that is built, by name.
pub const OPERATIONS: &[Entry] = &[
    Entry::of::<accept_qualification_request::AcceptQualificationRequest>(),
    Entry::of::<approve_assignment::ApproveAssignment>(),
    Entry::of::<associate_qualification_with_worker::AssociateQualificationWithWorker>(),
    Entry::of::<create_additional_assignments_for_hit::CreateAdditionalAssignmentsForHit>(),
    Entry::of::<create_hit::CreateHit>(),
    Entry::of::<create_hit_type::CreateHitType>(),
    Entry::of::<create_hit_with_hit_type::CreateHitWithHitType>(),
    Entry::of::<create_qualification_type::CreateQualificationType>(),
    Entry::of::<create_worker_block::CreateWorkerBlock>(),
    Entry::of::<delete_hit::DeleteHit>(),
    Entry::of::<delete_qualification_type::DeleteQualificationType>(),
    Entry::of::<delete_worker_block::DeleteWorkerBlock>(),
    Entry::of::<disassociate_qualification_from_worker::DisassociateQualificationFromWorker>(),
    Entry::of::<get_account_balance::GetAccountBalance>(),
    Entry::of::<get_assignment::GetAssignment>(),
    Entry::of::<get_file_upload_url::GetFileUploadUrl>(),
    Entry::of::<get_hit::GetHit>(),
    Entry::of::<get_qualification_score::GetQualificationScore>(),
    Entry::of::<get_qualification_type::GetQualificationType>(),
    Entry::of::<list_assignments_for_hit::ListAssignmentsForHit>(),
    Entry::of::<list_bonus_payments::ListBonusPayments>(),
    Entry::of::<list_hits::ListHits>(),
    Entry::of::<list_hits_for_qualification_type::ListHitsForQualificationType>(),
    Entry::of::<list_qualification_requests::ListQualificationRequests>(),
    Entry::of::<list_qualification_types::ListQualificationTypes>(),
    Entry::of::<list_review_policy_results_for_hit::ListReviewPolicyResultsForHit>(),
    Entry::of::<list_reviewable_hits::ListReviewableHits>(),
    Entry::of::<list_worker_blocks::ListWorkerBlocks>(),
    Entry::of::<list_workers_with_qualification_type::ListWorkersWithQualificationType>(),
    Entry::of::<notify_workers::NotifyWorkers>(),
    Entry::of::<reject_assignment::RejectAssignment>(),
    Entry::of::<reject_qualification_request::RejectQualificationRequest>(),
    Entry::of::<send_bonus::SendBonus>(),
    Entry::of::<send_test_event_notification::SendTestEventNotification>(),
    Entry::of::<update_expiration_for_hit::UpdateExpirationForHit>(),
    Entry::of::<update_hit_review_status::UpdateHitReviewStatus>(),
    Entry::of::<update_hit_type_of_hit::UpdateHitTypeOfHit>(),
    Entry::of::<update_notification_settings::UpdateNotificationSettings>(),
    Entry::of::<update_qualification_type::UpdateQualificationType>(),
];
