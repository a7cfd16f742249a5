//! The journal: the latest calls of the Requester API, with their requests and answers.
//!
//! Each process has its own, in memory. Calls are serialized only when they are read.

pub mod search;
pub mod summary;
pub mod view;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::http::HeaderValue;
use serde::Serialize;
use utoipa::ToSchema;

use crate::fault::ErrorView;
use crate::store::requesters::Requester;
use crate::time::Instant;

/// The default size of a journal: 16 MiB.
pub const USUAL_BYTES: usize = 16 << 20;

/// A page ends with the call that fills so many bytes.
const PAGE_BYTES: usize = 2 << 20;

/// What kind of rule refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum Rule {
    /// The protocol: method, target, content type, JSON, length.
    Protocol,
    /// The signature, or the access key.
    Signature,
    /// The API's model: the members, their types and their limits.
    Model,
    /// An id in the call belongs to another requester, or does not exist.
    Ownership,
    /// A value that the market does not accept.
    Value,
    /// The state of the HIT, assignment or other thing that the call is about.
    State,
    /// A fault rule. The hint has its number.
    Fault,
    /// The server failed.
    Server,
}

/// Why a call was refused.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Code and message, as they were sent.
    pub error: ErrorView,
    /// The kind of the rule.
    pub rule: Rule,
    /// What to look at, if more is known than the message says.
    pub hint: Option<String>,
}

/// A call that was answered.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its number, from 1. Set by [`Journal::add`].
    pub number: u64,
    /// The real time of the answer.
    pub answered_at: Instant,
    /// The id in the answer's header.
    pub request_id: Option<HeaderValue>,
    /// The operation, if the call names one that exists.
    pub operation: Option<&'static str>,
    /// The caller, once authenticated.
    pub requester: Option<Arc<Requester>>,
    /// The HTTP status.
    pub status: u16,
    /// How long it took, in microseconds.
    pub us: u64,
    /// The request's body.
    pub request: Bytes,
    /// The answer's body, or its beginning.
    pub answer: Bytes,
    /// Whether a body is missing or incomplete because it was too long.
    pub is_cut: bool,
    /// Why it was refused, if it was.
    pub refused: Option<Refused>,
}

impl Call {
    /// How much memory it takes, without what calls share.
    fn bytes(&self) -> usize {
        let refused = self.refused.as_ref().map_or(0, |refused| {
            let hint = refused.hint.as_ref().map_or(0, String::len);
            refused.error.code.len() + refused.error.message.len() + hint
        });
        size_of::<Self>() + self.request.len() + self.answer.len() + refused
    }
}

/// Calls, the oldest first, and how many were dropped.
#[derive(Debug, Default)]
pub struct Page {
    /// The calls.
    pub calls: Vec<Call>,
    /// How many calls were dropped to make room since the journal was last emptied.
    pub dropped: u64,
}

/// The latest calls, as many as fit in a number of bytes.
#[derive(Debug)]
pub struct Journal {
    max_bytes: usize,
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    /// Their numbers have no gaps.
    calls: VecDeque<Call>,
    bytes: usize,
    last_number: u64,
    dropped: u64,
}

impl Journal {
    /// An empty journal of at most `max_bytes`; `None` if that is 0.
    #[must_use]
    pub fn new(max_bytes: usize) -> Option<Arc<Self>> {
        (max_bytes > 0).then(|| Arc::new(Self { max_bytes, ring: Mutex::default() }))
    }

    /// Adds a call, and drops the oldest ones to make room. A call that is larger than the journal
    /// is kept without its bodies.
    pub fn add(&self, mut call: Call) {
        let mut bytes = call.bytes();
        if bytes > self.max_bytes {
            (call.request, call.answer, call.is_cut) = (Bytes::new(), Bytes::new(), true);
            bytes = call.bytes();
        }
        let mut ring = self.ring();
        ring.last_number += 1;
        call.number = ring.last_number;
        ring.bytes += bytes;
        ring.calls.push_back(call);
        while ring.bytes > self.max_bytes
            && let Some(oldest) = ring.calls.pop_front()
        {
            ring.bytes -= oldest.bytes();
            ring.dropped += 1;
        }
    }

    /// The first `limit` calls that are wanted and have a number greater than `after`; fewer where
    /// they are long.
    pub fn page(&self, after: u64, limit: usize, is_wanted: impl Fn(&Call) -> bool) -> Page {
        let ring = self.ring();
        let first = ring.calls.partition_point(|call| call.number <= after);
        let mut bytes = 0;
        let wanted = ring.calls.range(first..).filter(|call| is_wanted(call)).take(limit);
        let has_room = |call: &&Call| {
            let has_room = bytes < PAGE_BYTES;
            bytes += call.bytes();
            has_room
        };
        Page { calls: wanted.take_while(has_room).cloned().collect(), dropped: ring.dropped }
    }

    /// The latest `limit` calls that are wanted, the newest first: of those whose number is greater
    /// than `after` and, if there is a `before`, smaller than that; fewer where they are long.
    pub fn latest(
        &self,
        (after, before): (u64, Option<u64>),
        limit: usize,
        is_wanted: impl Fn(&Call) -> bool,
    ) -> Vec<Call> {
        let ring = self.ring();
        let first = ring.calls.partition_point(|call| call.number <= after);
        let end = before.map_or(ring.calls.len(), |before| {
            ring.calls.partition_point(|call| call.number < before)
        });
        let mut bytes = 0;
        let wanted = ring.calls.range(first.min(end)..end).rev().filter(|call| is_wanted(call));
        let has_room = |call: &&Call| {
            let has_room = bytes < PAGE_BYTES;
            bytes += call.bytes();
            has_room
        };
        wanted.take(limit).take_while(has_room).cloned().collect()
    }

    /// The call with that number, if it is still there.
    pub fn call(&self, number: u64) -> Option<Call> {
        self.page(number.checked_sub(1)?, 1, |_| true)
            .calls
            .pop()
            .filter(|call| call.number == number)
    }

    /// Lets `visit` see every call, the oldest first. Calls that are answered meanwhile wait.
    pub fn each(&self, visit: impl FnMut(&Call)) {
        self.ring().calls.iter().for_each(visit);
    }

    /// The number of the last call, whether it is still there or not; 0 before the first.
    pub fn last_number(&self) -> u64 {
        self.ring().last_number
    }

    /// Empties it, and returns how many calls it held. The numbers are not reset.
    pub fn clear(&self) -> u64 {
        let mut ring = self.ring();
        let held = std::mem::take(&mut ring.calls);
        (ring.bytes, ring.dropped) = (0, 0);
        held.len() as u64
    }

    /// How many bytes it takes now.
    pub fn bytes(&self) -> usize {
        self.ring().bytes
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(request: &str) -> Call {
        Call {
            number: 0,
            answered_at: Instant(0),
            request_id: None,
            operation: None,
            requester: None,
            status: 200,
            us: 1,
            request: Bytes::copy_from_slice(request.as_bytes()),
            answer: Bytes::new(),
            is_cut: false,
            refused: None,
        }
    }

    fn numbers(journal: &Journal, after: u64, limit: usize) -> (Vec<u64>, u64) {
        let page = journal.page(after, limit, |_| true);
        (page.calls.iter().map(|call| call.number).collect(), page.dropped)
    }

    #[test]
    fn old_calls_go_for_new_ones() {
        assert!(Journal::new(0).is_none());
        let journal = Journal::new(3 * (size_of::<Call>() + 10)).unwrap();
        for _ in 0..5 {
            journal.add(call("0123456789"));
        }
        assert_eq!(numbers(&journal, 0, 10), (vec![3, 4, 5], 2));
        assert_eq!(numbers(&journal, 3, 1), (vec![4], 2));
        assert_eq!(numbers(&journal, 9, 9), (vec![], 2));
        journal.add(call(&"x".repeat(2 * size_of::<Call>())));
        assert_eq!(numbers(&journal, 0, 10), (vec![6], 5));
        assert_eq!((journal.clear(), numbers(&journal, 0, 9)), (1, (vec![], 0)));
        journal.add(call("x"));
        assert_eq!(numbers(&journal, 0, 9), (vec![7], 0));
    }

    #[test]
    fn the_latest_calls_come_first() {
        let journal = Journal::new(USUAL_BYTES).unwrap();
        (0..9).for_each(|_| journal.add(call("x")));
        let latest = |places, limit| -> Vec<u64> {
            let odd = |call: &Call| call.number % 2 == 1;
            journal.latest(places, limit, odd).iter().map(|call| call.number).collect()
        };
        assert_eq!(latest((0, None), 3), [9, 7, 5]);
        assert_eq!(latest((0, Some(5)), 3), [3, 1]);
        assert_eq!(latest((5, None), 3), [9, 7]);
        assert_eq!(latest((9, Some(4)), 3), [0; 0]);
        journal.add(call(&"x".repeat(3 * PAGE_BYTES)));
        journal.add(call(&"x".repeat(3 * PAGE_BYTES)));
        assert_eq!(latest((0, None), 9), [11]);
        let number = |of| journal.call(of).map(|call| call.number);
        assert_eq!((number(0), number(1), number(11)), (None, Some(1), Some(11)));
        journal.clear();
        assert_eq!((number(11), number(12), journal.last_number()), (None, None, 11));
    }

    #[test]
    fn a_page_ends_when_it_is_long() {
        let journal = Journal::new(USUAL_BYTES).unwrap();
        for _ in 0..7 {
            journal.add(call(&"x".repeat(PAGE_BYTES / 2 - size_of::<Call>())));
        }
        journal.add(call(&"x".repeat(3 * PAGE_BYTES)));
        assert_eq!(numbers(&journal, 0, 10).0, [1, 2]);
        assert_eq!(numbers(&journal, 6, 10).0, [7, 8]);
        assert_eq!(numbers(&journal, 7, 10).0, [8]);
        assert_eq!(numbers(&journal, 8, 10).0, [0; 0]);
    }

    #[test]
    fn a_call_that_is_too_long_loses_its_bodies() {
        let journal = Journal::new(size_of::<Call>() + 10).unwrap();
        journal.add(call("0123456789"));
        journal.add(call("0123456789a"));
        let page = journal.page(0, 9, |_| true);
        let [only] = page.calls.as_slice() else { panic!("{page:?}") };
        assert!(only.is_cut && only.request.is_empty() && only.number == 2);
    }
}
