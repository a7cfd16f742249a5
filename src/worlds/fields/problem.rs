//! What is wrong with the files of a load, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use serde_json::value::RawValue;

use super::Node;

/// What is wrong with a world, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Which of the files, from 0.
    pub file: usize,
    /// For example `HITs[3].Reward`; empty for the whole file.
    pub path: String,
    /// From 1.
    pub line: usize,
    /// A sentence without a full stop.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.reason),
            path => write!(f, "line {}: {path}: {}", self.line, self.reason),
        }
    }
}

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which of the files.
    pub file: usize,
    pub(super) offset: usize,
    pub(super) path: String,
    /// Members that other objects say of the same thing.
    pub(super) elsewhere: BTreeMap<String, Place>,
}

impl Place {
    pub(super) const fn new(file: usize, offset: usize, path: String) -> Self {
        Self { file, offset, path, elsewhere: BTreeMap::new() }
    }

    /// Where the first of these members stands that another object says of the same thing; if none
    /// does, this place.
    pub fn of(&self, names: &[&str]) -> &Self {
        names.iter().find_map(|name| self.elsewhere.get(*name)).unwrap_or(self)
    }
}

/// A problem that does not know its line yet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct LocatedError {
    file: usize,
    offset: usize,
    path: String,
    /// Which of the problems it is in the order of finding.
    found: usize,
    reason: String,
}

/// The first problems of a load, in the order of the files, and how many there were in all.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    /// One more than is told, to know whether there are more.
    first: BTreeSet<LocatedError>,
    count: usize,
}

impl Problems {
    /// So many problems are told.
    const MOST: usize = 200;

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
        self.count += 1;
        let Place { file, offset, .. } = *place;
        let is_full = self.first.len() > Self::MOST;
        if is_full && self.first.last().is_some_and(|l| (l.file, l.offset) < (file, offset)) {
            return;
        }
        let (path, reason) = (place.path.clone(), reason.into());
        let error = LocatedError { file, offset, path, found: self.count, reason };
        // What several entries share may be read several times; it is told once.
        let from = LocatedError { found: 0, reason: String::new(), ..error.clone() };
        let is_here =
            |e: &&LocatedError| (e.file, e.offset, &e.path) == (file, offset, &place.path);
        if !self.first.range(from..).take_while(is_here).any(|e| e.reason == error.reason) {
            self.first.insert(error);
        }
        if self.first.len() > Self::MOST + 1 {
            self.first.pop_last();
        }
    }

    /// Adds all of these.
    pub fn extend(&mut self, others: &Self) {
        self.count += others.count;
        self.first.extend(others.first.iter().cloned());
        while self.first.len() > Self::MOST + 1 {
            self.first.pop_last();
        }
    }

    /// The first problems with their lines, in one pass over the files.
    pub fn told(&self, texts: &[impl AsRef<str>]) -> Vec<Problem> {
        let (mut file, mut offset, mut line) = (0, 0, 1);
        let mut told = Vec::with_capacity(self.first.len());
        for error in &self.first {
            if error.file != file {
                (file, offset, line) = (error.file, 0, 1);
            }
            let text = texts.get(file).map_or("", AsRef::as_ref).as_bytes();
            let between = text.get(offset..error.offset).unwrap_or_default();
            line += between.split(|byte| *byte == b'\n').count() - 1;
            offset = error.offset;
            let (path, reason) = (error.path.clone(), error.reason.clone());
            told.push(Problem { file, path, line, reason });
        }
        told.sort_by(|a, b| (a.file, a.line, &a.path).cmp(&(b.file, b.line, &b.path)));
        if told.len() > Self::MOST {
            told.truncate(Self::MOST);
            if let Some(last) = told.last_mut() {
                last.reason.push_str("; there are more problems behind this one");
            }
        }
        told
    }
}

/// The files of one load, and the problems found in them.
#[derive(Debug)]
pub struct Reading<'a> {
    pub(super) texts: &'a [&'a str],
    problems: Mutex<Problems>,
    /// Whether a file could not be read at all.
    lost: AtomicBool,
    /// Whether an entry could not be read so far that others could name it.
    left_out: AtomicBool,
}

impl<'a> Reading<'a> {
    /// Begins to read these files.
    pub fn new(texts: &'a [&'a str]) -> Self {
        Self { texts, problems: Mutex::default(), lost: false.into(), left_out: false.into() }
    }

    /// The top of each file that is JSON.
    pub fn files(&'a self) -> Vec<Node<'a>> {
        (0..self.texts.len()).filter_map(|file| self.file(file)).collect()
    }

    fn file(&'a self, file: usize) -> Option<Node<'a>> {
        // Some editors begin a text with a byte order mark.
        let text = self.texts[file].trim_start_matches('\u{feff}');
        match serde_json::from_str::<&RawValue>(text) {
            Ok(raw) => Some(Node::top(self, file, raw)),
            Err(error) => {
                self.lose();
                let before = self.texts[file].split_inclusive('\n').take(error.line() - 1);
                let place = Place::new(file, before.map(str::len).sum(), String::new());
                self.problem(&place, format!("not JSON: {}", without_position(&error)));
                None
            }
        }
    }

    /// Nobody knows what stands in one of the files.
    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// An entry cannot be read so far that others could name it.
    pub(super) fn leave_out(&self) {
        self.left_out.store(true, Ordering::Relaxed);
    }

    /// Whether such an entry was met.
    pub fn left_out(&self) -> bool {
        self.left_out.load(Ordering::Relaxed)
    }

    /// Whether nobody knows what stands in one of the files: what others say about it cannot be
    /// judged then.
    pub fn has_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Remembers a problem.
    pub fn problem(&self, place: &Place, reason: impl Into<String>) {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).add(place, reason);
    }

    /// All problems.
    pub fn into_problems(self) -> Problems {
        self.problems.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// serde's sentence without its own idea of the position.
pub(super) fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}
