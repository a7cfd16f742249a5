//! Webhooks: where the event log is pushed to.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shapes::notification::EventType;
use crate::shapes::scalar::AccessKey;
use crate::time::Time;

/// A URL that gets events of the market as signed POSTs: each at least once, in their order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
#[schema(example = json!({"Url": "http://localhost:8000/hook", "Events": ["AssignmentSubmitted"]}))]
pub struct Webhook {
    /// Its id, in answers. Ignored in a new webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
    /// `http://` or `https://`. Nothing is sent until `--allow-outbound` of the server names its
    /// host.
    #[schema(required, max_length = 2048)]
    pub url: String,
    /// What signs the events: `whsec_` and 24 to 64 bytes in base64. One is made if absent. Only
    /// the answer to a registration shows it, and a dump with secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^whsec_[A-Za-z0-9+/]+=*$")]
    pub secret: Option<Secret>,
    /// The types of events that it gets; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1)]
    pub events: Option<Vec<EventType>>,
    /// The requester whose events it gets, by access key or id; those of all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requester: Option<AccessKey>,
    /// For people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1024)]
    pub description: Option<String>,
    /// The number of the last event that it has got, or need not get. A new webhook begins with the
    /// event after it; if absent, with the next event that happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub after: Option<i64>,
    /// Why nothing is sent, in answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub off: Option<String>,
    /// How many attempts have failed in a row, in answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failures: Option<i64>,
    /// Why the last attempt failed, in answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// When the next attempt is, in real time, in answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt: Option<Time>,
}

impl Webhook {
    /// What was registered, without the secret, and without what answers add.
    #[must_use]
    pub fn settings(&self) -> Self {
        let Self { url, events, requester, description, .. } = self.clone();
        Self { url, events, requester, description, ..Self::default() }
    }
}

/// What signs events. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}
