//! Batch: HITs made from a template and a table.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::{Cents, Funds};
use crate::shapes::qualification::QualificationRequirement;
use crate::shapes::scalar::{AccessKey, At, Id, WorkerId};
use crate::shapes::table::TableNote;
use crate::shapes::words::words;

words! {
    api
    /// Where a batch is in its life.
    BatchStatus {
        /// Its HITs are being made.
        Publishing = "Publishing",
        /// All its HITs are made.
        Published = "Published",
        /// Not all HITs could be made; `Problems` says why.
        Stopped = "Stopped",
        /// No more HITs are made, and those that were made expired.
        Canceled = "Canceled",
    }
}

words! {
    api
    /// What is done with a batch, some HITs at a time.
    WorkKind {
        /// A HIT is made for each row.
        Publish = "Publish",
        /// Each HIT gets more assignments or more time.
        Extend = "Extend",
        /// Each HIT gets assignments for those that were rejected.
        Republish = "Republish",
        /// Each HIT expires.
        Cancel = "Cancel",
        /// The decisions of an uploaded file are applied.
        Review = "Review",
    }
}

/// A batch to make: a HIT for each row of a table.
///
/// Assumed: what is left out has the value that the requester site's form began with.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({
    "Title": "Name the animal", "Description": "Look at a picture", "Reward": "0.05",
    "Template": "<p>${name}</p><input name=\"animal\">", "Data": "name\ncat\n"
}))]
pub struct NewBatch {
    /// The access key, or the RequesterId, of whose batch it is; a new key makes a requester.
    /// Without it, it is the one requester of `--credential` if there is exactly one, or else
    /// `test`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester: Option<AccessKey>,
    /// For people; the title if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 128)]
    pub name: Option<String>,
    /// HTML in which `${column}` stands for the value of that column. If it has neither a `<form>`
    /// nor a `<crowd-form>`, a form is put around it.
    pub template: String,
    /// CSV, with a header. In a world, the rows of the batch stand for it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub data: String,
    /// Of each HIT.
    #[schema(min_length = 1, max_length = 128)]
    pub title: String,
    /// Of each HIT.
    #[schema(min_length = 1, max_length = 2000)]
    pub description: String,
    /// Of each HIT, separated by commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub keywords: Option<String>,
    /// For each assignment.
    pub reward: Cents,
    /// How many workers do each HIT.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub max_assignments: i64,
    /// From accepting to the deadline; an hour if absent.
    #[serde(default = "hour")]
    #[schema(minimum = 30, maximum = 31_536_000)]
    pub assignment_duration_in_seconds: i64,
    /// From publishing to the expiration; a week if absent.
    #[serde(default = "week")]
    #[schema(minimum = 30, maximum = 31_536_000)]
    pub lifetime_in_seconds: i64,
    /// From submission to approval by itself; three days if absent.
    #[serde(default = "three_days")]
    #[schema(minimum = 0, maximum = 2_592_000)]
    pub auto_approval_delay_in_seconds: i64,
    /// Who may work on the HITs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualification_requirements: Vec<QualificationRequirement>,
    /// Height of the frame in pixels; 0 fits it to the worker's window.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub frame_height: i64,
    /// Whether everything is checked and nothing is made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

const fn one() -> i64 {
    1
}

const fn hour() -> i64 {
    3600
}

const fn week() -> i64 {
    604_800
}

const fn three_days() -> i64 {
    259_200
}

/// What is under way, or was done last, with a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Work {
    /// What is done.
    pub kind: WorkKind,
    /// How many rows, HITs or decisions are done.
    #[schema(minimum = 0)]
    pub done: i64,
    /// How many there are.
    #[schema(minimum = 0)]
    pub total: i64,
    /// How many assignments each HIT gets more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub additional_assignments: Option<i64>,
    /// Until when each HIT lasts at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expiration: Option<At>,
    /// How many of them could not be done; `Problems` says why, for the first 100.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[schema(minimum = 0)]
    pub failed: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl Work {
    /// Work of which nothing is done yet.
    pub const fn new(kind: WorkKind, total: i64) -> Self {
        Self { kind, done: 0, total, additional_assignments: None, expiration: None, failed: 0 }
    }

    /// Whether nothing is left to do.
    pub const fn is_over(&self) -> bool {
        self.done >= self.total
    }
}

words! {
    api
    /// What an uploaded file says of an assignment.
    Decision {
        /// There is a mark in the column Approve.
        Approve = "Approve",
        /// There is a reason in the column Reject.
        Reject = "Reject",
    }
}

/// What an uploaded file says of one assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Mark {
    /// Where it stands.
    #[schema(minimum = 1)]
    pub line: usize,
    /// Which assignment.
    #[schema(value_type = Id)]
    pub assignment_id: String,
    /// What to do.
    pub decision: Decision,
    /// What the worker reads of a rejection.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What a batch costs if all its work is approved. The sandbox charges nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Cost {
    /// How many assignments there are.
    pub assignments: i64,
    /// What workers get.
    pub rewards: Funds,
    /// What Amazon would get.
    pub fees: Funds,
    /// Both.
    pub total: Funds,
}

/// How much work the HITs of a batch have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct WorkCounts {
    /// All assignments that there can be, of the HITs that are made.
    pub max: i64,
    /// Accepted by a worker.
    pub pending: i64,
    /// Awaiting review.
    pub submitted: i64,
    /// Approved.
    pub approved: i64,
    /// Rejected.
    pub rejected: i64,
}

impl WorkCounts {
    /// Adds the work on other HITs.
    pub const fn add(&mut self, other: &Self) {
        self.max += other.max;
        self.pending += other.pending;
        self.submitted += other.submitted;
        self.approved += other.approved;
        self.rejected += other.rejected;
    }
}

/// A batch, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Batch {
    /// Its number.
    pub batch_id: i64,
    /// For people.
    pub name: String,
    /// Whose it is.
    pub requester_id: WorkerId,
    /// Of its HITs.
    pub title: String,
    /// Of its HITs.
    #[serde(rename = "HITTypeId")]
    pub hit_type_id: Id,
    /// When it was made.
    pub creation_time: At,
    /// Where it is in its life.
    pub status: BatchStatus,
    /// How many rows its table has.
    pub row_count: i64,
    /// How many HITs are made: those of the first rows.
    pub published_count: i64,
    /// What is under way, or was done last.
    pub work: Work,
    /// What could not be done of the latest work; the line is that of the table or of the upload.
    pub problems: Vec<TableNote>,
    /// How much work its HITs have; only where one batch is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub assignments: Option<WorkCounts>,
}
