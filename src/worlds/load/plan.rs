//! A HIT that is being loaded.

use crate::store::hits::Hit;
use crate::time::Instant;
use crate::worlds::entries::hits::{AssignmentEntry, HitEntry};
use crate::worlds::merge::Located;
use crate::worlds::problem::Place;

/// A HIT and the work on it, before they are rows.
pub struct Plan<'e> {
    pub place: &'e Place,
    pub hit: Hit,
    pub given: Option<&'e Located<HitEntry>>,
    pub work: Vec<&'e Located<AssignmentEntry>>,
    /// Whether something is wrong with the HIT: then it is only checked.
    pub is_unsound: bool,
    /// Whether nothing but its work or its results is known.
    pub is_made_up: bool,
}

impl<'e> Plan<'e> {
    /// A HIT of which nothing but its work or its results is known.
    pub const fn around(place: &'e Place, hit: Hit) -> Self {
        Self { place, hit, given: None, work: Vec::new(), is_unsound: false, is_made_up: true }
    }

    /// Adds work that comes without its HIT; a HIT that is made up is as old as its work.
    pub fn add_work(&mut self, entry: &'e Located<AssignmentEntry>, now: Instant) {
        self.work.push(entry);
        let accepted = entry.accept_time.map(|time| time.at(now).whole_second());
        if let (0, true, Some(at)) = (self.hit.key, self.is_made_up, accepted) {
            self.hit.created_at = self.hit.created_at.min(at);
        }
    }

    /// Whether something of the HIT or its work could not be read, or is disputed.
    pub fn is_incomplete(&self) -> bool {
        let of_work = self.work.iter().any(|work| work.is_incomplete);
        of_work || self.given.is_some_and(|given| given.is_incomplete)
    }
}
