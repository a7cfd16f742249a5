//! Workers, as they are sent and shown.
#![expect(
    dead_code,
    clippy::struct_field_names,
    reason = "they are described, `shapes::worker::Worker` is read and written"
)]

use utoipa::ToSchema;

use crate::control::description::words::{At, Letters, WorkerId};

/// Where a worker lives.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Locale {
    country: Letters,
    subdivision: Option<Letters>,
}

/// A worker and the traits that system qualifications are read from.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Worker {
    worker_id: WorkerId,
    /// What the worker site calls the worker.
    #[schema(nullable = false, max_length = 100, example = "Anna")]
    name: Option<String>,
    #[schema(nullable = false)]
    locale: Option<Locale>,
    /// Assignments approved elsewhere, before this market.
    #[serde(rename = "HITsApproved")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000_000)]
    hits_approved: Option<i64>,
    /// Share of approved work.
    #[schema(nullable = false, minimum = 0, maximum = 100)]
    percent_approved: Option<i64>,
    /// Holds the Masters qualification.
    masters: bool,
    /// Agreed to see adult content.
    adult: bool,
}

/// A worker to be: what is not said is not known of it.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({
    "Name": "Anna", "Locale": {"Country": "US", "Subdivision": "WA"},
    "HITsApproved": 1200, "PercentApproved": 99, "Masters": true
}))]
pub struct NewWorker {
    /// Made if absent; in `PUT` the one of the path, if given.
    #[schema(nullable = false)]
    worker_id: Option<WorkerId>,
    /// What the worker site calls the worker; no control characters.
    #[schema(min_length = 1, max_length = 100)]
    name: Option<String>,
    locale: Option<Locale>,
    /// Assignments approved elsewhere, before this market.
    #[serde(rename = "HITsApproved")]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    hits_approved: Option<i64>,
    /// Share of approved work.
    #[schema(minimum = 0, maximum = 100)]
    percent_approved: Option<i64>,
    /// Holds the Masters qualification.
    #[serde(default)]
    masters: bool,
    /// Agreed to see adult content.
    #[serde(default)]
    adult: bool,
}

/// Workers by id.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Workers {
    workers: Vec<Worker>,
}

/// Mail to one worker.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Message {
    /// A number that grows; `after` takes it.
    #[schema(minimum = 1)]
    message: i64,
    /// The id of the requester who wrote it.
    requester: WorkerId,
    worker_id: WorkerId,
    subject: String,
    message_text: String,
    send_time: At,
}

/// Mail, the oldest first.
#[derive(ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Messages {
    messages: Vec<Message>,
}
