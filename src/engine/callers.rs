//! What the process remembers of requesters, for as long as it cannot change.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::requesters::{Credentials, Requester};
use crate::time::{Instant, real_now};

/// So many access keys are remembered.
const MOST: usize = 10_000;

/// What the process remembers of requesters.
#[derive(Debug, Default)]
pub(super) struct Callers(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    by_key: HashMap<String, (Arc<Credentials>, Instant)>,
    /// The ids of requesters that the store has.
    stored: HashSet<String>,
    /// How often all was forgotten: what was looked up before is not remembered after.
    generation: u64,
}

impl Callers {
    /// The access key's credentials, if they were looked up in the last `for_ms`.
    pub(super) fn find(&self, access_key: &str, for_ms: i64) -> Option<Arc<Credentials>> {
        let remembered = self.lock();
        let (found, at) = remembered.by_key.get(access_key)?;
        (real_now().0 - at.0 < for_ms).then(|| Arc::clone(found))
    }

    pub(super) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Remembers credentials that were looked up in the generation.
    pub(super) fn remember(&self, access_key: &str, found: &Arc<Credentials>, generation: u64) {
        let mut remembered = self.lock();
        if remembered.by_key.len() >= MOST {
            remembered.by_key.clear();
        }
        if remembered.generation == generation {
            remembered.by_key.insert(access_key.to_owned(), (Arc::clone(found), real_now()));
        }
    }

    /// Whether the requester may be missing in the store.
    pub(super) fn is_new(&self, requester: &Requester) -> bool {
        !requester.id.is_empty() && !self.lock().stored.contains(&requester.id)
    }

    /// Remembers that the store has the requester.
    pub(super) fn remember_stored(&self, requester: &Requester) {
        let mut remembered = self.lock();
        if remembered.stored.len() >= MOST {
            remembered.stored.clear();
        }
        remembered.stored.insert(requester.id.clone());
    }

    pub(super) fn forget(&self) {
        let mut remembered = self.lock();
        let generation = remembered.generation + 1;
        *remembered = Remembered { generation, ..Remembered::default() };
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
