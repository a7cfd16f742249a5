//! Worlds: the whole market as one JSON file, in and out.
//!
//! A world's lists are the API's own list members, so that what `aws mturk list-hits` and its like
//! once printed is itself a world. Loading is one turn: all of it, or nothing and every reason.

pub mod builtin;
pub mod dump;
pub(crate) mod fields;
mod load;
pub(crate) mod nouns;
mod parallel;
pub mod reset;
mod work;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use fields::Problem;

use crate::fault::Fault;
use crate::money::Cents;
use crate::turn::Turn;
use fields::{Place, Reading};
use nouns::Entries;

/// So many problems are told; more are counted.
const TOLD: usize = 200;

/// Files that were read and found to be JSON of the right form.
#[derive(Debug)]
pub struct Worlds {
    texts: Vec<String>,
    entries: Entries,
}

/// What was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Loaded {
    /// HITs.
    #[serde(rename = "HITs")]
    pub hits: usize,
    /// Assignments, in work ones included.
    pub assignments: usize,
    /// Workers who were not known before, or are named by the files.
    pub workers: usize,
    /// Entries of a world's other lists, by their names; a list without any is not among them.
    #[serde(flatten)]
    pub others: BTreeMap<&'static str, usize>,
}

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hits, assignments, workers, others } = self;
        write!(f, "{hits} HITs, {assignments} assignments, {workers} workers")?;
        others.iter().try_for_each(|(name, count)| write!(f, ", {name}: {count}"))
    }
}

/// Why nothing was loaded.
#[derive(Debug)]
pub enum Refusal {
    /// The files are wrong, in these places.
    Problems(Vec<Problem>),
    /// The market failed.
    Fault(Fault),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Refusal {
    /// Every reason, a line each.
    #[must_use]
    pub fn message(&self, names: &[String]) -> String {
        match self {
            Self::Fault(fault) => fault.to_string(),
            Self::Problems(problems) => {
                let lines: Vec<String> = problems
                    .iter()
                    .map(|problem| match names.get(problem.file) {
                        Some(name) => format!("{name}, {problem}"),
                        None => problem.to_string(),
                    })
                    .collect();
                lines.join("\n")
            }
        }
    }
}

impl Worlds {
    /// Reads the files.
    ///
    /// # Errors
    /// Every place that is not as a world has it.
    pub fn read(texts: Vec<String>) -> Result<Arc<Self>, Vec<Problem>> {
        let views: Vec<&str> = texts.iter().map(String::as_str).collect();
        let reading = Reading::new(&views);
        let entries = nouns::read(&reading);
        let problems = reading.into_problems();
        if problems.is_empty() {
            return Ok(Arc::new(Self { texts, entries }));
        }
        Err(cut(problems))
    }

    /// What they say that the requester with this access key can spend.
    fn balance(&self, access_key: &str) -> Option<Cents> {
        let entries = self.entries.requesters.iter();
        entries.rev().find(|entry| entry.access_key == access_key).and_then(|entry| entry.balance)
    }

    /// Loads them on top of what is there, within `turn`.
    ///
    /// # Errors
    /// Every place that does not fit; the turn must then be taken back.
    pub async fn load(&self, turn: &mut Turn) -> Result<Loaded, Refusal> {
        turn.ids.depart(&self.texts);
        let (loaded, problems) = load::load(turn, &self.entries).await?;
        if problems.is_empty() {
            return Ok(loaded);
        }
        let tell = |(place, reason): (Place, String)| place.problem(&self.texts, reason);
        let told = problems.into_iter().take(TOLD + 1).map(tell).collect();
        Err(Refusal::Problems(cut(told)))
    }
}

/// The first problems in the order of the files.
fn cut(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|a, b| (a.file, a.line, &a.path).cmp(&(b.file, b.line, &b.path)));
    if problems.len() > TOLD {
        problems.truncate(TOLD);
        if let Some(last) = problems.last_mut() {
            last.reason.push_str("; there are more problems behind this one");
        }
    }
    problems
}
