//! How far webhooks have come where nothing is delivered.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::webhooks::Registered;

/// How far this process has passed over events that the webhooks do not get, by their keys. It is
/// not stored with each event: after a restart those events are read again.
#[derive(Debug, Default)]
pub struct Passed(Mutex<HashMap<i64, Position>>);

/// The number of an event, in the market with this count of resets.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    pub reset_count: i64,
    pub number: i64,
}

impl Passed {
    /// Moves the webhooks, as they are stored, to where this process has come; forgets others.
    pub fn advance(&self, webhooks: &mut [Registered], reset_count: i64) {
        let mut all = self.all();
        all.retain(|key, _| webhooks.iter().any(|webhook| webhook.key == *key));
        for webhook in webhooks {
            let passed = all.get(&webhook.key).copied();
            webhook.position = after(webhook.position, passed, reset_count);
        }
    }

    pub fn of(&self, key: i64) -> Option<Position> {
        self.all().get(&key).copied()
    }

    pub fn note(&self, key: i64, position: Position) {
        self.all().insert(key, position);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<i64, Position>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where to read on, from what is stored and what was passed over, perhaps in another market.
pub fn after(stored: i64, passed: Option<Position>, reset_count: i64) -> i64 {
    let passed = passed.filter(|passed| passed.reset_count == reset_count);
    passed.map_or(stored, |passed| passed.number.max(stored))
}
