//! What the market has to be: a second, plain account of it, kept in memory.
//!
//! It is written from the rules of the service and uses none of the program's code.

mod faults;
mod hit;
mod robots;
mod time;

use std::collections::BTreeMap;

pub use faults::{How, Rule};
pub use hit::{Hit, Phase, State};
pub use robots::{Crowd, ROBOTS, prefix, worker};

/// The access keys of those who publish HITs. The first one calls without a signature.
pub const REQUESTERS: [&str; 2] = ["test", "other"];
/// So many workers take part, so that they meet.
pub const WORKERS: usize = 6;
/// What each requester has at first, in cents.
pub const OPENING_CENTS: i64 = 1_000_000;
/// Seconds, and days, in milliseconds.
pub const SECOND: i64 = 1000;
pub const DAY: i64 = 86_400 * SECOND;

/// Something that happened. The HIT is an index into [`Model::hits`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub kind: &'static str,
    pub at: i64,
    pub hit: usize,
    pub worker: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Bonus {
    pub hit: usize,
    pub cents: i64,
    pub reason: String,
}

/// A qualification type.
#[derive(Debug, Clone)]
pub struct Type {
    pub id: String,
    pub name: String,
    pub owner: usize,
    /// In the order of the first grant; a revoked one has no value.
    pub values: Vec<(usize, Option<i64>)>,
    /// Requests by worker; each worker asks once.
    pub requests: BTreeMap<usize, Request>,
}

#[derive(Debug, Clone)]
pub struct Request {
    pub id: String,
    pub pending: bool,
    /// The order of arrival in the market.
    pub arrival: i64,
}

/// The whole market.
#[derive(Debug, Clone)]
pub struct Model {
    /// Whether money counts.
    pub production: bool,
    /// The market's time, in milliseconds since 1970.
    pub now: i64,
    /// In the order of creation; deleted ones stay.
    pub hits: Vec<Hit>,
    pub types: Vec<Type>,
    /// (requester, worker), the oldest first.
    pub blocks: Vec<(usize, usize)>,
    /// The oldest first.
    pub bonuses: Vec<Bonus>,
    pub paid_cents: [i64; REQUESTERS.len()],
    /// Until when a token of a requester is remembered.
    pub tokens: BTreeMap<(usize, String), i64>,
    pub events: Vec<Event>,
    /// How much work and how many requests for qualifications were submitted so far.
    pub arrivals: i64,
    /// How often the market was loaded anew: lists that were begun before end then.
    pub loads: usize,
    /// By name, what was kept.
    pub snapshots: BTreeMap<String, Model>,
    /// The oldest first.
    pub faults: Vec<Rule>,
    /// The oldest first.
    pub crowds: Vec<Crowd>,
    /// How many crowds there ever were.
    pub crowds_made: usize,
}

impl Model {
    pub fn new(production: bool, now: i64) -> Self {
        Self {
            production,
            now,
            hits: Vec::new(),
            types: Vec::new(),
            blocks: Vec::new(),
            bonuses: Vec::new(),
            paid_cents: [0; REQUESTERS.len()],
            tokens: BTreeMap::new(),
            events: Vec::new(),
            arrivals: 0,
            loads: 0,
            snapshots: BTreeMap::new(),
            faults: Vec::new(),
            crowds: Vec::new(),
            crowds_made: 0,
        }
    }

    /// Available and on hold, in cents. What a requester began with is available, on hold or paid.
    pub fn balance(&self, requester: usize) -> (i64, i64) {
        if !self.production {
            return (OPENING_CENTS, 0);
        }
        let own = self.hits.iter().filter(|hit| hit.owner == requester);
        let held = own.map(|hit| hit.held_cents(self.now)).sum::<i64>();
        (OPENING_CENTS - self.paid_cents[requester] - held, held)
    }

    /// Makes a change, unless the requester cannot pay for it or the change itself is refused.
    pub fn if_affordable(
        &mut self,
        requester: usize,
        change: impl FnOnce(&mut Self) -> bool,
    ) -> bool {
        let mut after = self.clone();
        let done = change(&mut after) && after.balance(requester).0 >= 0;
        if done {
            *self = after;
        }
        done
    }

    /// Uses a token for a day; false if it is in use.
    pub fn use_token(&mut self, requester: usize, token: &str) -> bool {
        let key = (requester, token.to_owned());
        let is_free = self.tokens.get(&key).is_none_or(|until| *until <= self.now);
        if is_free {
            self.tokens.insert(key, self.now + DAY);
        }
        is_free
    }

    /// Whether a request with the token would not be done a second time.
    pub fn protects(&self, token: &(usize, String)) -> bool {
        self.tokens.get(token).is_none_or(|until| *until > self.now)
    }

    pub fn emit(&mut self, kind: &'static str, hit: usize, worker: Option<usize>) {
        self.events.push(Event { kind, at: self.now, hit, worker });
    }

    /// Whether the worker has a granted qualification of the type.
    pub fn has(&self, of: usize, worker: usize) -> bool {
        self.types[of].values.iter().any(|(who, value)| *who == worker && value.is_some())
    }

    /// Whether something was made without an answer.
    pub fn has_unknown_ids(&self) -> bool {
        let of_hit = |hit: &Hit| hit.id.is_empty() || hit.works.iter().any(|w| w.id.is_empty());
        let of_type = |of: &Type| of.id.is_empty() || of.requests.values().any(|r| r.id.is_empty());
        self.hits.iter().any(of_hit) || self.types.iter().any(of_type)
    }

    pub fn is_blocked(&self, requester: usize, worker: usize) -> bool {
        self.blocks.contains(&(requester, worker))
    }

    /// Gives or takes a qualification.
    pub fn set_value(&mut self, of: usize, worker: usize, value: Option<i64>) {
        let values = &mut self.types[of].values;
        match values.iter_mut().find(|(who, _)| *who == worker) {
            Some(known) => known.1 = value,
            None => values.push((worker, value)),
        }
    }
}
