//! Workers, as the control API and world files spell them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shapes::qualification::Locale;
use crate::shapes::scalar::{WorkerId, null_is_absent, worker_id};

/// A worker and the traits that system qualifications are read from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Worker {
    /// `A` and more capital letters and digits.
    #[schema(value_type = WorkerId)]
    #[serde(deserialize_with = "worker_id")]
    pub worker_id: String,
    /// What the worker site calls the worker; no control characters.
    #[schema(min_length = 1, max_length = 100, example = "Anna")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the worker lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Assignments approved elsewhere, before this market.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    #[serde(default, rename = "HITsApproved", skip_serializing_if = "Option::is_none")]
    pub hits_approved: Option<i64>,
    /// Share of approved work, 0 to 100.
    #[schema(minimum = 0, maximum = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_approved: Option<i64>,
    /// Holds the Masters qualification.
    #[schema(nullable)]
    #[serde(default, deserialize_with = "null_is_absent")]
    pub masters: bool,
    /// Agreed to see adult content.
    #[schema(nullable)]
    #[serde(default, deserialize_with = "null_is_absent")]
    pub adult: bool,
    /// Is one of a crowd of robots. The Requester API does not tell.
    #[schema(nullable)]
    #[serde(
        default,
        deserialize_with = "null_is_absent",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub robot: bool,
}

impl Worker {
    /// A worker of whom nothing is known.
    pub fn new(worker_id: &str) -> Self {
        Self { worker_id: worker_id.to_owned(), ..Self::default() }
    }
}
