//! A world: the members that `worlds::nouns` reads.
#![expect(dead_code, reason = "they are described, `worlds::nouns` reads them")]

mod forms;
mod hits;
mod others;
mod reviews;

use serde_json::Value;
use utoipa::ToSchema;

use crate::control::description::words::At;
use forms::{FileEntry, LayoutEntry};
use hits::{AssignmentEntry, HitEntry, HitTypeEntry};
use others::{
    BlockEntry, BonusEntry, GrantEntry, MessageEntry, QualificationTypeEntry, RequestEntry,
    RequesterEntry, WorkerEntry,
};

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
}

/// How many of each; of the lists after the first three, those that have some.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Counts {
    #[serde(rename = "HITs")]
    #[schema(minimum = 0)]
    hits: i64,
    /// Those in work included.
    #[schema(minimum = 0)]
    assignments: i64,
    /// Everyone whom the worlds name.
    #[schema(minimum = 0)]
    workers: i64,
    #[schema(nullable = false, minimum = 1)]
    requesters: Option<i64>,
    #[schema(nullable = false, minimum = 1)]
    qualification_types: Option<i64>,
    #[schema(nullable = false, minimum = 1)]
    qualifications: Option<i64>,
    #[schema(nullable = false, minimum = 1)]
    qualification_requests: Option<i64>,
    #[serde(rename = "HITLayouts")]
    #[schema(nullable = false, minimum = 1)]
    hit_layouts: Option<i64>,
    #[serde(rename = "HITTypes")]
    #[schema(nullable = false, minimum = 1)]
    hit_types: Option<i64>,
    #[schema(nullable = false, minimum = 1)]
    uploaded_files: Option<i64>,
    #[schema(nullable = false, minimum = 1)]
    bonus_payments: Option<i64>,
    #[schema(nullable = false, minimum = 1)]
    worker_blocks: Option<i64>,
    #[schema(nullable = false, minimum = 1)]
    messages: Option<i64>,
}

/// The clock after a reset.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Begun {
    now: At,
    #[schema(pattern = "^(real|offset|frozen)$", example = "frozen")]
    mode: String,
}
