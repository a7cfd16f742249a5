//! What happens by itself, and when.

use super::{Model, SECOND, State};

/// A timer: when, what, to which assignment or HIT. Their order is that in which they fall due.
pub type Timer = (i64, &'static str, String);

/// A timer, its HIT and its worker.
type Due = (Timer, usize, usize);

impl Model {
    /// Every timer that the market must have now, in order.
    pub fn timers(&self) -> Vec<Timer> {
        self.due().into_iter().map(|(timer, ..)| timer).collect()
    }

    fn due(&self) -> Vec<Due> {
        let mut due = Vec::new();
        for (at, hit) in self.hits.iter().enumerate() {
            for work in &hit.works {
                let approval_at = work.submit_at + hit.approval_delay_s * SECOND;
                let timer = match work.state {
                    State::Accepted => (work.deadline_at, "abandonment", work.id.clone()),
                    State::Submitted => (approval_at, "auto_approval", work.id.clone()),
                    State::Approved | State::Rejected => continue,
                };
                due.push((timer, at, work.worker));
            }
            if !hit.is_disposed() && !hit.ended {
                due.push(((hit.expire_at, "expiry", hit.id.clone()), at, 0));
            }
            if let Some(disposal_at) = hit.disposal_at {
                due.push(((disposal_at, "disposal", hit.id.clone()), at, 0));
            }
        }
        due.sort();
        due
    }

    /// Time goes on to `to`: each timer fires at its own instant.
    pub fn advance_to(&mut self, to: i64) {
        while let Some(((due_at, kind, _), at, worker)) = self.due().into_iter().next() {
            if due_at > to {
                break;
            }
            self.now = due_at;
            self.fire(kind, at, worker);
            // Of all that happens at one instant, robots come last.
            if self.due().first().is_none_or(|((next, ..), ..)| *next > due_at) {
                self.let_robots_work();
            }
        }
        self.now = to;
    }

    fn fire(&mut self, kind: &str, at: usize, worker: usize) {
        match kind {
            "abandonment" => drop(self.return_place(at, worker, "AssignmentAbandoned")),
            "auto_approval" => {
                self.decide(at, worker, State::Submitted, State::Approved);
            }
            "disposal" => {
                self.hits[at].disposal_at = None;
                self.dispose(at);
            }
            _ => self.end(at),
        }
    }
}
