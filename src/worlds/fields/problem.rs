//! What is wrong with the files of a load, and where.

use std::fmt;
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
}

impl Place {
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
}

impl<'a> Reading<'a> {
    /// Begins to read these files.
    pub fn new(texts: &'a [&'a str]) -> Self {
        Self { texts, problems: Mutex::default() }
    }

    /// The top of each file that is JSON.
    pub fn files(&'a self) -> Vec<Node<'a>> {
        (0..self.texts.len()).filter_map(|file| self.file(file)).collect()
    }

    fn file(&'a self, file: usize) -> Option<Node<'a>> {
        match serde_json::from_str::<&RawValue>(self.texts[file]) {
            Ok(raw) => Some(Node::top(self, file, raw)),
            Err(error) => {
                let reason = format!("not JSON: {}", without_position(&error));
                self.push(Problem { file, path: String::new(), line: error.line(), reason });
                None
            }
        }
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
        problems
    }
}

/// serde's sentence without its own idea of the position.
pub(super) fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}
