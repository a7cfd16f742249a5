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

use std::fmt;
use std::sync::Arc;

pub use fields::Problem;

use crate::fault::Fault;
use crate::money::Cents;
use crate::store::requesters::Requester;
use crate::turn::Turn;
use fields::{Problems, Reading};
use nouns::{Entries, Owner};

/// Files that were read and found to be JSON objects, with every problem of their entries.
#[derive(Debug)]
pub struct Worlds {
    texts: Vec<String>,
    entries: Entries,
    problems: Problems,
}

/// What was loaded: how many of each list.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the members are named as the lists of a world")]
pub struct Loaded {
    pub requesters: usize,
    /// Everyone whom the files name.
    pub workers: usize,
    pub qualification_types: usize,
    pub qualifications: usize,
    pub qualification_requests: usize,
    #[serde(rename = "HITLayouts")]
    pub hit_layouts: usize,
    /// Those with entries of their own.
    #[serde(rename = "HITTypes")]
    pub hit_types: usize,
    #[serde(rename = "HITs")]
    pub hits: usize,
    /// Those in work included.
    pub assignments: usize,
    pub uploaded_files: usize,
    pub bonus_payments: usize,
    pub worker_blocks: usize,
    pub messages: usize,
    /// Who owns the entries that name no requester: several, if the files begin with different
    /// requesters and nobody else was named.
    #[serde(skip)]
    pub owners: Vec<Arc<Requester>>,
}

impl Loaded {
    /// The one requester who owns the entries that name none.
    #[must_use]
    pub fn owner(&self) -> Option<&Requester> {
        match self.owners.as_slice() {
            [owner] => Some(owner),
            _ => None,
        }
    }
}

impl fmt::Display for Loaded {
    /// The lists that had something.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lists = serde_json::to_value(self).unwrap_or_default();
        let lists = lists.as_object().into_iter().flatten().filter(|(_, count)| **count != 0);
        let lists: Vec<String> = lists.map(|(name, count)| format!("{name}: {count}")).collect();
        f.write_str(if lists.is_empty() { "nothing" } else { "" })?;
        f.write_str(&lists.join(", "))
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
    /// Reads the files. Problems of entries are told by [`Worlds::load`], together with those that
    /// only the market knows.
    ///
    /// # Errors
    /// A file is no JSON object: then every place that is not as a world has it, in any file.
    pub fn read(texts: Vec<String>) -> Result<Arc<Self>, Vec<Problem>> {
        let views: Vec<&str> = texts.iter().map(String::as_str).collect();
        let reading = Reading::new(&views);
        let entries = nouns::read(&reading);
        let lost = reading.has_lost();
        let problems = reading.into_problems();
        if lost {
            return Err(problems.told(&texts));
        }
        Ok(Arc::new(Self { texts, entries, problems }))
    }

    /// The files.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Whether the files are as worlds have it, whatever market they are loaded into.
    ///
    /// # Errors
    /// Every place that is not.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Refusal::Problems(self.problems.told(&self.texts)))
    }

    /// What they say that the requester can spend: as a saved balance, or beside its key.
    fn balance(&self, requester: &Requester, owner: Option<&str>) -> Option<Cents> {
        let Requester { id, access_key, .. } = requester;
        let owns = |of: &Owner| {
            let name = of.name(owner);
            name == id || name == access_key
        };
        let saved = self.entries.balances.iter().rev().find(|entry| owns(&entry.owner));
        let mut beside = self.entries.requesters.iter().rev();
        let beside = || beside.find(|entry| entry.access_key == *access_key)?.balance;
        saved.map(|entry| entry.available).or_else(beside)
    }

    /// Moves the market ahead to the time at which they were dumped, where they say it and the
    /// market's is earlier. What falls due by that is for the caller to settle before they are
    /// loaded.
    ///
    /// # Errors
    /// The database failed.
    pub async fn move_clock(&self, turn: &mut Turn) -> Result<(), Fault> {
        if let Some(at) = self.entries.now.filter(|at| turn.arrived_at < *at) {
            turn.set_clock(turn.clock.set_to(at, turn.real.at)).await?;
            turn.move_to(at);
        }
        Ok(())
    }

    /// Loads them on top of what is there, within `turn`. `owner` (an access key or an id) owns the
    /// entries that name no requester; without it, the first requester of their file does.
    ///
    /// # Errors
    /// Every place that does not fit; the turn must then be taken back.
    pub async fn load(&self, turn: &mut Turn, owner: Option<&str>) -> Result<Loaded, Refusal> {
        turn.ids.depart(&self.texts);
        let (loaded, mut problems) =
            load::load(turn, &self.entries, self.problems.is_empty(), owner).await?;
        problems.extend(&self.problems);
        if problems.is_empty() {
            return Ok(loaded);
        }
        Err(Refusal::Problems(problems.told(&self.texts)))
    }
}
