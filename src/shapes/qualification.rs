//! Qualification types, who holds them, who asked for them, and requirements of them.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shapes::scalar::null_is_absent;
use crate::shapes::words::words;

/// A place: a country and, in the United States, a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Locale {
    /// Two letters of ISO 3166.
    #[schema(pattern = "^[A-Z]{2}$", example = "US")]
    pub country: String,
    /// Two letters of ISO 3166-2.
    #[schema(pattern = "^[A-Z]{2}$", example = "WA")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
}

/// As ISO 3166 writes it: `US`, `US-WA`.
impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.country)?;
        self.subdivision.iter().try_for_each(|state| write!(f, "-{state}"))
    }
}

/// How a worker's value is compared with the requirement's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[expect(missing_docs, reason = "named by the API")]
pub enum Comparator {
    LessThan,
    LessThanOrEqualTo,
    GreaterThan,
    GreaterThanOrEqualTo,
    EqualTo,
    NotEqualTo,
    Exists,
    DoesNotExist,
    In,
    NotIn,
}

/// What a worker who does not meet the requirement is kept from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ActionsGuarded {
    /// Accepting.
    Accept,
    /// Previewing and accepting.
    PreviewAndAccept,
    /// Seeing it at all.
    DiscoverPreviewAndAccept,
}

/// A condition on workers, part of a HIT type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct QualificationRequirement {
    pub qualification_type_id: String,
    pub comparator: Comparator,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integer_values: Option<Vec<i64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale_values: Option<Vec<Locale>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_to_preview: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions_guarded: Option<ActionsGuarded>,
}

words! {
    api
    /// Whether workers can ask for qualifications of a type, and HITs can require them.
    QualificationTypeStatus {
        /// Both.
        Active = "Active",
        /// Neither; who holds one keeps it.
        Inactive = "Inactive",
        /// Deleted. The API does not show it.
        Disposing = "Disposing",
    }
}

words! {
    api
    /// Whether a worker has a qualification.
    QualificationStatus {
        /// The worker has it.
        Granted = "Granted",
        /// The worker had it.
        Revoked = "Revoked",
    }
}

words! {
    api
    /// What became of a worker's request. The API shows those that are pending.
    RequestStatus {
        /// The worker was given a test and has not submitted it, or did not in time.
        Unanswered = "Unanswered",
        /// It awaits the requester.
        Pending = "Pending",
        /// By the requester, by the answer key, or at once.
        Granted = "Granted",
        /// By the requester, or because the type was deleted.
        Rejected = "Rejected",
    }
}

/// How a worker gets a qualification: by a test, at once, or from the requester.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct GrantRules {
    /// A `QuestionForm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// How long a worker may take; only with a test.
    #[serde(rename = "TestDurationInSeconds", skip_serializing_if = "Option::is_none")]
    pub test_duration_s: Option<i64>,
    /// How it is scored; without one the requester decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_key: Option<String>,
    /// After how long a worker may ask again; never if none.
    #[serde(rename = "RetryDelayInSeconds", skip_serializing_if = "Option::is_none")]
    pub retry_delay_s: Option<i64>,
    /// Whether workers can ask for it at all; no request sets it.
    #[serde(skip_deserializing)]
    pub is_requestable: bool,
    /// Every worker who asks is granted it at once; not with a test.
    #[serde(default, deserialize_with = "null_is_absent")]
    pub auto_granted: bool,
    /// The value that is granted at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_granted_value: Option<i64>,
}
