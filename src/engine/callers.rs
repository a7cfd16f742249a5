//! Who may call: access keys and their secrets, remembered for as long as they cannot change.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::engine::Engine;
use crate::fault::Fault;
use crate::store::requesters::{self, Known, Requester};
use crate::time::{Instant, real_now};

/// Where other processes can change requesters, one is looked up again after this long.
const SHARED_FOR_MS: i64 = 1000;

/// So many access keys are remembered.
const MOST: usize = 10_000;

/// What the process remembers of requesters.
#[derive(Debug, Default)]
pub(super) struct Callers {
    by_key: Mutex<HashMap<String, (Arc<Known>, Instant)>>,
    stored: Mutex<HashSet<String>>,
    /// How often all was forgotten: what was looked up before is not remembered after.
    forgotten: AtomicU64,
}

impl Callers {
    /// Whether the requester may be missing in the store.
    pub(super) fn is_new(&self, requester: &Requester) -> bool {
        !requester.id.is_empty() && !lock(&self.stored).contains(&requester.id)
    }

    /// Remembers that the store has the requester.
    pub(super) fn keep(&self, requester: &Requester) {
        let mut stored = lock(&self.stored);
        if stored.len() >= MOST {
            stored.clear();
        }
        stored.insert(requester.id.clone());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    /// Whom an access key stands for. One that nobody made known has no secret.
    ///
    /// # Errors
    /// The database failed.
    pub async fn known(&self, access_key: &str) -> Result<Arc<Known>, Fault> {
        let now = real_now();
        if let Some((known, at)) = lock(&self.callers.by_key).get(access_key)
            && (!self.store.is_shared() || now.0 - at.0 < SHARED_FOR_MS)
        {
            return Ok(Arc::clone(known));
        }
        let forgotten = self.callers.forgotten.load(Ordering::Acquire);
        let mut tx = self.store.read().await?;
        let known = requesters::by_key(&mut tx, access_key).await?;
        let unknown = || Known { requester: Arc::new(Requester::of_key(access_key)), secret: None };
        let known = Arc::new(known.unwrap_or_else(unknown));
        let mut by_key = lock(&self.callers.by_key);
        if by_key.len() >= MOST {
            by_key.clear();
        }
        if self.callers.forgotten.load(Ordering::Acquire) == forgotten {
            by_key.insert(access_key.to_owned(), (Arc::clone(&known), now));
        }
        Ok(known)
    }

    /// Forgets what was remembered, after requesters changed in the store.
    pub fn forget_callers(&self) {
        self.callers.forgotten.fetch_add(1, Ordering::AcqRel);
        lock(&self.callers.by_key).clear();
        lock(&self.callers.stored).clear();
    }
}
