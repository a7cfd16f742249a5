//! Workers, as the control API and world files spell them.

use serde::{Deserialize, Serialize};

use crate::shapes::qualification::Locale;

/// A worker and the traits that system qualifications are read from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Worker {
    /// `A` and more capital letters and digits.
    pub worker_id: String,
    /// What the worker site calls the worker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the worker lives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Assignments approved elsewhere, before this market.
    #[serde(default, rename = "HITsApproved", skip_serializing_if = "Option::is_none")]
    pub hits_approved: Option<i64>,
    /// Share of approved work, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent_approved: Option<i64>,
    /// Holds the Masters qualification.
    #[serde(default)]
    pub masters: bool,
    /// Agreed to see adult content.
    #[serde(default)]
    pub adult: bool,
}

impl Worker {
    /// A worker of whom nothing is known.
    #[must_use]
    pub fn new(worker_id: &str) -> Self {
        Self {
            worker_id: worker_id.to_owned(),
            name: None,
            locale: None,
            hits_approved: None,
            percent_approved: None,
            masters: false,
            adult: false,
        }
    }
}
