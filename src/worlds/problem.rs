//! What is wrong with the files of a load, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::shapes::table::TableNote;

/// A place in another file, or elsewhere in the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// Which of the files, from 0.
    pub file: usize,
    /// As in [`Problem`].
    pub path: String,
    /// From 1.
    #[schema(minimum = 1)]
    pub line: usize,
}

/// What is wrong with a world, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Which of the files, from 0.
    pub file: usize,
    /// For example `HITs[3].Reward`; empty for the whole file.
    #[schema(example = "HITs[3].Reward")]
    pub path: String,
    /// From 1.
    #[schema(minimum = 1)]
    pub line: usize,
    /// A sentence without a full stop.
    #[schema(example = "not an amount of dollars")]
    pub reason: String,
    /// What it contradicts.
    #[schema(nullable = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Elsewhere>,
}

impl Problem {
    /// The problem with the names of the files, those that are known.
    pub(super) fn with_names(&self, names: &[String]) -> String {
        let file =
            |file: usize| names.get(file).map(|name| format!("{name}, ")).unwrap_or_default();
        let there = self.elsewhere.as_ref().map(|Elsewhere { file: other, path, line }| {
            let other = if names.is_empty() { format!("file {other}, ") } else { file(*other) };
            format!(" ({other}line {line}: {path})")
        });
        format!("{}{self}{}", file(self.file), there.unwrap_or_default())
    }
}

impl From<TableNote> for Problem {
    fn from(TableNote { line, column, reason }: TableNote) -> Self {
        Self { file: 0, path: column, line, reason, elsewhere: None }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.reason),
            path => write!(f, "line {}: {path}: {}", self.line, self.reason),
        }
    }
}

/// Where something is in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the files.
    pub file: usize,
    offset: usize,
    pub(super) path: String,
    /// Members that come from other copies of the entry.
    elsewhere: BTreeMap<String, Place>,
}

impl Place {
    pub const fn new(file: usize, offset: usize, path: String) -> Self {
        Self { file, offset, path, elsewhere: BTreeMap::new() }
    }

    /// The place without those of its members.
    fn alone(&self) -> Self {
        Self::new(self.file, self.offset, self.path.clone())
    }

    /// Notes the place of a member that comes from another copy.
    pub fn note(&mut self, name: &str, place: Self) {
        self.elsewhere.insert(name.to_owned(), place);
    }

    /// Where the first of these members stands that comes from another copy; if none does, this
    /// place.
    pub fn of(&self, names: &[&str]) -> &Self {
        names.iter().find_map(|name| self.elsewhere.get(*name)).unwrap_or(self)
    }
}

/// A problem that does not know its line yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct LocatedError {
    place: Place,
    /// Which of the problems it is in the order of finding.
    found: usize,
    reason: String,
    /// What it contradicts.
    elsewhere: Option<Place>,
}

/// The first problems of a load, in the order of the files, and how many there were in all.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    /// One more than is listed, to know whether there are more.
    first: BTreeSet<LocatedError>,
    count: usize,
    /// Whether an entry that others may name could not be read.
    pub is_partial: bool,
}

impl Problems {
    /// So many problems are listed.
    pub const MOST: usize = 200;

    /// How many were added.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a problem at this place.
    pub fn add(&mut self, place: &Place, reason: impl Into<String>) {
        self.insert(place, reason.into(), None);
    }

    /// Adds a problem of two places that contradict each other.
    pub fn add_contradiction(&mut self, place: &Place, other: &Place) {
        let reason = "another value stands elsewhere for the same thing".to_owned();
        self.insert(place, reason, Some(other));
    }

    fn insert(&mut self, place: &Place, reason: String, other: Option<&Place>) {
        self.count += 1;
        let elsewhere = other.map(Place::alone);
        let error = LocatedError { place: place.alone(), found: self.count, reason, elsewhere };
        if self.first.len() > Self::MOST && self.first.last() < Some(&error) {
            return;
        }
        // What several entries share may be read several times; it is listed once.
        let is_same = |e: &LocatedError| e.place == error.place && e.reason == error.reason;
        if !self.first.iter().any(is_same) {
            self.first.insert(error);
        }
        if self.first.len() > Self::MOST + 1 {
            self.first.pop_last();
        }
    }

    /// The first problems with their lines, in one pass over the files.
    pub fn with_lines(&self, texts: &[String]) -> Vec<Problem> {
        let ends = |text: &String| text.match_indices('\n').map(|(at, _)| at).collect();
        let ends: Vec<Vec<usize>> = texts.iter().map(ends).collect();
        let line = |place: &Place| {
            let ends = ends.get(place.file).map_or(&[][..], Vec::as_slice);
            ends.partition_point(|end| *end < place.offset) + 1
        };
        let problem = |error: &LocatedError| Problem {
            file: error.place.file,
            path: error.place.path.clone(),
            line: line(&error.place),
            reason: error.reason.clone(),
            elsewhere: error.elsewhere.as_ref().map(|place| Elsewhere {
                file: place.file,
                path: place.path.clone(),
                line: line(place),
            }),
        };
        let mut all: Vec<Problem> = self.first.iter().map(problem).collect();
        if all.len() > Self::MOST {
            all.truncate(Self::MOST);
            if let Some(last) = all.last_mut() {
                last.reason.push_str("; there are more problems behind this one");
            }
        }
        all
    }
}

/// The files of one load, and the problems found in them.
#[derive(Debug)]
pub struct Reading<'a> {
    pub texts: &'a [String],
    problems: Mutex<Problems>,
}

impl<'a> Reading<'a> {
    /// Begins to read these files.
    pub fn new(texts: &'a [String]) -> Self {
        Self { texts, problems: Mutex::default() }
    }

    /// The problems that were found so far.
    pub fn problems(&self) -> MutexGuard<'_, Problems> {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All problems.
    pub fn into_problems(self) -> Problems {
        self.problems.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// serde's sentence without its own idea of the position.
pub fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}
