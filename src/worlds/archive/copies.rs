//! Of which entry an item without an id is a copy.

use std::collections::{BTreeMap, VecDeque};

use crate::time::Instant;

/// A list of a file: the numbers of both.
pub type List = (usize, usize);

/// The entries with one content. Items of one list are different entries; an item of another list
/// is a copy of an entry, if the two happened at the same time or one of them does not say when.
#[derive(Debug, Default)]
pub struct Copies {
    /// The list whose items are being added.
    list: List,
    /// The entries that have an item of this list, and when they happened.
    used: Vec<(usize, Option<Instant>)>,
    /// The other entries, by when they happened.
    free: BTreeMap<Option<Instant>, VecDeque<usize>>,
}

impl Copies {
    /// The entry of which the next item of a list is a copy, if there is one. [`Copies::add`] then
    /// tells when the entry happened.
    pub fn take(&mut self, list: List, happened: Option<Instant>) -> Option<usize> {
        if self.list != list {
            self.list = list;
            for (index, happened) in self.used.drain(..) {
                self.free.entry(happened).or_default().push_back(index);
            }
        }
        let or_unknown = [happened, None].into_iter().find(|at| self.free.contains_key(at));
        let any = || happened.is_none().then(|| self.free.keys().next().copied()).flatten();
        let at = or_unknown.or_else(any)?;
        let entries = self.free.get_mut(&at)?;
        let index = entries.pop_front();
        if entries.is_empty() {
            self.free.remove(&at);
        }
        index
    }

    /// Adds the entry of the item for which [`Copies::take`] was called.
    pub fn add(&mut self, index: usize, happened: Option<Instant>) {
        self.used.push((index, happened));
    }
}
