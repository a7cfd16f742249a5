//! What the log says of the questions of new HITs: the remarks that the worker's site shows, too.
//!
//! A question is checked once its HIT is there, on a thread of its own, so no call waits for it.
//! Some questions a second are checked, whatever a program creates, and the same remarks on HITs
//! of one requester are logged once.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::engine::compute;
use crate::rules::question::parse;
use crate::rules::question::remarks::{self, Remark};

/// The most questions that are checked in a second: more than a person writes.
const A_SECOND: u32 = 20;
/// The most different warnings that are remembered. Then they may be logged anew.
const REMEMBERED: usize = 1000;
/// The most remarks in a line.
const LISTED: usize = 5;

/// What was checked and logged.
#[derive(Debug, Default)]
pub struct Advice(Mutex<State>);

#[derive(Debug)]
struct State {
    /// When the current second began.
    since: Instant,
    checked_count: u32,
    logged: HashSet<(String, Vec<Remark>)>,
}

impl Default for State {
    fn default() -> Self {
        Self { since: Instant::now(), checked_count: 0, logged: HashSet::new() }
    }
}

impl State {
    fn has_time(&mut self) -> bool {
        if self.since.elapsed() >= Duration::from_secs(1) {
            (self.since, self.checked_count) = (Instant::now(), 0);
        }
        self.checked_count < A_SECOND
    }
}

impl Advice {
    /// Whether a question would be checked now.
    pub fn has_time(&self) -> bool {
        tracing::enabled!(tracing::Level::WARN) && self.state().has_time()
    }

    /// Logs the remarks on the question of a new HIT, unless there is no time for it, or they were
    /// logged before.
    pub fn check(self: &Arc<Self>, requester_id: &str, question: String) {
        if !self.begin() {
            return;
        }
        let (advice, requester) = (Arc::clone(self), requester_id.to_owned());
        tokio::spawn(async move {
            let found = compute(move || parse(&question).map(|question| remarks::of(&question)));
            if let Ok(Ok(found)) = found.await {
                advice.log(&requester, found);
            }
        });
    }

    /// Whether there is time for a question, which then counts.
    fn begin(&self) -> bool {
        let mut state = self.state();
        let has_time = state.has_time();
        state.checked_count += u32::from(has_time);
        has_time
    }

    fn log(&self, requester: &str, found: Vec<Remark>) {
        if found.is_empty() {
            return;
        }
        let (count, more) = (found.len(), found.len().saturating_sub(LISTED));
        let mut texts: Vec<String> = found.iter().take(LISTED).map(ToString::to_string).collect();
        if more > 0 {
            texts.push(format!("And {more} more."));
        }
        if self.remember(requester, found) {
            let text = texts.join(" ");
            tracing::warn!(requester, remarks = count, "the question of a new HIT: {text}");
        }
    }

    /// Whether it is new.
    fn remember(&self, requester: &str, found: Vec<Remark>) -> bool {
        let mut state = self.state();
        if state.logged.len() >= REMEMBERED {
            state.logged.clear();
        }
        state.logged.insert((requester.to_owned(), found))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remark(text: &str) -> Vec<Remark> {
        vec![Remark { line: None, text: text.to_owned() }]
    }

    #[test]
    fn the_same_is_logged_once_for_each_requester() {
        let advice = Advice::default();
        assert!(advice.remember("A1", remark("a")));
        assert!(!advice.remember("A1", remark("a")));
        assert!(advice.remember("A2", remark("a")));
        for number in 0..REMEMBERED {
            advice.remember("A3", remark(&number.to_string()));
        }
        assert!(advice.state().logged.len() <= REMEMBERED);
        assert!(advice.remember("A1", remark("a")), "it was forgotten");
    }

    #[test]
    fn some_questions_a_second_are_checked() {
        let log = tracing_subscriber::fmt().with_writer(std::io::sink).finish();
        tracing::subscriber::with_default(log, || {
            let advice = Advice::default();
            // The second may end meanwhile, which begins another one.
            let taken = (0..10 * A_SECOND).filter(|_| advice.begin()).count();
            assert!((A_SECOND as usize..4 * A_SECOND as usize).contains(&taken), "{taken}");
            advice.state().since -= Duration::from_secs(1);
            assert!(advice.has_time() && advice.has_time(), "asking takes no time");
        });
    }
}
