//! Reading JSON so that every problem can be told with its path and line.
//!
//! A [`Node`] is a piece of the text with its path. Reading goes on after a problem, so that one
//! run finds all of them.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::rules;
use crate::time::{When, real_now};

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
    offset: usize,
    path: String,
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
    texts: &'a [&'a str],
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Reading<'a> {
    /// Begins to read these files.
    pub fn new(texts: &'a [&'a str]) -> Self {
        Self { texts, problems: RefCell::default() }
    }

    /// The top of each file that is JSON.
    pub fn files(&'a self) -> Vec<Node<'a>> {
        (0..self.texts.len()).filter_map(|file| self.file(file)).collect()
    }

    fn file(&'a self, file: usize) -> Option<Node<'a>> {
        let place = Place { file, offset: 0, path: String::new() };
        match serde_json::from_str::<&RawValue>(self.texts[file]) {
            Ok(raw) => Some(Node { reading: self, raw, place }),
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
        self.problems.borrow_mut().push(problem);
    }

    /// All problems, in the order of the files and lines.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by(|a, b| (a.file, a.line, &a.path).cmp(&(b.file, b.line, &b.path)));
        problems
    }
}

/// serde's sentence without its own idea of the position.
fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rfind(" at line ").map_or(text.clone(), |at| text[..at].to_owned())
}

/// One value of a file.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    reading: &'a Reading<'a>,
    raw: &'a RawValue,
    place: Place,
}

impl<'a> Node<'a> {
    /// Where it stands.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    fn child(&self, raw: &'a RawValue, path: String) -> Self {
        let start = self.reading.texts[self.place.file].as_ptr().addr();
        let offset = raw.get().as_ptr().addr().saturating_sub(start);
        let place = Place { file: self.place.file, offset, path };
        Self { reading: self.reading, raw, place }
    }

    /// Reads it as a `T`; a problem if it is none.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        self.read_raw(self.raw)
    }

    fn read_raw<T: Deserialize<'a>>(&self, raw: &'a RawValue) -> Option<T> {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.reading.problem(&self.place, without_position(&error));
                None
            }
        }
    }

    /// Its elements; a problem if it is no array.
    pub fn elements(&self) -> Vec<Self> {
        let raws: Vec<&'a RawValue> = self.read_raw(self.raw).unwrap_or_default();
        let element = |(index, raw)| self.child(raw, format!("{}[{index}]", self.place.path));
        raws.into_iter().enumerate().map(element).collect()
    }

    /// Its members; a problem if it is no object, or a name stands twice.
    pub fn fields(&self) -> Fields<'a> {
        let members: Members<'a> = self.read_raw(self.raw).unwrap_or_default();
        for (index, (name, raw)) in members.0.iter().enumerate() {
            if members.0[..index].iter().any(|(before, _)| before == name) {
                let twice = self.child(raw, self.member_path(name));
                self.reading.problem(&twice.place, "this member stands twice");
            }
        }
        Fields { node: self.clone(), members: members.0 }
    }

    fn member_path(&self, name: &str) -> String {
        if self.place.path.is_empty() {
            return name.to_owned();
        }
        format!("{}.{name}", self.place.path)
    }
}

/// The members of an object that were not taken yet.
#[derive(Debug)]
pub struct Fields<'a> {
    node: Node<'a>,
    members: Vec<(String, &'a RawValue)>,
}

impl<'a> Fields<'a> {
    /// Where the object stands.
    pub const fn place(&self) -> &Place {
        &self.node.place
    }

    /// The member of that name; `null` is absent.
    pub fn node(&mut self, name: &str) -> Option<Node<'a>> {
        let index = self.members.iter().position(|(known, _)| known == name)?;
        let (_, raw) = self.members.swap_remove(index);
        (raw.get() != "null").then(|| self.node.child(raw, self.node.member_path(name)))
    }

    /// The member of that name as a `T`.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        self.node(name)?.read()
    }

    /// The member of that name, which is the id of something other than a worker.
    pub fn id(&mut self, name: &str) -> Option<String> {
        self.checked(name, "an id is made of capital letters and digits, at most 64", |id| {
            let capitals = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
            (1..=64).contains(&id.len()) && id.bytes().all(capitals)
        })
    }

    /// The member of that name, which is the id of a worker.
    pub fn worker_id(&mut self, name: &str) -> Option<String> {
        let why = "a worker id is 'A' followed by capital letters and digits";
        self.checked(name, why, rules::worker::well_formed)
    }

    /// The member of that name, which is a time.
    pub fn time(&mut self, name: &str) -> Option<When> {
        let node = self.node(name)?;
        let when: When = node.read()?;
        if let Err(why) = when.at(real_now()) {
            node.reading.problem(&node.place, why);
        }
        Some(when)
    }

    fn checked(&mut self, name: &str, why: &str, good: impl Fn(&str) -> bool) -> Option<String> {
        let node = self.node(name)?;
        let text: String = node.read()?;
        if !good(&text) {
            node.reading.problem(&node.place, format!("{text:?}: {why}"));
        }
        Some(text)
    }

    /// The elements of the member of that name.
    pub fn elements(&mut self, name: &str) -> Vec<Node<'a>> {
        self.node(name).map(|node| node.elements()).unwrap_or_default()
    }

    /// Passes over members that the file may have and that say nothing new.
    pub fn pass_over(&mut self, names: &[&str]) {
        self.members.retain(|(name, _)| !names.contains(&name.as_str()));
    }

    /// Remembers a problem of the whole object.
    pub fn problem(&self, reason: &str) {
        self.node.reading.problem(&self.node.place, reason);
    }

    /// A problem unless the member is there.
    pub fn need(&self, there: bool, name: &str) -> bool {
        if !there {
            self.problem(&format!("{name} is missing"));
        }
        there
    }

    /// What is left is not known.
    pub fn finish(self) {
        for (name, raw) in &self.members {
            let unknown = self.node.child(raw, self.node.member_path(name));
            self.node.reading.problem(&unknown.place, "there is no such member");
        }
    }
}

/// An object's members in their order.
#[derive(Debug, Default)]
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str, mut read: impl FnMut(&mut Fields<'_>)) -> Vec<String> {
        let texts = [text];
        let reading = Reading::new(&texts);
        for node in reading.files() {
            let mut fields = node.fields();
            read(&mut fields);
            fields.finish();
        }
        let problems = reading.into_problems();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_problem_has_its_line_and_path() {
        let found = problems("{\"A\": 1,\n \"B\": [\n  {\"C\": true}],\n \"D\": null}", |fields| {
            fields.take::<String>("A");
            for element in fields.elements("B") {
                let mut inner = element.fields();
                inner.take::<i64>("C");
                inner.finish();
            }
        });
        assert_eq!(
            found,
            [
                "line 1: A: invalid type: integer `1`, expected a string",
                "line 3: B[0].C: invalid type: boolean `true`, expected i64",
                "line 4: D: there is no such member",
            ]
        );
    }

    #[test]
    fn what_is_no_json_is_said_once() {
        assert_eq!(problems("{\n\"A\": }", |_| {}), ["line 2: not JSON: expected value"]);
        assert_eq!(problems("", |_| {}), ["line 1: not JSON: EOF while parsing a value"]);
        assert_eq!(problems("[1]", |_| {}), ["line 1: invalid type: sequence, expected an object"]);
        assert_eq!(
            problems("{\"A\":1,\"A\":2}", |f| f.pass_over(&["A"])),
            ["line 1: A: this member stands twice"]
        );
    }
}
