//! How far workers agree on one field: percent agreement, Krippendorff's alpha, majorities.
//!
//! A unit is a HIT, a rater a worker, a value a text. Values of a unit are counted, so that the
//! time is linear in the number of answers however many a HIT has.

use std::collections::{BTreeMap, HashMap, HashSet};

/// The answers to one field.
#[derive(Debug, Default)]
pub struct Labels {
    values: HashMap<String, usize>,
    texts: Vec<String>,
    /// By unit: how often each value was given.
    units: BTreeMap<String, HashMap<usize, u64>>,
    raters: HashSet<String>,
}

/// Why a measure has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undefined {
    /// There are no answers.
    NoAnswers,
    /// All answers are one worker's.
    OneWorker,
    /// No HIT was answered by two workers.
    NoPair,
    /// All answers to HITs that two workers answered are equal: there is no chance to compare with.
    AllEqual,
}

impl Undefined {
    /// The reason in a few words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoAnswers => "no answers",
            Self::OneWorker => "only one worker",
            Self::NoPair => "no HIT was answered twice",
            Self::AllEqual => "all answers are equal",
        }
    }
}

/// What most workers answered to one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Majority {
    /// One value was given more often than each other one.
    Value(String),
    /// These were given equally often, and none more often, in the order of their texts.
    Tie(Vec<String>),
}

/// The measures of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// How many answers there are.
    pub answers: u64,
    /// How many units were answered.
    pub units: usize,
    /// How many workers answered.
    pub workers: usize,
    /// Of all pairs of answers to the same unit, the share whose values are equal: 0 to 1.
    pub agreement: Result<f64, Undefined>,
    /// Krippendorff's alpha for nominal values, where not every worker answered every unit: at most
    /// 1; 0 is what chance gives. Source: K. Krippendorff, "Computing Krippendorff's
    /// Alpha-Reliability", 2011.
    pub alpha: Result<f64, Undefined>,
    /// How many units have one value that was given most often.
    pub decided: usize,
    /// How many have several such values.
    pub tied: usize,
    /// How many different values there are.
    pub different: usize,
    /// The values that were given most often, and how often: the most frequent first, then in the
    /// order of their texts. At most [`MAX_COUNTED`].
    pub counts: Vec<(String, u64)>,
}

/// So many values are counted by name.
pub const MAX_COUNTED: usize = 10;

impl Labels {
    /// Adds an answer. A worker answers a unit once.
    pub fn add(&mut self, unit: &str, rater: &str, value: &str) {
        let known = self.values.get(value).copied();
        let number = known.unwrap_or_else(|| {
            self.texts.push(value.to_owned());
            self.values.insert(value.to_owned(), self.texts.len() - 1);
            self.texts.len() - 1
        });
        if !self.raters.contains(rater) {
            self.raters.insert(rater.to_owned());
        }
        if !self.units.contains_key(unit) {
            self.units.insert(unit.to_owned(), HashMap::new());
        }
        if let Some(counts) = self.units.get_mut(unit) {
            *counts.entry(number).or_default() += 1;
        }
    }

    /// What most workers answered, by unit.
    pub fn majorities(&self) -> impl Iterator<Item = (&str, Majority)> {
        self.units.iter().map(|(unit, counts)| (unit.as_str(), self.majority(counts)))
    }

    /// The measures.
    pub fn measures(&self) -> Measures {
        let mut given = vec![0_u64; self.texts.len()];
        for (value, count) in self.units.values().flatten() {
            given[*value] += count;
        }
        let tied = self.units.values().filter(|counts| is_tie(counts)).count();
        let pairs = Pairs::of(self);
        Measures {
            answers: given.iter().sum(),
            units: self.units.len(),
            workers: self.raters.len(),
            agreement: self.defined().map(|()| pairs.agreement()),
            alpha: self.defined().and_then(|()| pairs.alpha().ok_or(Undefined::AllEqual)),
            decided: self.units.len() - tied,
            tied,
            different: self.texts.len(),
            counts: self.most_frequent(&given),
        }
    }

    fn defined(&self) -> Result<(), Undefined> {
        let has_pair = |counts: &HashMap<usize, u64>| counts.values().sum::<u64>() > 1;
        match self.raters.len() {
            0 => Err(Undefined::NoAnswers),
            1 => Err(Undefined::OneWorker),
            _ if !self.units.values().any(has_pair) => Err(Undefined::NoPair),
            _ => Ok(()),
        }
    }

    fn majority(&self, counts: &HashMap<usize, u64>) -> Majority {
        let most = counts.values().max().copied().unwrap_or_default();
        let first = counts.iter().filter(|(_, count)| **count == most);
        let mut first: Vec<String> = first.map(|(value, _)| self.texts[*value].clone()).collect();
        first.sort_unstable();
        match first.len() {
            1 => Majority::Value(first.remove(0)),
            _ => Majority::Tie(first),
        }
    }

    fn most_frequent(&self, given: &[u64]) -> Vec<(String, u64)> {
        let mut order: Vec<usize> = (0..given.len()).collect();
        let key = |value: &usize| (std::cmp::Reverse(given[*value]), &self.texts[*value]);
        order.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        order.truncate(MAX_COUNTED);
        order.iter().map(|value| (self.texts[*value].clone(), given[*value])).collect()
    }
}

fn is_tie(counts: &HashMap<usize, u64>) -> bool {
    let most = counts.values().max();
    counts.values().filter(|count| Some(*count) == most).count() > 1
}

/// Sums over the units that have at least two answers.
#[derive(Debug, Default)]
struct Pairs {
    /// Pairs of answers to the same unit, and those of them that are equal.
    all: f64,
    equal: f64,
    /// Answers that have another one to be compared with, in all and by value.
    answers: f64,
    by_value: Vec<f64>,
    /// The diagonal of the coincidence matrix.
    coincident: f64,
}

impl Pairs {
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    fn of(labels: &Labels) -> Self {
        let mut sums = Self { by_value: vec![0.0; labels.texts.len()], ..Self::default() };
        for counts in labels.units.values() {
            let of_unit = counts.values().sum::<u64>() as f64;
            if of_unit < 2.0 {
                continue;
            }
            let mut equal = 0.0;
            for (value, count) in counts {
                let count = *count as f64;
                equal += count * (count - 1.0);
                sums.by_value[*value] += count;
            }
            sums.all += of_unit * (of_unit - 1.0) / 2.0;
            sums.equal += equal / 2.0;
            sums.answers += of_unit;
            sums.coincident += equal / (of_unit - 1.0);
        }
        sums
    }

    fn agreement(&self) -> f64 {
        self.equal / self.all
    }

    /// None if all values are equal.
    fn alpha(&self) -> Option<f64> {
        let of_chance = self
            .answers
            .mul_add(self.answers, -self.by_value.iter().map(|count| count * count).sum::<f64>());
        let observed = self.answers - self.coincident;
        (of_chance > 0.0).then(|| 1.0 - (self.answers - 1.0) * observed / of_chance)
    }
}

#[cfg(test)]
mod tests;
