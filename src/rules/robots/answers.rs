//! What a robot answers: which answerers are valid, and what they answer to a HIT.

mod problems;

use std::collections::BTreeMap;

use serde_json::Value;

pub use problems::problems;

use crate::rules::question::fields::{Field, Fields, Kind, Posted, Text};
use crate::rules::question::pattern::Budget;
use crate::rules::robots::parameters::{Parameters, filled, with_known};
use crate::rules::robots::plausible::{first, plausible};
use crate::rules::robots::random::Random;
use crate::shapes::answer::Given;
use crate::shapes::answerer::{Accuracy, AnswerRule, Answerer, Answers, OpenAi, Single, Spam};

/// Stands for every field that has no answerer of its own.
pub const ALL: &str = "*";

/// Who answers.
#[derive(Debug, Clone, Copy)]
pub struct Worker<'a> {
    /// Its worker id.
    pub worker_id: &'a str,
    /// Its number among the workers of the script, from 0.
    pub number: usize,
    /// How many workers the script has.
    pub of: usize,
    /// The script's traits.
    pub traits: &'a Value,
}

/// What a robot works on.
#[derive(Debug, Clone, Copy)]
pub struct Task<'a> {
    /// The HIT's fields.
    pub fields: &'a Fields,
    /// The HIT's parameters.
    pub parameters: &'a Parameters,
    /// The HIT: with the same seed of ids it is the same in each run, and in a world that was
    /// dumped and loaded.
    pub hit_id: &'a str,
    /// How many assignments of the HIT were submitted before this one.
    pub nth: usize,
    /// Who answers.
    pub worker: Worker<'a>,
    /// The script's seed.
    pub seed: i64,
}

/// What is answered at once, and what others are asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// The answers that are there, in the order of the fields.
    pub given: Given,
    /// Who is asked, each once, with the names of the fields. Without fields that are known, the
    /// names are those of the script, or none for `*`.
    pub asked: Vec<(Asked, Vec<String>)>,
}

/// Who is asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// An address.
    Http(String),
    /// A language model.
    OpenAi(OpenAi),
}

impl Asked {
    /// The address that is asked.
    pub fn url(&self) -> String {
        match self {
            Self::Http(url) => url.clone(),
            Self::OpenAi(model) => {
                format!("{}/chat/completions", model.base_url.trim_end_matches('/'))
            }
        }
    }
}

/// Who is asked by any of the answerers, each once.
pub fn asked(answers: &Answers) -> Vec<Asked> {
    let mut all: Vec<Asked> = answers.values().filter_map(asks).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn asks(answerer: &Answerer) -> Option<Asked> {
    let Answerer::Rule(rule) = answerer else { return None };
    let model = || rule.open_ai.clone().map(Asked::OpenAi);
    rule.http.clone().map(Asked::Http).or_else(model)
}

/// What a robot answers to each field, and whom it asks. The fields that no answerer names get
/// plausible answers; names of no field are answered too, since a page may make fields by a script.
pub fn plan(answers: &Answers, task: &Task<'_>, random: &mut Random) -> Plan {
    let (mut plan, mut budget) = (Plan::default(), Budget::default());
    for field in task.fields.open() {
        let answerer = answers.get(&field.name).or_else(|| answers.get(ALL));
        add(&mut plan, answerer, field, task, random, &mut budget);
    }
    let others = answers.iter().filter(|(name, _)| task.fields.find(name).is_none());
    for (name, answerer) in others {
        if name != ALL {
            add(&mut plan, Some(answerer), &unknown(name), task, random, &mut budget);
        } else if let Some(asked) = asks(answerer)
            && task.fields.open().next().is_none()
        {
            plan.asked.push((asked, Vec::new()));
        }
    }
    for (name, answerer) in answers {
        let hidden = |field: &&Field| matches!(field.kind, Kind::Hidden { .. });
        if let Some(field) = task.fields.find(name).filter(hidden) {
            add(&mut plan, Some(answerer), field, task, random, &mut budget);
        }
    }
    plan
}

/// A field of which only the name is known.
pub(super) fn unknown(name: &str) -> Field {
    Field {
        name: name.to_owned(),
        label: None,
        required: false,
        kind: Kind::Text(Text::default()),
        posted: Posted::Text,
    }
}

fn add(
    plan: &mut Plan,
    answerer: Option<&Answerer>,
    field: &Field,
    task: &Task<'_>,
    random: &mut Random,
    budget: &mut Budget,
) {
    let name = field.name.clone();
    if let Some(asked) = answerer.and_then(asks) {
        match plan.asked.iter_mut().find(|(known, _)| *known == asked) {
            Some((_, names)) => names.push(name),
            None => plan.asked.push((asked, vec![name])),
        }
        return;
    }
    let values = match answerer {
        Some(answerer) => answer(answerer, field, task, random, budget),
        None => plausible(field, random, budget),
    };
    plan.given.0.push((name, values));
}

fn answer(
    answerer: &Answerer,
    field: &Field,
    task: &Task<'_>,
    random: &mut Random,
    budget: &mut Budget,
) -> Vec<String> {
    match answerer {
        Answerer::Value(Single(text)) => {
            vec![known_value(field, with_known(text, task.parameters))]
        }
        Answerer::List(list) => {
            let mut places: Vec<usize> = (0..list.len()).collect();
            let round = task.nth / list.len().max(1);
            let parts = ["list", &field.name, task.hit_id, &round.to_string()];
            Random::new(task.seed, &parts).shuffle(&mut places);
            let drawn = places.get(task.nth % list.len().max(1)).and_then(|place| list.get(*place));
            let values = drawn.map(|drawn| drawn.0.as_slice()).unwrap_or_default();
            let value = |text: &String| known_value(field, with_known(text, task.parameters));
            values.iter().map(value).collect()
        }
        Answerer::Rule(rule) => by_rule(rule, field, task, random, budget),
    }
}

fn by_rule(
    rule: &AnswerRule,
    field: &Field,
    task: &Task<'_>,
    random: &mut Random,
    budget: &mut Budget,
) -> Vec<String> {
    if let Some(spam) = rule.spam {
        return spammed(spam, field, task, random, budget);
    }
    if let Some(weights) = &rule.weights {
        let drawn = random.weighted(weights.iter().map(|(value, weight)| (value, *weight)));
        let value = |text: &String| known_value(field, with_known(text, task.parameters));
        return drawn.map(value).into_iter().collect();
    }
    if let Some(spam) = rule.spammers.and_then(|share| spammer(share, task.worker)) {
        return spammed(spam, field, task, random, budget);
    }
    let gold = rule.gold.as_deref().and_then(|gold| filled(gold, task.parameters));
    let Some(gold) = gold else { return plausible(field, random, budget) };
    let right = gold_values(field, &gold);
    if let Some(rows) = &rule.confusion {
        return confused(rows, &gold, right, random);
    }
    let accuracy = rule.accuracy.map_or(1.0, |accuracy| of_worker(accuracy, task.worker));
    if random.share() < accuracy { right } else { wrong(field, &right, random, budget) }
}

/// The kind of spammer that the worker is, if it is one. They are spread evenly over the numbers of
/// the script's workers.
fn spammer(share: f64, worker: Worker<'_>) -> Option<Spam> {
    let before = |number: usize| (count(number) * share + 0.5).floor();
    let place = before(worker.number);
    let is_one = before(worker.number + 1) > place;
    is_one.then_some(if place % 2.0 == 0.0 { Spam::Random } else { Spam::Same })
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn of_worker(accuracy: Accuracy, worker: Worker<'_>) -> f64 {
    match accuracy {
        Accuracy::All(share) => share,
        Accuracy::Between([first, last]) => {
            let steps = count(worker.of.saturating_sub(1)).max(1.0);
            first + (last - first) * count(worker.number) / steps
        }
    }
}

fn spammed(
    spam: Spam,
    field: &Field,
    task: &Task<'_>,
    random: &mut Random,
    budget: &mut Budget,
) -> Vec<String> {
    match spam {
        Spam::Random => plausible(field, random, budget),
        Spam::Same => {
            let parts = ["same", &field.name, &task.worker.number.to_string()];
            plausible(field, &mut Random::new(task.seed, &parts), budget)
        }
        Spam::First => first(field, budget),
    }
}

/// The values of a right answer: those of a list of texts where the field takes several.
fn gold_values(field: &Field, gold: &str) -> Vec<String> {
    let several = match &field.kind {
        Kind::Choice(choice) if choice.most > 1 => serde_json::from_str::<Vec<String>>(gold).ok(),
        _ => None,
    };
    let values = several.unwrap_or_else(|| vec![gold.to_owned()]);
    values.into_iter().map(|value| known_value(field, value)).collect()
}

/// The value of the option that a text names: by its value, or else by what workers see of it.
fn known_value(field: &Field, text: String) -> String {
    let Kind::Choice(choice) = &field.kind else { return text };
    if choice.options.iter().any(|option| option.value == text) {
        return text;
    }
    let is_named = |label: &str| label.trim().eq_ignore_ascii_case(text.trim());
    let mut named = choice.options.iter().filter(|o| o.label.as_deref().is_some_and(is_named));
    named.next().map_or(text, |option| option.value.clone())
}

/// An answer that is not the right one, if the field has another.
fn wrong(field: &Field, right: &[String], random: &mut Random, budget: &mut Budget) -> Vec<String> {
    if let Kind::Choice(choice) = &field.kind {
        let others: Vec<&str> = choice
            .options
            .iter()
            .map(|option| option.value.as_str())
            .filter(|value| !right.iter().any(|right| right == value))
            .collect();
        if let Some(other) = random.pick(&others) {
            return vec![(*other).to_owned()];
        }
        // A single box is ticked, or not.
        return if right.is_empty() { plausible(field, random, budget) } else { Vec::new() };
    }
    (0..10)
        .map(|_| plausible(field, random, budget))
        .find(|values| values != right)
        .unwrap_or_default()
}

fn confused(
    rows: &BTreeMap<String, BTreeMap<String, f64>>,
    gold: &str,
    right: Vec<String>,
    random: &mut Random,
) -> Vec<String> {
    let Some(row) = rows.get(gold) else { return right };
    let drawn = random.weighted(row.iter().map(|(value, weight)| (value, *weight)));
    drawn.cloned().into_iter().collect()
}

#[cfg(test)]
mod tests;
