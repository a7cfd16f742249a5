//! Reading JSON so that every problem can be told with its path and line.
//!
//! A [`Node`] is a piece of the text with its path. Reading goes on after a problem, so that one
//! run finds all of them.

mod meaning;
mod merge;
mod object;
mod problem;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

pub use meaning::meaning;
pub use merge::Differing;
pub use object::Fields;
use object::Members;
use problem::without_position;
pub use problem::{Place, Problem, Problems, Reading};

use crate::rules::text::json_holds_nul;

/// One value of a file.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    reading: &'a Reading<'a>,
    raw: &'a RawValue,
    place: Place,
}

impl<'a> Node<'a> {
    fn top(reading: &'a Reading<'a>, file: usize, raw: &'a RawValue) -> Self {
        Self { reading, raw, place: Place::new(file, 0, String::new()) }
    }

    fn child(&self, raw: &'a RawValue, path: String) -> Self {
        let start = self.reading.texts[self.place.file].as_ptr().addr();
        let offset = raw.get().as_ptr().addr().saturating_sub(start);
        let place = Place::new(self.place.file, offset, path);
        Self { reading: self.reading, raw, place }
    }

    /// Remembers a problem of it.
    pub fn problem(&self, reason: impl Into<String>) {
        self.reading.problem(&self.place, reason);
    }

    /// Reads it as a `T`; a problem if it is none.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        if json_holds_nul(self.raw.get()) {
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
        let members: Option<Members<'a>> = self.read_raw(self.raw);
        if members.is_none() && self.is_top() {
            self.reading.lose();
        }
        let members = members.unwrap_or_default().0;
        let mut known: BTreeMap<String, &'a RawValue> = BTreeMap::new();
        for (name, raw) in members {
            match known.entry(name) {
                Entry::Vacant(free) => drop(free.insert(raw)),
                Entry::Occupied(taken) => {
                    let path = self.member_path(taken.key());
                    self.child(raw, path).problem("this member stands twice");
                }
            }
        }
        Fields::new(self.clone(), known)
    }

    /// Notes where a member stands that another object says of it.
    fn note(&mut self, name: &str, place: Place) {
        self.place.elsewhere.insert(name.to_owned(), place);
    }

    /// Where it stands.
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Whether it is the whole file.
    pub const fn is_top(&self) -> bool {
        self.place.path.is_empty()
    }

    /// It cannot be read so far that others could name it.
    pub fn leave_out(&self) {
        self.reading.leave_out();
    }

    /// It as it is written.
    pub fn text(&self) -> &'a str {
        self.raw.get()
    }

    fn member_path(&self, name: &str) -> String {
        if self.place.path.is_empty() {
            return name.to_owned();
        }
        format!("{}.{name}", self.place.path)
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
        let problems = reading.into_problems().told(&texts);
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
        assert_eq!(
            problems("{\"A\":\"1\",\n\"A\":2}", |f| drop(f.take::<String>("A"))),
            ["line 2: A: this member stands twice"]
        );
    }
}
