//! What is wrong with the files of a load, and where.

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
    pub(super) elsewhere: Vec<(String, Place)>,
}

impl Place {
    pub(super) const fn new(file: usize, offset: usize, path: String) -> Self {
        Self { file, offset, path, elsewhere: Vec::new() }
    }

    /// Where the first of these members stands that another object says of the same thing; if none
    /// does, this place.
    pub fn of(&self, names: &[&str]) -> &Self {
        let place = |name: &&str| self.elsewhere.iter().find(|(known, _)| known == name);
        names.iter().find_map(place).map_or(self, |(_, place)| place)
    }

    /// A problem at this place of these files.
    pub fn problem(&self, texts: &[impl AsRef<str>], reason: impl Into<String>) -> Problem {
        let text = texts.get(self.file).map_or("", AsRef::as_ref);
        let before = text.as_bytes().get(..self.offset).unwrap_or_default();
        let line = 1 + before.split(|byte| *byte == b'\n').skip(1).count();
        Problem { file: self.file, path: self.path.clone(), line, reason: reason.into() }
    }
}

/// The files of one load, and the problems found in them.
#[derive(Debug)]
pub struct Reading<'a> {
    pub(super) texts: &'a [&'a str],
    problems: Mutex<Vec<Problem>>,
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
                let reason = format!("not JSON: {}", without_position(&error));
                self.push(Problem { file, path: String::new(), line: error.line(), reason });
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
        self.push(place.problem(self.texts, reason));
    }

    fn push(&self, problem: Problem) {
        self.problems.lock().unwrap_or_else(PoisonError::into_inner).push(problem);
    }

    /// All problems, in the order of the files and lines.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner().unwrap_or_else(PoisonError::into_inner);
        problems.sort_by(|a, b| (a.file, a.line, &a.path).cmp(&(b.file, b.line, &b.path)));
        // What several entries share may be read several times.
        problems.dedup();
        problems
    }
}

/// serde's sentence without its own idea of the position.
pub(super) fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}
