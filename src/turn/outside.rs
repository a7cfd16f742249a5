//! Robots whose answers come from outside the market: what they ask, and what they were answered.

use std::collections::{HashMap, VecDeque};
use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::{Semaphore, watch};

use crate::rules::robots::answers::Asked;
use crate::rules::robots::job::{Job, Replies};
use crate::turn::BoxFuture;

/// What others answered, or a sentence that says why nobody did.
pub type Answered = Result<Replies, String>;

/// Asks those who answer for robots.
pub trait Answerers: Debug + Send + Sync {
    /// Why nobody may be asked so, or a page at this address may not be fetched; none if it may.
    fn refusal(&self, asked: &Asked) -> Option<String>;

    /// Asks for the answer to a job.
    fn answer(&self, job: Job) -> BoxFuture<'static, Answered>;
}

/// What a robot asks, once the turn that says so is committed.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What it has in hand.
    pub job: Job,
    /// The reset count of the market in which it asks.
    pub reset_count: i64,
    /// The timer that ends its work.
    pub subject: String,
    /// Whether the clock is held until the answer is there.
    pub holds_clock: bool,
}

/// An assignment, and the reset count of its market.
pub type Key = (i64, String);

/// So many jobs are asked about at once.
const AT_ONCE: usize = 8;
/// More answers than these are not kept for robots that may be gone.
const MOST: usize = 100_000;

#[derive(Debug, Default)]
struct Answers {
    /// None while somebody is being asked.
    all: HashMap<Key, Option<Answered>>,
    /// The latest that were answered, the earliest first.
    latest: VecDeque<Key>,
    /// The reset count of the latest market.
    reset_count: i64,
}

/// What is asked, and what was answered. It is of this process: after a crash a robot asks again.
#[derive(Debug)]
pub struct Outside {
    answerers: OnceLock<Box<dyn Answerers>>,
    wanted: Mutex<Vec<Ask>>,
    answers: Mutex<Answers>,
    /// Who asks has a permit.
    pub at_once: Semaphore,
    /// Told of each answer.
    pub answered: watch::Sender<()>,
}

impl Default for Outside {
    fn default() -> Self {
        Self {
            answerers: OnceLock::new(),
            wanted: Mutex::default(),
            answers: Mutex::default(),
            at_once: Semaphore::new(AT_ONCE),
            answered: watch::Sender::default(),
        }
    }
}

impl Outside {
    /// Says who asks. Only the first call does anything.
    pub fn set(&self, answerers: Box<dyn Answerers>) {
        let _ = self.answerers.set(answerers);
    }

    /// Why one of these may not be asked; none if all may.
    pub fn refusal(&self, asked: &[Asked]) -> Option<String> {
        let nobody = || asked.first().map(|_| "this market asks nobody".to_owned());
        match self.answerers.get() {
            Some(answerers) => asked.iter().find_map(|asked| answerers.refusal(asked)),
            None => nobody(),
        }
    }

    /// Asks for an answer.
    pub fn answer(&self, job: Job) -> BoxFuture<'static, Answered> {
        match self.answerers.get() {
            Some(answerers) => answerers.answer(job),
            None => Box::pin(async { Err("This market asks nobody.".to_owned()) }),
        }
    }

    /// Notes what is to be asked.
    pub fn want(&self, asks: Vec<Ask>) {
        guard(&self.wanted).extend(asks);
    }

    /// What is to be asked and is not yet: from now on it is being asked. And whether the clock is
    /// held for something that is being asked already.
    pub fn wanted(&self) -> (Vec<Ask>, bool) {
        let mut wanted = std::mem::take(&mut *guard(&self.wanted));
        let (mut answers, mut holds_clock) = (guard(&self.answers), false);
        wanted.retain(|ask| {
            let key = (ask.reset_count, ask.job.assignment_id.clone());
            holds_clock |= ask.holds_clock && answers.all.get(&key).is_some_and(Option::is_none);
            let is_new = !answers.all.contains_key(&key);
            answers.all.entry(key).or_insert(None);
            is_new
        });
        drop(answers);
        (wanted, holds_clock)
    }

    /// Whether somebody is being asked for this, or the answer is there.
    pub fn knows(&self, reset_count: i64, assignment_id: &str) -> bool {
        guard(&self.answers).all.contains_key(&(reset_count, assignment_id.to_owned()))
    }

    /// Notes an answer.
    pub fn put(&self, key: Key, answered: Answered) {
        let mut answers = guard(&self.answers);
        if key.0 > answers.reset_count {
            // Nobody will ask for those of an earlier market.
            answers.reset_count = key.0;
            answers.all.retain(|(of, _), _| *of >= key.0);
        }
        answers.latest.push_back(key.clone());
        if answers.latest.len() > MOST
            && let Some(earliest) = answers.latest.pop_front()
        {
            answers.all.remove(&earliest);
        }
        answers.all.insert(key, Some(answered));
        drop(answers);
        self.answered.send_replace(());
    }

    /// Nobody wants this answer any more, and nobody is asked for it.
    pub fn forget(&self, key: &Key) {
        guard(&self.answers).all.remove(key);
        self.answered.send_replace(());
    }

    /// The answer, if it is there. It is forgotten.
    pub fn take(&self, reset_count: i64, assignment_id: &str) -> Option<Answered> {
        let (key, mut answers) = ((reset_count, assignment_id.to_owned()), guard(&self.answers));
        let is_there = answers.all.get(&key).is_some_and(Option::is_some);
        if is_there { answers.all.remove(&key).flatten() } else { None }
    }
}

fn guard<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> Key {
        (1, number.to_string())
    }

    #[test]
    fn only_the_earliest_answers_beyond_the_limit_are_dropped() {
        let outside = Outside::default();
        for number in 0..MOST {
            outside.put(key(number), Err(String::new()));
        }
        assert!(outside.knows(1, "0"));
        outside.put(key(MOST), Err(String::new()));
        assert!(!outside.knows(1, "0"));
        assert!(outside.take(1, "1").is_some() && outside.take(1, "1").is_none());
        outside.put((2, "x".to_owned()), Err(String::new()));
        assert!(!outside.knows(1, "2") && outside.knows(2, "x"));
    }

    #[test]
    fn questions_that_are_open_displace_no_answer() {
        let outside = Outside::default();
        for number in 0..MOST {
            guard(&outside.answers).all.insert(key(number + 10), None);
        }
        outside.put(key(0), Err(String::new()));
        outside.put(key(1), Err(String::new()));
        assert!(outside.take(1, "0").is_some() && outside.take(1, "1").is_some());
        outside.forget(&key(10));
        assert!(!outside.knows(1, "10") && outside.knows(1, "11"));
    }
}
