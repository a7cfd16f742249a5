//! Signing keys, kept for the next requests: each is good for a day.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ring::hmac;

use crate::digest::sha256;

use super::scope::{ALGORITHM, Scope, hex};

/// So many keys are kept; then all are derived anew.
const MOST: usize = 1000;

/// Signing keys by the secret and the scope that they were derived from.
///
/// Its `Debug` output shows none.
#[derive(Default)]
pub struct SigningKeys(Mutex<HashMap<String, Key>>);

/// A key of HMAC with SHA-256, ready to sign with.
#[derive(Clone)]
pub(super) struct Key(hmac::Key);

impl std::fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeys(…)")
    }
}

impl SigningKeys {
    /// What signs within `scope`; with the name to keep it by, if it is not kept.
    pub(super) fn of(&self, secret: &str, scope: &Scope) -> (Key, Option<String>) {
        // A scope stood in a header, so it has no line end: the two cannot be mistaken.
        let name = [secret, &scope.text()].join("\n");
        match self.kept().get(&name) {
            Some(key) => (key.clone(), None),
            None => (Key::new(&derived(secret, scope)), Some(name)),
        }
    }

    /// Keeps a key that has proved good: scopes that somebody thought up are not kept.
    pub(super) fn keep(&self, name: String, key: Key) {
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(name, key);
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, Key>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The signing key of a secret for a scope.
pub(super) fn derived(secret: &str, scope: &Scope) -> [u8; 32] {
    let Scope { date, region, service, terminator } = scope;
    let key = Key::new(["AWS4", secret].concat().as_bytes()).signed(date);
    [region, service, terminator].into_iter().fold(key, |key, part| Key::new(&key).signed(part))
}

impl Key {
    pub(super) fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The signature of a canonical request, in lower-case hexadecimal digits.
    pub(super) fn signature(&self, stamp: &str, scope: &Scope, canonical: &[u8]) -> String {
        let digest = hex(&sha256([canonical]));
        hex(&self.signed(&[ALGORITHM, stamp, &scope.text(), &digest].join("\n")))
    }

    /// What it makes of a text.
    pub(super) fn signed(&self, text: &str) -> [u8; 32] {
        let tag = hmac::sign(&self.0, text.as_bytes());
        tag.as_ref().first_chunk().copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(region: &str) -> Scope {
        let [date, region, service, terminator] =
            ["20261122", region, "mturk-requester", "aws4_request"].map(str::to_owned);
        Scope { date, region, service, terminator }
    }

    #[test]
    fn a_kept_key_is_the_derived_one_and_each_has_its_own() {
        let keys = SigningKeys::default();
        let sign = |secret, region| {
            let (key, name) = keys.of(secret, &scope(region));
            let is_new = name.is_some();
            if let Some(name) = name {
                keys.keep(name, key.clone());
            }
            (key.signed("text"), is_new)
        };
        let first = Key::new(&derived("s", &scope("us-east-1"))).signed("text");
        assert_eq!(sign("s", "us-east-1"), (first, true));
        assert_eq!(sign("s", "us-east-1"), (first, false));
        assert_ne!(sign("t", "us-east-1").0, first);
        assert_ne!(sign("s", "us-west-2").0, first);
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let keys = SigningKeys::default();
        let (key, _) = keys.of("s", &scope("r"));
        (0..MOST).for_each(|n| keys.keep(n.to_string(), key.clone()));
        assert_eq!(keys.kept().len(), MOST);
        keys.keep("one more".into(), key);
        assert_eq!(keys.kept().len(), 1);
    }
}
