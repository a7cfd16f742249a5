//! One history: steps, what the model makes of them, and what is looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::actions::{Action, Call, choose};
use super::chance::Chance;
use super::check;
use super::lists::Walk;
use super::model::{DAY, How, Model, SECOND};
use super::process::{Harm, Outcome, Process, is_postgres};
use super::watched::Watched;
use crate::world::START;

/// So many steps a history has.
pub const STEPS: u64 = 30;
/// After so many steps everything is looked at, whether or not something went wrong.
const LOOK_EVERY: u64 = 15;
/// So many lists are read at the same time.
const WALKS: usize = 3;

/// Why a history ended, and what led there.
pub struct Failure {
    pub why: String,
    pub log: Vec<String>,
}

/// An action with what became of it.
type Done = (Arc<dyn Action>, Outcome);

struct History {
    process: Process,
    model: Model,
    walks: Vec<Walk>,
    /// Actions with a token, which may be sent again.
    sent: Vec<Arc<dyn Action>>,
}

/// Plays a history, without the steps that are left out.
pub async fn history(
    seed: u64,
    left_out: &BTreeSet<u64>,
    log: &mut Vec<String>,
) -> Result<(), String> {
    let production = !seed.is_multiple_of(3);
    let process = Process::begin(production).await;
    let model = Model::new(production, START * SECOND);
    let mut history = History { process, model, walks: Vec::new(), sent: Vec::new() };
    for step in (0..STEPS).filter(|step| !left_out.contains(step)) {
        let mut chance = Chance::new(seed, step);
        history.step(step, &mut chance, log).await?;
        if step % LOOK_EVERY == LOOK_EVERY - 1 {
            check::market(&history.process.world, &history.model, &mut chance).await?;
        }
    }
    log.push("at the end".to_owned());
    history.end(&mut Chance::new(seed, STEPS)).await
}

impl History {
    async fn step(
        &mut self,
        step: u64,
        chance: &mut Chance,
        log: &mut Vec<String>,
    ) -> Result<(), String> {
        let actions = self.actions(chance);
        let harm = Harm::any(is_postgres(), chance);
        log.push(format!("{step}: {actions:?} {harm:?}"));
        let calls = actions.iter().map(|action| action.call(&self.model)).collect();
        let watched = Watched::begin(&self.process.world, &self.model);
        let outcomes = self.process.run(calls, harm, chance).await;
        log.extend(outcomes.iter().map(|outcome| format!("    {outcome}")));
        let done: Vec<Done> = actions.into_iter().zip(outcomes).collect();
        for (action, _) in done.iter().filter(|(action, _)| action.token().is_some()) {
            self.sent.push(Arc::clone(action));
        }
        self.follow(&done, chance).await?;
        // A process that has ended, or was told of no commit, wakes nobody.
        if !matches!(harm, Harm::Crash(_) | Harm::Restart | Harm::Cut(_)) {
            watched.check(&self.model)?;
        }
        if done.iter().any(|(action, _)| action.goes_back()) {
            // What they are about may be gone.
            self.sent.clear();
        }
        if matches!(harm, Harm::Crash(_)) {
            check::integrity(&self.process.world).await?;
        }
        let model = &self.model;
        self.walks.retain_mut(|walk| walk.goes_on(model));
        self.walk(chance).await
    }

    /// One action, or some that come at once.
    fn actions(&self, chance: &mut Chance) -> Vec<Arc<dyn Action>> {
        let count = if chance.one_in(4) { 1 + chance.below(3) } else { 1 };
        let mut actions = Vec::new();
        for _ in 0..count {
            actions.extend(choose(&self.model, &self.sent, chance));
        }
        // A client that sends the same twice at once.
        if chance.one_in(8) {
            actions.extend(actions.first().cloned());
        }
        // A rule is asked in a turn of its own, so that others could come in between.
        if !self.model.faults.is_empty() {
            actions.truncate(1);
        }
        let alone = actions.iter().position(|action| action.takes_several_turns());
        if let Some(at) = alone {
            actions = vec![actions.swap_remove(at)];
        }
        actions
    }

    /// What the market may be now; if that is more than one thing, the market says which it is.
    async fn follow(&mut self, done: &[Done], chance: &mut Chance) -> Result<(), String> {
        let mut may_be = Vec::new();
        for order in orders(done) {
            let mut models = vec![self.model.clone()];
            for at in order {
                models = models.iter().flat_map(|model| after(model, &done[at])).collect();
            }
            may_be.extend(models);
        }
        if may_be.is_empty() {
            return Err(format!("the model says otherwise: {:#?}", self.model));
        }
        let is_sure = may_be.len() == 1
            && done.iter().all(|(_, outcome)| is_answered(outcome))
            // Nobody is told what robots make.
            && !may_be[0].has_unknown_ids();
        let (mut why, world) = (String::new(), &self.process.world);
        for mut model in may_be {
            if !is_sure {
                check::learn(world, &mut model).await;
                if let Err(differs) = check::market(world, &model, &mut chance.clone()).await {
                    why += &differs;
                    continue;
                }
            }
            self.model = model;
            return Ok(());
        }
        Err(why)
    }

    async fn walk(&mut self, chance: &mut Chance) -> Result<(), String> {
        if self.walks.len() < WALKS && chance.one_in(3) {
            self.walks.extend(Walk::begin(&self.model, chance));
        }
        if chance.one_in(2) || self.walks.is_empty() {
            return Ok(());
        }
        let at = chance.below(self.walks.len());
        if self.walks[at].step(&self.process.world, &self.model).await? {
            self.walks.swap_remove(at);
        }
        Ok(())
    }

    /// All that is to happen by itself happens; in the market that the dump loads to as well.
    async fn end(mut self, chance: &mut Chance) -> Result<(), String> {
        check::integrity(&self.process.world).await?;
        let dumped = self.process.world.done("GET", "/world", Value::Null).await;
        let production = self.model.production;
        let mut loaded = self.model.clone();
        loaded.events.clear();
        loaded.snapshots.clear();
        much_later(&self.process, &mut self.model, chance).await?;
        if chance.one_in(3) {
            let process = Process::begin(production).await;
            process.world.done("PUT", "/world", dumped.clone()).await;
            let again = process.world.done("GET", "/world", Value::Null).await;
            if again != dumped {
                return Err(format!("a dump loads to another market: {dumped}\n{again}"));
            }
            much_later(&process, &mut loaded, chance).await?;
        }
        Ok(())
    }
}

async fn much_later(
    process: &Process,
    model: &mut Model,
    chance: &mut Chance,
) -> Result<(), String> {
    check::market(&process.world, model, chance).await?;
    process.world.done("POST", "/clock", json!({"advance": "400d"})).await;
    model.advance_to(model.now + 400 * DAY);
    check::market(&process.world, model, chance).await
}

fn is_answered(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Answered(..))
}

/// In which orders calls may have been done that came at once.
fn orders(done: &[Done]) -> Vec<Vec<usize>> {
    let one_may_pass = done.iter().any(|(action, _)| action.is_read_first());
    if !is_postgres() && !one_may_pass {
        return vec![(0..done.len()).collect()];
    }
    let mut orders = vec![Vec::new()];
    for at in 0..done.len() {
        let insert = |order: &Vec<usize>| -> Vec<Vec<usize>> {
            let places = 0..=order.len();
            places.map(|place| [&order[..place], &[at], &order[place..]].concat()).collect()
        };
        orders = orders.iter().flat_map(insert).collect();
    }
    orders
}

/// What the market may be after an action with this outcome: nothing if the answer is wrong.
fn after(model: &Model, (action, outcome): &Done) -> Vec<Model> {
    if let Call::Api(_, operation, _) = action.call(model)
        && let Some(rule) = model.rule_for(operation)
    {
        return by_rule(model, rule, action.as_ref(), outcome);
    }
    let mut then = model.clone();
    let done = action.apply(&mut then);
    then.let_robots_work();
    let in_one_turn = !action.takes_several_turns();
    match outcome {
        Outcome::Answered(status, answer) => {
            if done && *status == 200 {
                action.learn(&mut then, answer);
            }
            if done == (*status == 200) { vec![then] } else { vec![] }
        }
        // An error says that nothing was done; only PostgreSQL's connection may break in COMMIT.
        Outcome::Failed(_) if in_one_turn && !is_postgres() => vec![model.clone()],
        // Nobody waits, and it is done all the same, unless rules were asked before.
        Outcome::Gone if in_one_turn && model.faults.is_empty() => vec![then],
        _ if done => vec![model.clone(), then],
        _ => vec![then],
    }
}

/// What the market may be after a call to which a rule applies.
fn by_rule(model: &Model, rule: usize, action: &dyn Action, outcome: &Outcome) -> Vec<Model> {
    let mut used = model.clone();
    let how = used.use_rule(rule);
    let mut then = used.clone();
    action.apply(&mut then);
    then.let_robots_work();
    match (how, outcome) {
        (How::Throttled, Outcome::Answered(400, answer))
            if answer["__type"] == "ThrottlingException" =>
        {
            vec![used]
        }
        (_, Outcome::Answered(..)) => vec![],
        (How::Lost, _) => vec![model.clone(), used, then],
        _ => vec![model.clone(), used],
    }
}
