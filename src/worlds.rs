//! Worlds: the whole market as one JSON file, in and out.
//!
//! A world's lists are the API's own list members, so that what `aws mturk list-hits` and its like
//! once printed is itself a world. Loading is one turn: all of it, or nothing and every reason.

pub mod archive;
pub mod builtin;
pub mod dump;
pub(crate) mod entries;
pub mod labels;
mod load;
mod merge;
mod node;
mod outline;
mod parallel;
mod portions;
mod problem;
mod read_entry;
mod read_files;
pub mod reset;
pub mod snapshots;

use std::fmt;
use std::sync::Arc;

use serde_json::value::RawValue;
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

pub use problem::Problem;

use crate::digest::sha256;
use crate::fault::Fault;
use crate::money::Cents;
use crate::rules::robots::script::Robot;
use crate::shapes::fault_rule::FaultRule;
use crate::shapes::webhook::Webhook;
use crate::spool::Spool;
use crate::store::requesters::Requester;
use crate::turn::{Turn, TurnError};
use merge::Owner;
use portions::Portions;
use problem::{Problems, Reading};
use read_files::Entries;

/// Files that were read and found to be JSON objects, with every problem of their entries.
#[derive(Debug)]
pub struct Worlds {
    texts: Vec<String>,
    /// For whom they were read: who owns the entries that name no requester.
    owner: Option<String>,
    entries: Entries,
    problems: Problems,
    /// The HITs of a long world, which are not among the entries; then there are no texts.
    portions: Option<Arc<Portions>>,
}

/// What was loaded: how many of each list.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, ToSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
#[schema(as = Counts)]
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
    pub faults: usize,
    pub webhooks: usize,
    /// The fault rules, with their numbers.
    #[serde(skip)]
    pub fault_rules: Vec<FaultRule>,
    /// The webhooks, with their ids and secrets.
    #[serde(skip)]
    pub webhooks_added: Vec<Webhook>,
    pub batches: usize,
    pub robots: usize,
    /// The crowds of robots, with their numbers.
    #[serde(skip)]
    pub crowds: Vec<Robot>,
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

impl TurnError for Refusal {
    fn fault(&self) -> Option<&Fault> {
        if let Self::Fault(fault) = self { Some(fault) } else { None }
    }
}

impl Refusal {
    /// Every reason, a line each.
    #[must_use]
    pub fn message(&self, names: &[String]) -> String {
        match self {
            Self::Fault(fault) => fault.to_string(),
            Self::Problems(problems) => {
                let lines: Vec<String> =
                    problems.iter().map(|problem| problem.with_names(names)).collect();
                lines.join("\n")
            }
        }
    }
}

/// How the description of the control API shows files that are loaded.
impl PartialSchema for Worlds {
    fn schema() -> RefOr<Schema> {
        let world = || Ref::from_schema_name("World");
        let either = OneOfBuilder::new().item(world()).item(ArrayBuilder::new().items(world()));
        either.description(Some("One world, or several that are loaded together.")).into()
    }
}

impl ToSchema for Worlds {}

impl Worlds {
    /// Reads the files. Problems of entries are reported by [`Worlds::load`], together with those
    /// that only the market knows.
    ///
    /// # Errors
    /// A file is no JSON object: then every place that is wrong, in any file.
    pub fn read(texts: Vec<String>) -> Result<Arc<Self>, Vec<Problem>> {
        Self::read_for(None, texts)
    }

    /// As [`Worlds::read`], for the owner (an access key or an id) of the entries that name no
    /// requester: entries of two files are one only if they have one owner.
    ///
    /// # Errors
    /// As [`Worlds::read`].
    pub fn read_for(owner: Option<&str>, texts: Vec<String>) -> Result<Arc<Self>, Vec<Problem>> {
        let reading = Reading::new(&texts);
        let entries = read_files::read(&reading, owner);
        let problems = reading.into_problems();
        let Some(entries) = entries else { return Err(problems.with_lines(&texts)) };
        let owner = owner.map(str::to_owned);
        Ok(Arc::new(Self { texts, owner, entries, problems, portions: None }))
    }

    /// As [`Worlds::read_for`], of a spool with one world or an array of worlds. The HITs of a long
    /// world are read when it is loaded. If something turns out to be wrong then, not every problem
    /// is told: [`Worlds::whole`] tells them.
    ///
    /// # Errors
    /// As [`Worlds::read_for`]; the spool is no text, or cannot be read.
    pub fn open(owner: Option<&str>, spool: Spool) -> Result<Arc<Self>, Refusal> {
        match Portions::open(spool, owner) {
            Ok(opened) => Ok(Arc::new(Self::of(owner, opened))),
            Err(spool) => Self::read_all(owner, &portions::text(&spool)?),
        }
    }

    /// A long world in a spool, whose HITs are read when it is loaded, as of [`Worlds::open`]; none
    /// if it is short or unusual, or something is wrong with it.
    #[must_use]
    pub fn long(owner: Option<&str>, spool: Spool) -> Option<Arc<Self>> {
        Portions::open(spool, owner).ok().map(|opened| Arc::new(Self::of(owner, opened)))
    }

    fn of(owner: Option<&str>, (portions, entries): (Portions, Entries)) -> Self {
        Self {
            texts: Vec::new(),
            owner: owner.map(str::to_owned),
            entries,
            problems: Problems::default(),
            portions: Some(Arc::new(portions)),
        }
    }

    /// The worlds with all that is in them in memory, if they are not.
    ///
    /// # Errors
    /// As [`Worlds::open`].
    pub fn whole(&self) -> Result<Option<Arc<Self>>, Refusal> {
        let Some(portions) = &self.portions else { return Ok(None) };
        Self::read_all(self.owner.as_deref(), &portions.text()?).map(Some)
    }

    /// One world, or each of an array.
    fn read_all(owner: Option<&str>, body: &str) -> Result<Arc<Self>, Refusal> {
        let body = body.trim_start_matches('\u{feff}');
        let texts = if body.trim_start().starts_with('[') {
            let worlds: Vec<&RawValue> =
                serde_json::from_str(body).map_err(|e| Fault::unreadable(e.to_string()))?;
            worlds.into_iter().map(|world| world.get().to_owned()).collect()
        } else {
            vec![body.to_owned()]
        };
        Self::read_for(owner, texts).map_err(Refusal::Problems)
    }

    /// The files.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Whether the files are as worlds have it, whatever market they are loaded into.
    ///
    /// # Errors
    /// Every place that is not; of a long world, some of them.
    pub fn check(&self) -> Result<(), Refusal> {
        for portion in self.portions.iter().flat_map(|portions| portions.read(false)) {
            let problems = portion?.problems;
            if !problems.is_empty() {
                return Err(Refusal::Problems(problems.with_lines(&[])));
            }
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Refusal::Problems(self.problems.with_lines(&self.texts)))
    }

    /// What the requester can spend by them: as a saved balance, or beside its key.
    fn balance(&self, requester: &Requester, owner: Option<&str>) -> Option<Cents> {
        let Requester { id, access_key, .. } = requester;
        let owns = |of: &Owner| {
            let name = of.name(owner);
            name == id || name == access_key
        };
        let saved = self.entries.balances.iter().rfind(|entry| owns(&entry.owner));
        let mut all = self.entries.requesters.iter();
        let beside = || all.rfind(|entry| *entry.access_key_id == *access_key)?.available_balance;
        saved.map(|entry| entry.entry).or_else(beside).map(|funds| funds.0)
    }

    /// Moves the market ahead to the time at which they were dumped, where they hold it and the
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
    /// Every place that does not fit, or of a long world some or none of them: see
    /// [`Worlds::whole`]. The turn must then be taken back.
    pub async fn load(&self, turn: &mut Turn, owner: Option<&str>) -> Result<Loaded, Refusal> {
        let own = if self.texts.len() > 1 && owner.is_some() && self.owner.as_deref() != owner {
            Some(Self::read_for(owner, self.texts.clone()).map_err(Refusal::Problems)?)
        } else {
            None
        };
        let Self { texts, entries, problems, portions, .. } = own.as_deref().unwrap_or(self);
        let digest = || sha256(texts.iter().map(String::as_bytes));
        turn.ids.jump(|| portions.as_ref().map_or_else(digest, |portions| portions.digest));
        let before = problems.clone();
        let (loaded, problems) =
            load::load(turn, entries, portions.as_ref(), before, owner).await?;
        match loaded {
            Some(loaded) if problems.is_empty() => Ok(loaded),
            _ => Err(Refusal::Problems(problems.with_lines(texts))),
        }
    }
}
