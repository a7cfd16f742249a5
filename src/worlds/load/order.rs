//! In which order entries are loaded: lists of the market are in the order of arrival.

use crate::time::Instant;
use crate::worlds::load::Load;
use crate::worlds::nouns::Happened;

impl Load<'_> {
    /// The entries in the order in which they happened.
    pub(super) fn in_order<'e, T: Happened>(&self, entries: &'e [T]) -> Vec<&'e T> {
        let mut all = self.turned(entries);
        let unordered = |entry: &T| !self.ordered.contains(&entry.place().file);
        if entries.iter().any(unordered) {
            all.sort_by_key(|entry| at(*entry, self.turn.now));
        }
        all
    }

    /// The entries, those of a file that begin with the latest from their end: so the API's own
    /// lists are, and what happened at one instant would come the wrong way round otherwise.
    pub(super) fn turned<'e, T: Happened>(&self, entries: &'e [T]) -> Vec<&'e T> {
        let now = self.turn.now;
        let mut all: Vec<&'e T> = Vec::with_capacity(entries.len());
        for list in entries.chunk_by(|one, other| one.place().file == other.place().file) {
            let ordered = list.first().is_some_and(|e| self.ordered.contains(&e.place().file));
            if !ordered && goes_back(list, now) {
                all.extend(list.iter().rev());
            } else {
                all.extend(list);
            }
        }
        all
    }
}

fn at<T: Happened>(entry: &T, now: Instant) -> Instant {
    entry.when().and_then(|when| when.ahead(now).ok()).unwrap_or(now)
}

fn goes_back<T: Happened>(list: &[T], now: Instant) -> bool {
    let times: Vec<Instant> = list.iter().map(|entry| at(entry, now)).collect();
    times.first() > times.last() && times.is_sorted_by(|one, other| one >= other)
}
