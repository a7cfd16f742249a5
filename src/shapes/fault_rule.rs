//! Fault rules: faults on demand.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shapes::operation::Operation;
use crate::shapes::scalar::AccessKey;
use crate::shapes::words::words;

words! {
    api
    /// Faults of the real service that need more than one answer.
    Preset {
        /// Of each requester, `PerSecond` calls pass in a second of real time; the others are
        /// refused.
        Throttle = "throttle",
        /// The call is done, and its connection is closed without an answer.
        LostAnswer = "lost-answer",
        /// For `Seconds` of the market's time, a new HIT is not listed and cannot be changed, and
        /// submitted work cannot be approved.
        SandboxLag = "sandbox-lag",
        /// A notification is delivered twice.
        Duplicates = "duplicates",
    }
}

/// A rule by which calls fail, take longer, or lose their answer.
///
/// Of several rules that match a call, the first that applies counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"Operation": "*", "Error": "ThrottlingException", "Times": 2}))]
pub struct FaultRule {
    /// Its number, in answers. Ignored in a new rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<i64>,
    /// A fault that needs more than one answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preset: Option<Preset>,
    /// The operation whose calls it matches; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The requester whose calls it matches; those of all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<AccessKey>,
    /// `ThrottlingException`, `ServiceFault`, or a `TurkErrorCode` with or without
    /// `AWS.MechanicalTurk.`
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ThrottlingException")]
    pub error: Option<String>,
    /// The error's message, without the time; that of the service if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1024)]
    pub message: Option<String>,
    /// How many calls it applies to before it is removed; if absent, all that it matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub times: Option<i64>,
    /// The share of the matching calls that it applies to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(exclusive_minimum = 0, maximum = 1)]
    pub probability: Option<f64>,
    /// The same seed picks the same calls; 1 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
    /// How many calls `Probability` has decided on so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub drawn: Option<i64>,
    /// How many milliseconds of real time pass before the call begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 55_000)]
    pub latency_ms: Option<i64>,
    /// Whether the connection is closed without an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop_connection: Option<bool>,
    /// Whether the call is done before it fails; without `Error`, the connection is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_commit: Option<bool>,
    /// For `throttle`: how many calls of a requester pass in a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub per_second: Option<i64>,
    /// For `sandbox-lag`: how long it lasts; 15 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 86_400)]
    pub seconds: Option<i64>,
}
