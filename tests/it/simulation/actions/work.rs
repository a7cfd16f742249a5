//! What workers do, and what becomes of it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Action, Call, any_hit, somebody};
use crate::simulation::chance::Chance;
use crate::simulation::model::{DAY, Model, State, WORKERS, worker};

/// A worker and a HIT.
#[derive(Debug, Clone, Copy)]
struct Place {
    hit: usize,
    worker: usize,
}

impl Place {
    fn any(model: &Model, chance: &mut Chance) -> Option<Self> {
        Some(Self { hit: any_hit(model, chance)?, worker: chance.below(WORKERS) })
    }

    /// Mostly where there is work in one of these states, of which the id is known.
    fn with(model: &Model, states: &[State], chance: &mut Chance) -> Option<Self> {
        let mut found = Vec::new();
        for (hit, of) in model.hits.iter().enumerate() {
            for work in &of.works {
                let wanted = states.contains(&work.state) || chance.one_in(10);
                found.extend(wanted.then_some(Self { hit, worker: work.worker }));
            }
        }
        chance.pick(&found).copied()
    }

    fn id(self, model: &Model) -> String {
        let works = &model.hits[self.hit].works;
        let work = works.iter().find(|work| work.worker == self.worker);
        work.map(|work| work.id.clone()).unwrap_or_default()
    }

    fn learn(self, model: &mut Model, answer: &Value) {
        let works = &mut model.hits[self.hit].works;
        let id = answer["AssignmentId"].as_str().unwrap_or_default();
        if let Some(work) = works.iter_mut().find(|work| work.worker == self.worker) {
            id.clone_into(&mut work.id);
        }
    }
}

fn answers(is_right: bool) -> Value {
    json!({"q": if is_right { "right" } else { "wrong" }})
}

#[derive(Debug)]
struct Accept(Place);

pub fn accept(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    Some(Arc::new(Accept(Place::any(model, chance)?)))
}

impl Action for Accept {
    fn call(&self, model: &Model) -> Call {
        let path = format!("/workers/{}/accept", worker(self.0.worker));
        Call::Control(path, json!({"HITId": model.hits[self.0.hit].id}))
    }

    fn apply(&self, model: &mut Model) -> bool {
        let done = model.accept(self.0.hit, self.0.worker, "");
        if done {
            model.keep(self.0.hit);
        }
        done
    }

    fn learn(&self, model: &mut Model, answer: &Value) {
        self.0.learn(model, answer);
    }
}

#[derive(Debug)]
struct Submit {
    place: Place,
    /// As the model knew it: later work of the same worker has another.
    id: String,
    is_right: bool,
    by_form: bool,
}

pub fn submit(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let place = Place::with(model, &[State::Accepted], chance)?;
    let (id, is_right, by_form) = (place.id(model), chance.one_in(2), chance.one_in(3));
    Some(Arc::new(Submit { place, id, is_right, by_form }))
}

impl Action for Submit {
    fn is_read_first(&self) -> bool {
        true
    }

    fn call(&self, _: &Model) -> Call {
        let answer = answers(self.is_right);
        if self.by_form {
            let answer = answer["q"].as_str().unwrap_or_default();
            return Call::Form(format!("assignmentId={}&q={answer}", self.id));
        }
        let path = format!("/assignments/{}/submit", self.id);
        Call::Control(path, json!({"Answers": answer}))
    }

    fn apply(&self, model: &mut Model) -> bool {
        let Place { hit, worker } = self.place;
        self.place.id(model) == self.id && model.submit(hit, worker, self.is_right)
    }
}

#[derive(Debug)]
struct GiveBack {
    place: Place,
    id: String,
}

pub fn return_place(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let place = Place::with(model, &[State::Accepted], chance)?;
    Some(Arc::new(GiveBack { place, id: place.id(model) }))
}

impl Action for GiveBack {
    fn call(&self, _: &Model) -> Call {
        Call::Control(format!("/assignments/{}/return", self.id), json!({}))
    }

    fn apply(&self, model: &mut Model) -> bool {
        let Place { hit, worker } = self.place;
        self.place.id(model) == self.id && model.return_place(hit, worker, "AssignmentReturned")
    }
}

/// Accepted and submitted in one step.
#[derive(Debug)]
struct AtOnce(Place, bool);

pub fn at_once(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    Some(Arc::new(AtOnce(Place::any(model, chance)?, chance.one_in(2))))
}

impl Action for AtOnce {
    fn is_read_first(&self) -> bool {
        true
    }

    fn call(&self, model: &Model) -> Call {
        let path = format!("/hits/{}/submissions", model.hits[self.0.hit].id);
        let body = json!({"WorkerId": worker(self.0.worker), "Answers": answers(self.1)});
        Call::Control(path, body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let Place { hit, worker } = self.0;
        model.accept(hit, worker, "") && model.submit(hit, worker, self.1)
    }

    fn learn(&self, model: &mut Model, answer: &Value) {
        self.0.learn(model, answer);
    }
}

/// The requester approves or rejects.
#[derive(Debug)]
struct Decide {
    place: Place,
    id: String,
    by: usize,
    approves: bool,
    overrides: bool,
}

fn decide(
    model: &Model,
    states: &[State],
    approves: bool,
    chance: &mut Chance,
) -> Option<Arc<dyn Action>> {
    let place = Place::with(model, states, chance)?;
    let by = somebody(model.hits[place.hit].owner, chance);
    let overrides = approves && chance.one_in(2);
    Some(Arc::new(Decide { place, id: place.id(model), by, approves, overrides }))
}

pub fn approve(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    decide(model, &[State::Submitted, State::Rejected], true, chance)
}

pub fn reject(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    decide(model, &[State::Submitted], false, chance)
}

impl Action for Decide {
    fn call(&self, _: &Model) -> Call {
        if self.approves {
            let body = json!({"AssignmentId": self.id, "OverrideRejection": self.overrides});
            return Call::Api(self.by, "ApproveAssignment", body);
        }
        let body = json!({"AssignmentId": self.id, "RequesterFeedback": "no"});
        Call::Api(self.by, "RejectAssignment", body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let Place { hit, worker } = self.place;
        let of = &model.hits[hit];
        if of.owner != self.by || of.is_disposed() || self.place.id(model) != self.id {
            return false;
        }
        let to = if self.approves { State::Approved } else { State::Rejected };
        let now = model.now;
        let rejected = model.work(hit, worker, State::Rejected);
        let overrides =
            self.overrides && rejected.is_some_and(|work| now <= work.submit_at + 30 * DAY);
        let from = if overrides { State::Rejected } else { State::Submitted };
        model.if_affordable(self.by, |model| model.decide(hit, worker, from, to))
    }
}
