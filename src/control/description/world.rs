//! A world: the members that `worlds::nouns` reads.
#![expect(dead_code, reason = "they are described, `worlds::nouns` reads them")]

mod forms;
mod hits;
mod others;
mod reviews;

use serde_json::Value;
use utoipa::ToSchema;

use crate::control::description::words::{At, Funds, Id, Time};
use forms::{FileEntry, LayoutEntry};
use hits::{AssignmentEntry, HitEntry, HitTypeEntry, PolicyEntry};
use others::{
    BlockEntry, BonusEntry, GrantEntry, MessageEntry, QualificationTypeEntry, RequestEntry,
    RequesterEntry, WorkerEntry,
};
use reviews::ReportEntry;

/// A whole market, or a part of one. Lists are the API's own list members, so what
/// `aws mturk list-hits` printed is a world.
///
/// An entry with an owner belongs to `"Requester"` (an access key or a RequesterId), else to the
/// world's first requester, else to the access key `test`. Counters and statuses are derived, not
/// believed. `null` is absent.
#[derive(ToSchema)]
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
    about: Option<Value>,
    requesters: Option<Vec<RequesterEntry>>,
    workers: Option<Vec<WorkerEntry>>,
    qualification_types: Option<Vec<QualificationTypeEntry>>,
    qualifications: Option<Vec<GrantEntry>>,
    qualification_requests: Option<Vec<RequestEntry>>,
    #[serde(rename = "HITTypes")]
    hit_types: Option<Vec<HitTypeEntry>>,
    #[serde(rename = "HITs")]
    hits: Option<Vec<HitEntry>>,
    /// Those that do not stand within their HIT; each names its HIT.
    assignments: Option<Vec<AssignmentEntry>>,
    bonus_payments: Option<Vec<BonusEntry>>,
    worker_blocks: Option<Vec<BlockEntry>>,
    messages: Option<Vec<MessageEntry>>,
    #[serde(rename = "HITLayouts")]
    hit_layouts: Option<Vec<LayoutEntry>>,
    uploaded_files: Option<Vec<FileEntry>>,
    /// Cannot be loaded yet.
    #[schema(max_items = 0)]
    faults: Option<Vec<Value>>,
    /// Cannot be loaded yet.
    #[schema(max_items = 0)]
    robots: Option<Vec<Value>>,
    /// Whether the lists stand in the market's own order, as in a dump. If not, what happened is
    /// loaded in the order of its times.
    ordered: Option<bool>,
    /// The market's time when it was dumped; no span from now. A market whose time is earlier moves
    /// ahead to it; time does not go back.
    now: Option<Time>,
    /// What `aws mturk get-hit` printed.
    #[serde(rename = "HIT")]
    hit: Option<HitEntry>,
    /// What `aws mturk get-assignment` printed, with its HIT.
    assignment: Option<AssignmentEntry>,
    /// What `aws mturk get-qualification-type` printed.
    qualification_type: Option<QualificationTypeEntry>,
    /// What `aws mturk get-qualification-score` printed.
    qualification: Option<GrantEntry>,
    /// What `aws mturk get-account-balance` printed.
    available_balance: Option<Funds>,
    /// Follows from the HITs; not read.
    on_hold_balance: Option<Value>,
    /// What `aws mturk list-review-policy-results-for-hit` printed: whose results they are.
    #[serde(rename = "HITId")]
    hit_id: Option<Id>,
    assignment_review_policy: Option<PolicyEntry>,
    assignment_review_report: Option<ReportEntry>,
    #[serde(rename = "HITReviewPolicy")]
    hit_review_policy: Option<PolicyEntry>,
    #[serde(rename = "HITReviewReport")]
    hit_review_report: Option<ReportEntry>,
    /// What the AWS CLI printed; not read.
    num_results: Option<Value>,
    /// What the AWS CLI printed; not read.
    next_token: Option<Value>,
    /// What boto3 returned; not read.
    response_metadata: Option<Value>,
}

/// One world, or several that are loaded together.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum Worlds {
    One(Box<World>),
    Several(Vec<World>),
}

/// What was loaded.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoadedWorld {
    loaded: Counts,
    /// Who owns the entries that name no `Requester`, if there are some and it is one requester.
    #[schema(nullable = false)]
    owner: Option<LoadedOwner>,
}

/// A requester who owns what was loaded.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct LoadedOwner {
    /// The key that its requests are signed with.
    access_key_id: String,
    /// What workers read.
    name: String,
    #[schema(pattern = "^A[A-Z0-9]+$")]
    requester_id: String,
}

/// How many of each list.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Counts {
    #[schema(minimum = 0)]
    requesters: i64,
    /// Everyone whom the worlds name.
    #[schema(minimum = 0)]
    workers: i64,
    #[schema(minimum = 0)]
    qualification_types: i64,
    #[schema(minimum = 0)]
    qualifications: i64,
    #[schema(minimum = 0)]
    qualification_requests: i64,
    #[serde(rename = "HITLayouts")]
    #[schema(minimum = 0)]
    hit_layouts: i64,
    /// Those with entries of their own.
    #[serde(rename = "HITTypes")]
    #[schema(minimum = 0)]
    hit_types: i64,
    #[serde(rename = "HITs")]
    #[schema(minimum = 0)]
    hits: i64,
    /// Those in work included.
    #[schema(minimum = 0)]
    assignments: i64,
    #[schema(minimum = 0)]
    uploaded_files: i64,
    #[schema(minimum = 0)]
    bonus_payments: i64,
    #[schema(minimum = 0)]
    worker_blocks: i64,
    #[schema(minimum = 0)]
    messages: i64,
}

/// The clock after a reset.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    now: At,
    #[schema(pattern = "^(real|offset|frozen)$", example = "frozen")]
    mode: String,
}
