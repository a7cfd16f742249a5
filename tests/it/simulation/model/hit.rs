//! A HIT, the work on it, and what happens to both.

use super::{DAY, Model, SECOND};

/// What a requester did with a HIT besides its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Open,
    Reviewing,
    Disposed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Accepted,
    Submitted,
    Approved,
    Rejected,
}

/// One worker's work on a HIT. Returned and abandoned work is none.
#[derive(Debug, Clone)]
pub struct Work {
    /// Empty until it is known.
    pub id: String,
    pub worker: usize,
    pub state: State,
    pub deadline_at: i64,
    pub submit_at: i64,
    pub decided_at: Option<i64>,
    /// The order of submission in the market.
    pub arrival: i64,
}

#[derive(Debug, Clone)]
pub struct Hit {
    /// Empty until it is known.
    pub id: String,
    /// Its RequesterAnnotation, by which it is found when the answer was lost.
    pub name: String,
    pub owner: usize,
    pub reward_cents: i64,
    pub duration_s: i64,
    pub approval_delay_s: i64,
    pub max: i64,
    pub expire_at: i64,
    /// Whether its end was reached, or set to the past.
    pub ended: bool,
    pub phase: Phase,
    pub disposal_at: Option<i64>,
    /// Whether the right answer is approved, and a wrong one rejected, at once.
    pub reviewed_by_policy: bool,
    /// The qualification type that a worker must have.
    pub requires: Option<usize>,
    pub works: Vec<Work>,
    /// The status as of the last change.
    pub status: &'static str,
}

impl Hit {
    pub fn count(&self, state: State) -> i64 {
        i64::try_from(self.works.iter().filter(|work| work.state == state).count()).unwrap()
    }

    pub fn available(&self) -> i64 {
        self.max - i64::try_from(self.works.len()).unwrap()
    }

    pub fn is_disposed(&self) -> bool {
        self.phase == Phase::Disposed
    }

    pub fn status_at(&self, now: i64) -> &'static str {
        if self.is_disposed() {
            "Disposed"
        } else if self.available() > 0 && self.expire_at > now {
            "Assignable"
        } else if self.count(State::Accepted) > 0 {
            "Unassignable"
        } else if self.phase == Phase::Reviewing {
            "Reviewing"
        } else {
            "Reviewable"
        }
    }

    /// What one approved assignment costs: the reward and 20 %, or 40 % from ten places on, rounded
    /// half up, at least a cent.
    pub fn price_cents(&self) -> i64 {
        let percent = if self.max >= 10 { 40 } else { 20 };
        self.reward_cents + ((self.reward_cents * percent + 50) / 100).max(1)
    }

    /// What it may still cost.
    pub fn held_cents(&self, now: i64) -> i64 {
        if self.is_disposed() {
            return 0;
        }
        let free = if self.expire_at > now { self.available() } else { 0 };
        (self.count(State::Accepted) + self.count(State::Submitted) + free) * self.price_cents()
    }
}

fn is_over(status: &str) -> bool {
    matches!(status, "Reviewable" | "Reviewing")
}

impl Model {
    /// After a change: the status follows, and what hangs on it.
    pub fn keep(&mut self, at: usize) {
        let now = self.now;
        let hit = &mut self.hits[at];
        let was_over = is_over(hit.status);
        hit.status = hit.status_at(now);
        let is_over = is_over(hit.status);
        if was_over != is_over {
            hit.disposal_at = is_over.then_some(now + 120 * DAY);
        }
        if is_over && !was_over {
            self.emit("HITReviewable", at, None);
        }
    }

    pub fn accept(&mut self, at: usize, worker: usize, id: &str) -> bool {
        let hit = &self.hits[at];
        let free = hit.status_at(self.now) == "Assignable";
        let known = hit.works.iter().any(|work| work.worker == worker);
        let may = hit.requires.is_none_or(|of| self.has(of, worker));
        if !free || known || !may || self.is_blocked(hit.owner, worker) {
            return false;
        }
        let work = Work {
            id: id.to_owned(),
            worker,
            state: State::Accepted,
            deadline_at: self.now + hit.duration_s * SECOND,
            submit_at: 0,
            decided_at: None,
            arrival: 0,
        };
        self.hits[at].works.push(work);
        self.emit("AssignmentAccepted", at, Some(worker));
        true
    }

    /// The work of the worker in this state, if there is any.
    pub fn work(&mut self, at: usize, worker: usize, state: State) -> Option<&mut Work> {
        let works = &mut self.hits[at].works;
        works.iter_mut().find(|work| work.worker == worker && work.state == state)
    }

    pub fn submit(&mut self, at: usize, worker: usize, is_right: bool) -> bool {
        let (now, arrival) = (self.now, self.arrivals + 1);
        let Some(work) = self.work(at, worker, State::Accepted) else { return false };
        (work.state, work.submit_at, work.arrival) = (State::Submitted, now, arrival);
        self.arrivals = arrival;
        self.emit("AssignmentSubmitted", at, Some(worker));
        if self.hits[at].reviewed_by_policy {
            let verdict = if is_right { State::Approved } else { State::Rejected };
            self.decide(at, worker, State::Submitted, verdict);
        }
        self.keep(at);
        true
    }

    /// The place becomes free: `kind` is the event.
    pub fn return_place(&mut self, at: usize, worker: usize, kind: &'static str) -> bool {
        if self.work(at, worker, State::Accepted).is_none() {
            return false;
        }
        self.hits[at].works.retain(|work| work.worker != worker);
        self.emit(kind, at, Some(worker));
        self.keep(at);
        true
    }

    /// Work in the state `from` gets the state `to`; approved work is paid.
    pub fn decide(&mut self, at: usize, worker: usize, from: State, to: State) -> bool {
        let now = self.now;
        let Some(work) = self.work(at, worker, from) else { return false };
        work.state = to;
        if from == State::Submitted || to == State::Approved {
            work.decided_at = Some(now);
        }
        let kind = if to == State::Approved { "AssignmentApproved" } else { "AssignmentRejected" };
        if to == State::Approved {
            let hit = &self.hits[at];
            self.paid_cents[hit.owner] += hit.price_cents();
        }
        self.emit(kind, at, Some(worker));
        true
    }

    pub fn dispose(&mut self, at: usize) -> bool {
        let hit = &mut self.hits[at];
        if !is_over(hit.status_at(self.now)) || hit.count(State::Submitted) > 0 {
            return false;
        }
        hit.phase = Phase::Disposed;
        self.emit("HITDisposed", at, None);
        self.keep(at);
        true
    }

    /// A HIT that workers can accept again is not being reviewed any more.
    pub fn reopen(&mut self, at: usize) {
        let now = self.now;
        let hit = &mut self.hits[at];
        if hit.available() > 0 && hit.expire_at > now {
            hit.phase = Phase::Open;
        }
    }

    /// The lifetime is over.
    pub fn end(&mut self, at: usize) {
        let hit = &mut self.hits[at];
        hit.ended = true;
        if hit.available() + hit.count(State::Accepted) > 0 {
            self.emit("HITExpired", at, None);
        }
        self.keep(at);
    }
}
