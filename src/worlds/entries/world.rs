//! A whole world.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::batches::BatchEntry;
use super::files::{FileEntry, LayoutEntry};
use super::hits::{AssignmentEntry, HitEntry, HitTypeEntry};
use super::people::{BlockEntry, BonusEntry, MessageEntry, RequesterEntry};
use super::qualifications::{GrantEntry, QualificationTypeEntry, RequestEntry};
use super::reviews::ReportEntry;
use crate::money::Funds;
use crate::rules::robots::script::Robot;
use crate::shapes::fault_rule::FaultRule;
use crate::shapes::review::ReviewPolicy;
use crate::shapes::scalar::{At, Id};
use crate::shapes::webhook::Webhook;
use crate::shapes::worker::Worker;
use crate::time::When;

/// A whole market, or a part of one. Lists are the API's own list members, so what
/// `aws mturk list-hits` printed is a world.
///
/// An entry with an owner belongs to `"Requester"` (an access key or a RequesterId), else to the
/// world's first requester, else to the access key `test`. Counters and statuses are derived, not
/// believed. `null` is absent.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({
    "About": "One HIT with one assignment",
    "Workers": [{"WorkerId": "A1ANNA0000000", "Name": "Anna"}],
    "HITs": [{
        "Title": "Label a picture", "Reward": "0.05", "MaxAssignments": 3,
        "CreationTime": "-2h", "Expiration": "+1d",
        "Assignments": [{"WorkerId": "A1ANNA0000000", "SubmitTime": "-10m"}]
    }]
}))]
pub struct World {
    /// What the world is for; not read.
    pub about: Option<Value>,
    /// The market's time when it was dumped; no span from now. A market whose time is earlier moves
    /// ahead to it; time does not go back.
    #[schema(value_type = Option<When>)]
    pub now: Option<At>,
    /// Whether the lists have the market's own order, as in a dump. If not, what happened is
    /// loaded in the order of its times.
    pub ordered: Option<bool>,
    pub requesters: Option<Vec<RequesterEntry>>,
    pub workers: Option<Vec<Worker>>,
    pub qualification_types: Option<Vec<QualificationTypeEntry>>,
    pub qualifications: Option<Vec<GrantEntry>>,
    pub qualification_requests: Option<Vec<RequestEntry>>,
    #[serde(rename = "HITLayouts")]
    pub hit_layouts: Option<Vec<LayoutEntry>>,
    #[serde(rename = "HITTypes")]
    pub hit_types: Option<Vec<HitTypeEntry>>,
    #[serde(rename = "HITs")]
    pub hits: Option<Vec<HitEntry>>,
    /// Those that are not inside their HIT; each names its HIT.
    pub assignments: Option<Vec<AssignmentEntry>>,
    pub uploaded_files: Option<Vec<FileEntry>>,
    pub batches: Option<Vec<BatchEntry>>,
    pub bonus_payments: Option<Vec<BonusEntry>>,
    pub worker_blocks: Option<Vec<BlockEntry>>,
    pub messages: Option<Vec<MessageEntry>>,
    /// Rules by which calls fail; `Times` is how often one still applies.
    #[schema(max_items = 10_000)]
    pub faults: Option<Vec<FaultRule>>,
    /// Where the event log is pushed to.
    #[schema(max_items = 100)]
    pub webhooks: Option<Vec<Webhook>>,
    /// Crowds of workers by script.
    #[schema(max_items = 1000)]
    pub robots: Option<Vec<Robot>>,
    /// What `aws mturk get-hit` printed.
    #[serde(rename = "HIT")]
    pub hit: Option<HitEntry>,
    /// What `aws mturk get-assignment` printed, with its HIT.
    pub assignment: Option<AssignmentEntry>,
    /// What `aws mturk get-qualification-type` printed.
    pub qualification_type: Option<QualificationTypeEntry>,
    /// What `aws mturk get-qualification-score` printed.
    pub qualification: Option<GrantEntry>,
    /// What `aws mturk get-account-balance` printed.
    pub available_balance: Option<Funds>,
    /// Follows from the HITs; not read.
    pub on_hold_balance: Option<Value>,
    /// What `aws mturk list-review-policy-results-for-hit` printed: whose results they are.
    #[serde(rename = "HITId")]
    pub hit_id: Option<Id>,
    pub assignment_review_policy: Option<ReviewPolicy>,
    pub assignment_review_report: Option<ReportEntry>,
    #[serde(rename = "HITReviewPolicy")]
    pub hit_review_policy: Option<ReviewPolicy>,
    #[serde(rename = "HITReviewReport")]
    pub hit_review_report: Option<ReportEntry>,
    /// What the AWS CLI printed; not read.
    pub num_results: Option<Value>,
    /// What the AWS CLI printed; not read.
    pub next_token: Option<Value>,
    /// What boto3 returned; not read.
    pub response_metadata: Option<Value>,
}
