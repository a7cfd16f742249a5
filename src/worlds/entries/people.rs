//! Requesters, workers, and what they have with one another.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Entry, Rule};
use crate::money::{Cents, Funds};
use crate::rules::robots::script::Robot;
use crate::shapes::fault_rule::FaultRule;
use crate::shapes::scalar::{AccessKey, Id, WorkerId};
use crate::shapes::webhook::Webhook;
use crate::shapes::worker::Worker;
use crate::time::Time;

/// A requester.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct RequesterEntry {
    #[schema(required)]
    pub access_key_id: AccessKey,
    pub secret_access_key: Option<String>,
    pub requester_id: Option<String>,
    pub account_id: Option<String>,
    pub name: Option<String>,
    /// Beside what is on hold.
    pub available_balance: Option<Funds>,
    /// Follows from the HITs; not read.
    #[schema(value_type = Option<Value>)]
    pub on_hold_balance: Option<Value>,
}

impl Entry for RequesterEntry {
    const ID: &[&str] = &["AccessKeyId"];
    const RULES: &[(&str, Rule)] =
        &[("AvailableBalance", Rule::Last), ("OnHoldBalance", Rule::Last)];
}

impl Entry for FaultRule {
    const ONE_BY_CONTENT: bool = false;
}

impl Entry for Webhook {
    const ONE_BY_CONTENT: bool = false;
}

impl Entry for Robot {
    const ONE_BY_CONTENT: bool = false;
}

impl Entry for Worker {
    const ID: &[&str] = &["WorkerId"];
}

/// A bonus that was paid.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct BonusEntry {
    pub requester: Option<AccessKey>,
    #[schema(required)]
    pub worker_id: WorkerId,
    #[schema(required)]
    pub bonus_amount: Cents,
    #[schema(required)]
    pub assignment_id: Id,
    pub reason: Option<String>,
    pub grant_time: Option<Time>,
}

impl Entry for BonusEntry {}

/// A worker who may not work for a requester.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct BlockEntry {
    pub requester: Option<AccessKey>,
    #[schema(required)]
    pub worker_id: WorkerId,
    pub reason: Option<String>,
}

impl Entry for BlockEntry {
    const ID: &[&str] = &["WorkerId"];
    const ID_IS_OF_OWNER: bool = true;
}

/// Mail to a worker.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
pub struct MessageEntry {
    pub requester: Option<AccessKey>,
    #[schema(required)]
    pub worker_id: WorkerId,
    pub subject: Option<String>,
    pub message_text: Option<String>,
    pub send_time: Option<Time>,
}

impl Entry for MessageEntry {}
