//! What requesters do with HITs.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Action, Call, any_hit, dollars, somebody};
use crate::reviews;
use crate::simulation::chance::Chance;
use crate::simulation::model::{Hit, Model, Phase, REQUESTERS, SECOND};
use crate::world::{changed, hit};

/// A new HIT, as the model has it before anything happened to it.
#[derive(Debug)]
struct Create(Hit);

#[expect(clippy::unnecessary_wraps, reason = "others may have nothing to be about")]
pub fn create(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let owner = chance.below(REQUESTERS.len());
    let own = (0..model.types.len()).find(|of| model.types[*of].owner == owner);
    let dear = chance.one_in(12);
    Some(Arc::new(Create(Hit {
        id: String::new(),
        name: format!("hit {} of {owner} {}", model.hits.len(), model.now),
        owner,
        reward_cents: if dear { 40_000 } else { chance.between(0, 60) },
        duration_s: chance.between(60, 7200),
        approval_delay_s: chance.between(0, 5 * 86_400),
        max: if chance.one_in(6) { 10 } else { chance.between(1, 4) },
        expire_at: chance.between(30, 4 * 86_400),
        ended: false,
        phase: Phase::Open,
        disposal_at: None,
        reviewed_by_policy: chance.one_in(6),
        requires: own.filter(|_| chance.one_in(4)),
        works: Vec::new(),
        status: "Assignable",
    })))
}

impl Action for Create {
    fn call(&self, model: &Model) -> Call {
        let Hit { name, owner, max, .. } = &self.0;
        let mut changes = json!({"MaxAssignments": max, "RequesterAnnotation": name, "Title": name,
            "UniqueRequestToken": name, "Reward": dollars(self.0.reward_cents),
            "AssignmentDurationInSeconds": self.0.duration_s, "LifetimeInSeconds": self.0.expire_at,
            "AutoApprovalDelayInSeconds": self.0.approval_delay_s});
        if self.0.reviewed_by_policy {
            let policy = reviews::known(&json!({"AnswerKey": {"q": ["right"]},
                "ApproveIfKnownAnswerScoreIsAtLeast": "100",
                "RejectIfKnownAnswerScoreIsLessThan": "100"}));
            changes = changed(changes, policy);
        }
        if let Some(of) = self.0.requires {
            changes["QualificationRequirements"] = json!([{"Comparator": "Exists",
                "QualificationTypeId": model.types[of].id}]);
        }
        Call::Api(*owner, "CreateHIT", hit(changes))
    }

    fn apply(&self, model: &mut Model) -> bool {
        model.if_affordable(self.0.owner, |model| {
            let expire_at = model.now + self.0.expire_at * SECOND;
            model.hits.push(Hit { expire_at, ..self.0.clone() });
            model.emit("HITCreated", model.hits.len() - 1, None);
            model.use_token(self.0.owner, &format!("HIT {}", self.0.name))
        })
    }

    fn learn(&self, model: &mut Model, answer: &Value) {
        let id = answer["HIT"]["HITId"].as_str().unwrap_or_default();
        id.clone_into(&mut model.hits.last_mut().unwrap().id);
    }

    fn token(&self) -> Option<(usize, String)> {
        Some((self.0.owner, format!("HIT {}", self.0.name)))
    }
}

#[derive(Debug)]
struct Extend {
    hit: usize,
    by: usize,
    count: i64,
    token: String,
}

pub fn extend(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let hit = any_hit(model, chance)?;
    let token = format!("more {hit} {} {}", model.now, model.hits[hit].max);
    let by = somebody(model.hits[hit].owner, chance);
    Some(Arc::new(Extend { hit, by, count: chance.between(1, 3), token }))
}

impl Action for Extend {
    fn call(&self, model: &Model) -> Call {
        let body = json!({"HITId": model.hits[self.hit].id, "UniqueRequestToken": self.token,
            "NumberOfAdditionalAssignments": self.count});
        Call::Api(self.by, "CreateAdditionalAssignmentsForHIT", body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let hit = &model.hits[self.hit];
        let max = hit.max + self.count;
        if hit.owner != self.by || hit.is_disposed() || hit.max < 10 && max >= 10 {
            return false;
        }
        model.if_affordable(self.by, |model| {
            model.hits[self.hit].max = max;
            model.reopen(self.hit);
            model.emit("HITExtended", self.hit, None);
            model.keep(self.hit);
            model.use_token(self.by, &self.token)
        })
    }

    fn token(&self) -> Option<(usize, String)> {
        Some((self.by, self.token.clone()))
    }
}

/// The HIT gets another end: the past, or a later one.
#[derive(Debug)]
struct Expire {
    hit: usize,
    by: usize,
    at: i64,
}

pub fn prolong(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let hit = any_hit(model, chance)?;
    let later = model.hits[hit].expire_at.max(model.now) / SECOND * SECOND;
    // An earlier end is refused.
    let minutes = if chance.one_in(10) { -1 } else { chance.between(1, 2 * 1440) };
    let at = later + 60 * minutes * SECOND;
    Some(Arc::new(Expire { hit, by: somebody(model.hits[hit].owner, chance), at }))
}

pub fn end(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let hit = any_hit(model, chance)?;
    Some(Arc::new(Expire { hit, by: somebody(model.hits[hit].owner, chance), at: 0 }))
}

impl Action for Expire {
    fn call(&self, model: &Model) -> Call {
        let body = json!({"HITId": model.hits[self.hit].id, "ExpireAt": self.at / SECOND});
        Call::Api(self.by, "UpdateExpirationForHIT", body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let (now, hit) = (model.now, &mut model.hits[self.hit]);
        if hit.owner != self.by || hit.is_disposed() {
            return false;
        }
        if self.at <= now {
            let had_time = hit.expire_at > now;
            hit.expire_at = hit.expire_at.min(now);
            if had_time {
                model.end(self.hit);
            }
            return true;
        }
        if self.at < hit.expire_at / SECOND * SECOND {
            return false;
        }
        model.if_affordable(self.by, |model| {
            let hit = &mut model.hits[self.hit];
            (hit.expire_at, hit.ended) = (self.at, false);
            model.reopen(self.hit);
            model.emit("HITExtended", self.hit, None);
            model.keep(self.hit);
            model.use_token(self.by, &format!("end {} {}", self.hit, self.at))
        })
    }
}

#[derive(Debug)]
struct Review {
    hit: usize,
    by: usize,
    revert: bool,
}

pub fn review(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let hit = any_hit(model, chance)?;
    let by = somebody(model.hits[hit].owner, chance);
    Some(Arc::new(Review { hit, by, revert: chance.one_in(2) }))
}

impl Action for Review {
    fn call(&self, model: &Model) -> Call {
        let body = json!({"HITId": model.hits[self.hit].id, "Revert": self.revert});
        Call::Api(self.by, "UpdateHITReviewStatus", body)
    }

    fn apply(&self, model: &mut Model) -> bool {
        let (from, phase) =
            if self.revert { ("Reviewing", Phase::Open) } else { ("Reviewable", Phase::Reviewing) };
        let (now, hit) = (model.now, &mut model.hits[self.hit]);
        if hit.owner != self.by || hit.status_at(now) != from {
            return false;
        }
        hit.phase = phase;
        model.keep(self.hit);
        true
    }
}

#[derive(Debug)]
struct Delete {
    hit: usize,
    by: usize,
}

pub fn delete(model: &Model, chance: &mut Chance) -> Option<Arc<dyn Action>> {
    let hit = any_hit(model, chance)?;
    Some(Arc::new(Delete { hit, by: somebody(model.hits[hit].owner, chance) }))
}

impl Action for Delete {
    fn call(&self, model: &Model) -> Call {
        Call::Api(self.by, "DeleteHIT", json!({"HITId": model.hits[self.hit].id}))
    }

    fn apply(&self, model: &mut Model) -> bool {
        model.hits[self.hit].owner == self.by && model.dispose(self.hit)
    }
}
