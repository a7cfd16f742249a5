//! Qualification requirements.

use serde::{Deserialize, Serialize};

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
