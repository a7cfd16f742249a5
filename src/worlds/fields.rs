//! Reading JSON so that every problem can be told with its path and line.
//!
//! A [`Node`] is a piece of the text with its path. Reading goes on after a problem, so that one
//! run finds all of them.

mod problem;

use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::rules;
use crate::time::{When, real_now};

use problem::without_position;
pub use problem::{Place, Problem, Reading};

/// One value of a file.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    reading: &'a Reading<'a>,
    raw: &'a RawValue,
    place: Place,
}

impl<'a> Node<'a> {
    fn top(reading: &'a Reading<'a>, file: usize, raw: &'a RawValue) -> Self {
        Self { reading, raw, place: Place { file, offset: 0, path: String::new() } }
    }

    fn child(&self, raw: &'a RawValue, path: String) -> Self {
        let start = self.reading.texts[self.place.file].as_ptr().addr();
        let offset = raw.get().as_ptr().addr().saturating_sub(start);
        let place = Place { file: self.place.file, offset, path };
        Self { reading: self.reading, raw, place }
    }

    /// Remembers a problem of it.
    pub fn problem(&self, reason: impl Into<String>) {
        self.reading.problem(&self.place, reason);
    }

    /// Reads it as a `T`; a problem if it is none.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        if holds_nul(self.raw.get()) {
            self.problem("no text holds the character U+0000");
            return None;
        }
        self.read_raw(self.raw)
    }

    fn read_raw<T: Deserialize<'a>>(&self, raw: &'a RawValue) -> Option<T> {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem(without_position(&error));
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
                twice.problem("this member stands twice");
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

/// Whether a text in this JSON holds U+0000, which not every database can keep.
fn holds_nul(json: &str) -> bool {
    // Behind an even number of backslashes it is no escape.
    let is_escape = |(at, _): (usize, &str)| {
        let before = json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        before % 2 == 0
    };
    json.match_indices("\\u0000").any(is_escape)
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
            node.problem(why);
        }
        Some(when)
    }

    fn checked(&mut self, name: &str, why: &str, good: impl Fn(&str) -> bool) -> Option<String> {
        let node = self.node(name)?;
        let text: String = node.read()?;
        if !good(&text) {
            node.problem(format!("{text:?}: {why}"));
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
        self.node.problem(reason);
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
            unknown.problem("there is no such member");
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
    fn no_text_holds_nul() {
        let read = |fields: &mut Fields<'_>| drop(fields.take::<String>("A"));
        assert_eq!(
            problems(r#"{"A": "a\u0000b"}"#, read),
            ["line 1: A: no text holds the character U+0000"]
        );
        assert_eq!(problems(r#"{"A": "a\\\u0000"}"#, read).len(), 1);
        for fine in [r#"{"A": "a\\u0000"}"#, r#"{"A": "\u0001"}"#] {
            assert_eq!(problems(fine, read), [""; 0], "{fine}");
        }
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
