//! What requesters have with workers besides HITs: bonuses, blocks, qualifications.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{Action, Call, dollars, somebody};
use crate::simulation::chance::Chance;
use crate::simulation::model::{
    Bonus, DAY, Model, REQUESTERS, Request, State, Type, WORKERS, worker,
};

#[derive(Debug)]
struct Pay {
    hit: usize,
    worker: usize,
    id: String,
    by: usize,
    cents: i64,
    token: String,
}

pub fn pay(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let hit = chance.below(model.hits.len());
    let work = chance.pick(&model.hits.get(hit)?.works)?;
    let by = somebody(model.hits[hit].owner, chance);
    let (token, cents) = (format!("bonus {}", model.bonuses.len()), chance.between(1, 500));
    Some(Arc::new(Pay { hit, worker: work.worker, id: work.id.clone(), by, cents, token }))
}

impl Pay {
    /// The latest work that the requester decided about, or this one.
    fn latest(&self, model: &Model, submit_at: i64) -> i64 {
        let own = model.hits.iter().filter(|hit| hit.owner == self.by);
        let works = own.flat_map(|hit| &hit.works).filter(|work| work.worker == self.worker);
        let decided = works.filter(|work| matches!(work.state, State::Approved | State::Rejected));
        decided.map(|work| work.submit_at).max().unwrap_or(submit_at).max(submit_at)
    }
}

impl Action for Pay {
    fn call(&self, _: &Model) -> Call {
        let body = json!({"WorkerId": worker(self.worker), "AssignmentId": self.id,
            "BonusAmount": dollars(self.cents), "Reason": self.token,
            "UniqueRequestToken": self.token});
        Call::Api(self.by, "SendBonus", body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let hit = &model.hits[self.hit];
        let work = hit.works.iter().find(|work| work.id == self.id);
        let Some(work) = work.filter(|work| work.state != State::Accepted) else { return false };
        let latest = self.latest(model, work.submit_at);
        if hit.owner != self.by || model.now > latest + 183 * DAY {
            return false;
        }
        model.if_affordable(self.by, |model| {
            let fee = ((self.cents * 20 + 50) / 100).max(1);
            model.paid_cents[self.by] += self.cents + fee;
            let Self { hit, cents, token, .. } = self;
            model.bonuses.push(Bonus { hit: *hit, cents: *cents, reason: token.clone() });
            model.use_token(self.by, token)
        })
    }

    fn token(&self) -> Option<(usize, String)> {
        Some((self.by, self.token.clone()))
    }
}

/// A requester blocks a worker, or takes the block away.
#[derive(Debug)]
struct Block {
    by: usize,
    worker: usize,
    blocks: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "others may have nothing to be about")]
pub fn block(_: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let (by, worker) = (chance.below(REQUESTERS.len()), chance.below(WORKERS));
    Some(Arc::new(Block { by, worker, blocks: true }))
}

pub fn unblock(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let (by, worker) = *chance.pick(&model.blocks)?;
    Some(Arc::new(Block { by, worker, blocks: false }))
}

impl Action for Block {
    fn call(&self, _: &Model) -> Call {
        let body = json!({"WorkerId": worker(self.worker), "Reason": "late"});
        let name = if self.blocks { "CreateWorkerBlock" } else { "DeleteWorkerBlock" };
        Call::Api(self.by, name, body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let block = (self.by, self.worker);
        let is_new = !model.blocks.contains(&block);
        match (self.blocks, is_new) {
            (true, true) => model.blocks.push(block),
            (false, false) => model.blocks.retain(|known| *known != block),
            _ => {}
        }
        true
    }
}

/// A new qualification type, which workers can request.
#[derive(Debug)]
struct MakeType {
    name: String,
    owner: usize,
}

pub fn make_type(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let owner = chance.below(REQUESTERS.len());
    let name = format!("type {} of {owner}", model.types.len());
    (model.types.len() < 4).then(|| Arc::new(MakeType { name, owner }) as _)
}

impl Action for MakeType {
    fn call(&self, _: &Model) -> Call {
        let body = json!({"Name": self.name, "Description": "d",
            "QualificationTypeStatus": "Active"});
        Call::Api(self.owner, "CreateQualificationType", body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let Self { name, owner } = self;
        if model.types.iter().any(|known| known.name == *name && known.owner == *owner) {
            return false;
        }
        let (id, name, values) = (String::new(), name.clone(), Vec::new());
        model.types.push(Type { id, name, owner: *owner, values, requests: BTreeMap::new() });
        true
    }

    fn learn(&self, model: &mut Model, answer: &Value) {
        let id = answer["QualificationType"]["QualificationTypeId"].as_str().unwrap_or_default();
        id.clone_into(&mut model.types.last_mut().unwrap().id);
    }
}

/// A requester gives a worker a value, or takes the qualification away.
#[derive(Debug)]
struct SetValue {
    of: usize,
    by: usize,
    worker: usize,
    value: Option<i64>,
}

fn any_type(model: &Model, chance: &mut Chance) -> Option<usize> {
    (!model.types.is_empty()).then(|| chance.below(model.types.len()))
}

fn set_value(model: &Model, value: Option<i64>, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let of = any_type(model, chance)?;
    let by = somebody(model.types[of].owner, chance);
    Some(Arc::new(SetValue { of, by, worker: chance.below(WORKERS), value }))
}

pub fn grant(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let value = chance.between(0, 100);
    set_value(model, Some(value), chance)
}

pub fn revoke(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    set_value(model, None, chance)
}

impl Action for SetValue {
    fn call(&self, model: &Model) -> Call {
        let mut body = json!({"QualificationTypeId": model.types[self.of].id,
            "WorkerId": worker(self.worker)});
        let Some(value) = self.value else {
            return Call::Api(self.by, "DisassociateQualificationFromWorker", body);
        };
        body["IntegerValue"] = value.into();
        Call::Api(self.by, "AssociateQualificationWithWorker", body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let may = self.value.is_some() || model.has(self.of, self.worker);
        let done = model.types[self.of].owner == self.by && may;
        if done {
            model.set_value(self.of, self.worker, self.value);
        }
        done
    }
}

/// A worker asks for a qualification.
#[derive(Debug)]
struct Ask {
    of: usize,
    worker: usize,
}

pub fn ask(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    Some(Arc::new(Ask { of: any_type(model, chance)?, worker: chance.below(WORKERS) }))
}

impl Action for Ask {
    fn call(&self, model: &Model) -> Call {
        let id = &model.types[self.of].id;
        let path = format!("/workers/{}/qualifications/{id}/request", worker(self.worker));
        Call::Control(path, Value::Null)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let known = model.types[self.of].requests.contains_key(&self.worker);
        if known || model.has(self.of, self.worker) {
            return false;
        }
        model.arrivals += 1;
        let request = Request { id: String::new(), pending: true, arrival: model.arrivals };
        model.types[self.of].requests.insert(self.worker, request);
        true
    }

    fn learn(&self, model: &mut Model, answer: &Value) {
        let id = answer["QualificationRequestId"].as_str().unwrap_or_default();
        if let Some(request) = model.types[self.of].requests.get_mut(&self.worker) {
            id.clone_into(&mut request.id);
        }
    }
}

/// The requester decides about a request.
#[derive(Debug)]
struct Answer {
    of: usize,
    by: usize,
    worker: usize,
    grants: bool,
}

pub fn decide(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let of = any_type(model, chance)?;
    let waiting: Vec<usize> = model.types[of].requests.keys().copied().collect();
    let worker = *chance.pick(&waiting)?;
    let by = somebody(model.types[of].owner, chance);
    Some(Arc::new(Answer { of, by, worker, grants: chance.one_in(2) }))
}

impl Action for Answer {
    fn is_read_first(&self) -> bool {
        true
    }

    fn call(&self, model: &Model) -> Call {
        let id = &model.types[self.of].requests[&self.worker].id;
        let body = json!({"QualificationRequestId": id});
        let name =
            if self.grants { "AcceptQualificationRequest" } else { "RejectQualificationRequest" };
        Call::Api(self.by, name, body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let of = &mut model.types[self.of];
        let request = of.requests.get_mut(&self.worker).filter(|request| request.pending);
        let Some(request) = request.filter(|_| of.owner == self.by) else { return false };
        request.pending = false;
        if self.grants {
            model.set_value(self.of, self.worker, Some(1));
        }
        true
    }
}
