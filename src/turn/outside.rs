//! Robots whose answers come from outside the market: what they ask, and what they were answered.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;

use crate::rules::robots::answers::Asked;
use crate::rules::robots::job::Job;
use crate::turn::BoxFuture;

/// An answer document, or a sentence that says why there is none.
pub type Answered = Result<String, String>;

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
type Key = (i64, String);

/// What is asked, and what was answered. It is of this process: after a crash a robot asks again.
#[derive(Debug, Default)]
pub struct Outside {
    answerers: OnceLock<Box<dyn Answerers>>,
    wanted: Mutex<Vec<Ask>>,
    /// None while somebody is being asked.
    answers: Mutex<HashMap<Key, Option<Answered>>>,
    /// Told of each answer.
    pub answered: watch::Sender<()>,
}

/// More answers than these are not kept for robots that may be gone.
const MOST: usize = 1000;

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
            holds_clock |= ask.holds_clock && answers.get(&key).is_some_and(Option::is_none);
            let is_new = !answers.contains_key(&key);
            answers.entry(key).or_insert(None);
            is_new
        });
        (wanted, holds_clock)
    }

    /// Notes an answer.
    pub fn put(&self, reset_count: i64, assignment_id: String, answered: Answered) {
        let mut answers = guard(&self.answers);
        // Nobody will ask for those of an earlier market.
        let is_full = answers.len() >= MOST;
        answers.retain(|(of, _), there| *of >= reset_count && !(is_full && there.is_some()));
        answers.insert((reset_count, assignment_id), Some(answered));
        drop(answers);
        self.answered.send_replace(());
    }

    /// The answer, if it is there. It is forgotten.
    pub fn take(&self, reset_count: i64, assignment_id: &str) -> Option<Answered> {
        let (key, mut answers) = ((reset_count, assignment_id.to_owned()), guard(&self.answers));
        let is_there = answers.get(&key).is_some_and(Option::is_some);
        if is_there { answers.remove(&key).flatten() } else { None }
    }
}

fn guard<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
