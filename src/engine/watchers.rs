//! Who waits for changes: of everything, of one requester's HITs, or of one HIT.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::engine::Engine;
use crate::turn::Touched;

/// Those who wait.
#[derive(Debug)]
pub(super) struct Watchers {
    of_all: watch::Sender<()>,
    /// By the id of a requester or a HIT.
    of_one: Mutex<Known>,
    closing: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Known {
    senders: HashMap<String, watch::Sender<()>>,
    /// When there are so many, those whom nobody listens to are forgotten.
    clean_at: usize,
}

impl Default for Watchers {
    fn default() -> Self {
        let (of_all, closing) = (watch::Sender::new(()), watch::Sender::new(false));
        Self { of_all, of_one: Mutex::default(), closing }
    }
}

impl Watchers {
    fn changes(&self, id: Option<&str>) -> Changes {
        let of = id.map_or_else(|| self.of_all.subscribe(), |id| self.known().watch(id));
        Changes { of, closing: self.closing.subscribe() }
    }

    /// Wakes those whom a turn concerns.
    pub(super) fn wake(&self, touched: &Touched) {
        self.of_all.send_replace(());
        let known = self.known();
        if touched.everything {
            known.senders.values().for_each(|sender| sender.send_replace(()));
        } else if !known.senders.is_empty() {
            for sender in touched.ids.iter().filter_map(|id| known.senders.get(id)) {
                sender.send_replace(());
            }
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.of_one.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn watch(&mut self, id: &str) -> watch::Receiver<()> {
        if let Some(sender) = self.senders.get(id) {
            return sender.subscribe();
        }
        if self.senders.len() >= self.clean_at {
            self.senders.retain(|_, sender| sender.receiver_count() > 0);
            self.clean_at = 2 * self.senders.len() + 16;
        }
        let (sender, receiver) = watch::channel(());
        self.senders.insert(id.to_owned(), sender);
        receiver
    }
}

/// What somebody who waits for changes holds.
#[derive(Debug)]
pub struct Changes {
    of: watch::Receiver<()>,
    closing: watch::Receiver<bool>,
}

impl Changes {
    /// From here on only what comes is a change. True once the market closes.
    pub fn mark_seen(&mut self) -> bool {
        self.of.mark_unchanged();
        *self.closing.borrow_and_update()
    }

    /// Whether there was a change.
    pub fn has_changed(&self) -> bool {
        self.of.has_changed().unwrap_or(false)
    }

    /// Waits for a change; false once the market closes.
    pub async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.closing.wait_for(|is_closed| *is_closed) => false,
            changed = self.of.changed() => changed.is_ok(),
        }
    }
}

impl Engine {
    /// Changes after every turn of this process that changed something.
    pub fn changes(&self) -> Changes {
        self.watchers.changes(None)
    }

    /// Changes after every turn of this process in which something happened to HITs of the
    /// requester with that id, to the work on them, or to a batch; or to the HIT with that id.
    pub fn changes_of(&self, id: &str) -> Changes {
        self.watchers.changes(Some(id))
    }

    /// Becomes true when the market closes.
    pub fn closing(&self) -> watch::Receiver<bool> {
        self.watchers.closing.subscribe()
    }

    /// Wakes everyone who waits for changes: there will be no more.
    pub fn close(&self) {
        self.watchers.closing.send_replace(true);
    }

    /// Whether the market closes.
    pub(super) fn is_closed(&self) -> bool {
        *self.watchers.closing.borrow()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_wakes_those_whom_it_concerns_alone() {
        let watchers = Watchers::default();
        let mut all = watchers.changes(None);
        let (mut anna, mut ben) = (watchers.changes(Some("anna")), watchers.changes(Some("ben")));
        let mut touched = Touched::default();
        touched.ids.extend(["anna".to_owned(), "nobody".to_owned()]);
        watchers.wake(&touched);
        assert!(anna.has_changed() && !ben.has_changed() && all.has_changed());
        assert!(!anna.mark_seen() && !all.mark_seen());
        watchers.wake(&Touched::default());
        assert!(!anna.has_changed() && !ben.has_changed() && all.has_changed());
        watchers.wake(&Touched { everything: true, ..Touched::default() });
        assert!(anna.has_changed() && ben.has_changed());
        watchers.closing.send_replace(true);
        assert!(ben.mark_seen(), "the market closes");
    }

    #[test]
    fn those_who_went_are_forgotten() {
        let watchers = Watchers::default();
        for number in 0..1000 {
            drop(watchers.changes(Some(&number.to_string())));
        }
        assert!(watchers.known().senders.len() < 40);
        let all: Vec<Changes> =
            (0..1000).map(|number| watchers.changes(Some(&number.to_string()))).collect();
        assert!(watchers.known().senders.len() >= all.len());
    }
}
