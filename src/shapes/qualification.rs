//! Qualification types, who holds them, who asked for them, and requirements of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::Instant;

/// A place: a country and, in the United States, a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Locale {
    /// Two letters of ISO 3166.
    pub country: String,
    /// Two letters of ISO 3166-2.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActionsGuarded {
    /// Accepting.
    Accept,
    /// Previewing and accepting.
    PreviewAndAccept,
    /// Seeing it at all.
    DiscoverPreviewAndAccept,
}

/// A condition on workers, part of a HIT type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// A set of words on the wire, in world files and in the store.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $word:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$of])* $word,)* }

        impl $name {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$word,)*];

            /// The word on the wire and in the store.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$word => stringify!($word),)* }
            }

            /// What that word stands for.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

words! {
    /// Whether workers can ask for qualifications of a type, and HITs can require them.
    QualificationTypeStatus {
        /// Both.
        Active,
        /// Neither; who holds one keeps it.
        Inactive,
        /// Deleted. The API does not show it.
        Disposing,
    }
}

words! {
    /// Whether a worker has a qualification.
    QualificationStatus {
        /// The worker has it.
        Granted,
        /// The worker had it.
        Revoked,
    }
}

words! {
    /// What became of a worker's request. The API shows those that are pending.
    RequestStatus {
        /// The worker was given a test and has not handed it in, or did not in time.
        Unanswered,
        /// It awaits the requester.
        Pending,
        /// By the requester, by the answer key, or at once.
        Granted,
        /// By the requester, or because the type was deleted.
        Rejected,
    }
}

/// A qualification type as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct QualificationType {
    pub qualification_type_id: String,
    pub creation_time: Instant,
    pub name: String,
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keywords: Option<String>,
    pub qualification_type_status: QualificationTypeStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_duration_in_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_delay_in_seconds: Option<i64>,
    pub is_requestable: bool,
    pub auto_granted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_granted_value: Option<i64>,
}

/// A worker's qualification as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct Qualification {
    pub qualification_type_id: String,
    pub worker_id: String,
    pub grant_time: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integer_value: Option<i64>,
    pub status: QualificationStatus,
}

/// A worker's request that awaits the requester, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named by the API")]
pub struct QualificationRequest {
    pub qualification_request_id: String,
    pub qualification_type_id: String,
    pub worker_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    pub submit_time: Instant,
}
