//! What requesters, workers and the clock do.
//!
//! To add an action, write a struct with [`Action`] and add a line to [`CHOICES`].

mod faults;
mod hits;
mod market;
mod people;
mod robots;
mod snapshots;
mod work;

use std::fmt::Debug;
use std::sync::Arc;

use serde_json::Value;

use super::chance::Chance;
use super::model::Model;

/// A request to the market.
#[derive(Debug, Clone)]
pub enum Call {
    /// By the requester with this index, of this operation.
    Api(usize, &'static str, Value),
    /// To the control API, a POST.
    Control(String, Value),
    /// To the control API, a DELETE.
    Delete(String),
    /// A page in a worker's browser posts these fields to `externalSubmit`.
    Form(String),
    /// The market is dumped, and loaded in its own place.
    Reload,
}

/// Something that is done, with what it has to do to the market.
pub trait Action: Debug + Send + Sync {
    /// The request, with the ids that the model knows.
    fn call(&self, model: &Model) -> Call;

    /// Does it to the model. False: it is refused, and the model is as it was.
    fn apply(&self, model: &mut Model) -> bool;

    /// Takes ids from the answer of an action that was done.
    fn learn(&self, _model: &mut Model, _answer: &Value) {}

    /// Whether it takes several transactions, so that it is done alone, and an error does not mean
    /// that nothing was done.
    fn takes_several_turns(&self) -> bool {
        false
    }

    /// Whether it forgets HITs and work that were there.
    fn goes_back(&self) -> bool {
        false
    }

    /// Whether what was sent is read and checked before its one turn: a client that goes away
    /// meanwhile leaves nothing behind.
    fn is_read_first(&self) -> bool {
        false
    }

    /// The requester and its UniqueRequestToken, with which a client may send the very same again.
    fn token(&self) -> Option<(usize, String)> {
        None
    }
}

/// Proposes an action, if the market has what it is about.
type Choice = fn(&Model, &mut Chance) -> Option<Arc<dyn Action>>;

/// How often each is tried, and how it is made.
const CHOICES: &[(usize, Choice)] = &[
    (6, hits::create),
    (2, hits::extend),
    (2, hits::prolong),
    (3, hits::end),
    (2, hits::review),
    (3, hits::delete),
    (7, work::accept),
    (6, work::submit),
    (2, work::return_place),
    (8, work::at_once),
    (5, work::approve),
    (4, work::reject),
    (2, people::pay),
    (1, people::block),
    (1, people::unblock),
    (1, people::make_type),
    (2, people::grant),
    (1, people::revoke),
    (2, people::ask),
    (2, people::decide),
    (6, market::advance),
    (1, market::reload),
    (2, faults::fail),
    (3, robots::come),
    (1, robots::go),
    (1, snapshots::keep),
    (1, snapshots::restore),
];

/// The next action; a repetition of one of `sent` now and then.
pub fn choose(
    model: &Model,
    sent: &[Arc<dyn Action>],
    chance: &mut Chance,
) -> Option<Arc<dyn Action>> {
    if chance.one_in(20)
        && let Some(again) = chance.pick(sent)
        && again.token().is_none_or(|token| model.protects(&token))
    {
        return Some(Arc::clone(again));
    }
    let all: usize = CHOICES.iter().map(|(weight, _)| weight).sum();
    let mut at = chance.below(all);
    for (weight, choice) in CHOICES {
        if at < *weight {
            return choice(model, chance);
        }
        at -= weight;
    }
    None
}

/// A HIT: mostly one that is not deleted.
fn any_hit(model: &Model, chance: &mut Chance) -> Option<usize> {
    let live: Vec<usize> =
        (0..model.hits.len()).filter(|at| !model.hits[*at].is_disposed()).collect();
    if chance.one_in(20) {
        return (!model.hits.is_empty()).then(|| chance.below(model.hits.len()));
    }
    chance.pick(&live).copied()
}

/// The owner; now and then somebody else, who is refused.
fn somebody(owner: usize, chance: &mut Chance) -> usize {
    if chance.one_in(15) { 1 - owner } else { owner }
}

/// An amount as requesters write it.
fn dollars(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
