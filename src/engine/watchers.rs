//! Who waits for changes of one requester's HITs.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::engine::Engine;

/// Those who wait, by requester id.
#[derive(Debug, Default)]
pub(super) struct Watchers(Mutex<HashMap<String, watch::Sender<()>>>);

impl Watchers {
    fn watch(&self, requester_id: &str) -> watch::Receiver<()> {
        let mut known = self.known();
        known.retain(|_, sender| sender.receiver_count() > 0);
        let sender = known.entry(requester_id.to_owned());
        sender.or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    /// Wakes those who wait for one of these requesters.
    pub(super) fn wake(&self, requester_ids: &BTreeSet<String>) {
        if requester_ids.is_empty() {
            return;
        }
        let known = self.known();
        for sender in requester_ids.iter().filter_map(|id| known.get(id)) {
            sender.send_replace(());
        }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Changes after every turn of this process in which something happened to a HIT of that
    /// requester, to the work on it, or to a batch.
    pub fn changes_of(&self, requester_id: &str) -> watch::Receiver<()> {
        self.watchers.watch(requester_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_wakes_those_who_wait_for_that_requester_alone() {
        let watchers = Watchers::default();
        let (mut anna, mut ben) = (watchers.watch("anna"), watchers.watch("ben"));
        watchers.wake(&BTreeSet::from(["anna".to_owned(), "nobody".to_owned()]));
        assert!(anna.has_changed().unwrap() && !ben.has_changed().unwrap());
        anna.mark_unchanged();
        watchers.wake(&BTreeSet::new());
        assert!(!anna.has_changed().unwrap() && !ben.has_changed().unwrap());
        drop(anna);
        ben.mark_unchanged();
        let _carl = watchers.watch("carl");
        assert_eq!(watchers.known().len(), 2, "who is gone is forgotten");
    }
}
