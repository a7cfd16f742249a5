//! Pieces of a file: each knows its path and its place.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::worlds::problem::{Place, Reading, without_position};

/// One value of a file.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    pub reading: &'a Reading<'a>,
    pub raw: &'a RawValue,
    pub place: Place,
}

/// The top of a file; a problem if it is not JSON.
pub fn file<'a>(reading: &'a Reading<'a>, file: usize) -> Option<Node<'a>> {
    // Some editors begin a text with a byte order mark.
    let text = reading.texts[file].trim_start_matches('\u{feff}');
    match serde_json::from_str(text) {
        Ok(raw) => Some(Node { reading, raw, place: Place::new(file, 0, String::new()) }),
        Err(error) => {
            let before = reading.texts[file].split_inclusive('\n').take(error.line() - 1);
            let place = Place::new(file, before.map(str::len).sum(), String::new());
            let reason = format!("not JSON: {}", without_position(&error));
            reading.problems().add(&place, reason);
            None
        }
    }
}

impl<'a> Node<'a> {
    fn child(&self, raw: &'a RawValue, path: String) -> Self {
        let start = self.reading.texts[self.place.file].as_ptr().addr();
        let offset = raw.get().as_ptr().addr().saturating_sub(start);
        let place = Place::new(self.place.file, offset, path);
        Self { reading: self.reading, raw, place }
    }

    /// Reports a problem of it.
    pub fn problem(&self, reason: impl Into<String>) {
        self.reading.problems().add(&self.place, reason);
    }

    /// Reads it as a `T`; a problem if it is none.
    pub fn read<T: Deserialize<'a>>(&self) -> Option<T> {
        let value = serde_json::from_str(self.text());
        value.map_err(|error| self.problem(without_position(&error))).ok()
    }

    /// Its elements; a problem if it is no array.
    pub fn elements(&self) -> Vec<Self> {
        let raws: Vec<&'a RawValue> = self.read().unwrap_or_default();
        let element = |(index, raw)| self.child(raw, format!("{}[{index}]", self.place.path));
        raws.into_iter().enumerate().map(element).collect()
    }

    /// Its members; a problem if it is no object, or has a name twice.
    pub fn object(&self) -> Object<'a> {
        let Members { once, again } = self.read().unwrap_or_default();
        let object = Object { node: self.clone(), members: once };
        for (name, raw) in again {
            object.child(&name, raw).problem("this member stands twice");
        }
        object
    }

    /// Whether it is the whole file.
    pub const fn is_top(&self) -> bool {
        self.place.path.is_empty()
    }

    /// It as it is written.
    pub fn text(&self) -> &'a str {
        self.raw.get()
    }
}

/// A member's name and its value.
pub type Member<'a> = (Cow<'a, str>, &'a RawValue);

/// An object's members, in their order, which can be taken one by one.
#[derive(Debug)]
pub struct Object<'a> {
    pub node: Node<'a>,
    pub members: Vec<Member<'a>>,
}

impl<'a> Object<'a> {
    pub fn child(&self, name: &str, raw: &'a RawValue) -> Node<'a> {
        let path = match self.node.place.path.as_str() {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        self.node.child(raw, path)
    }

    /// The value of the member of that name; `null` is absent.
    pub fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let (_, raw) = self.members.iter().find(|(known, _)| known == name)?;
        Some(*raw).filter(|raw| raw.get() != "null")
    }

    /// The member of that name; `null` is absent.
    pub fn member(&self, name: &str) -> Option<Node<'a>> {
        self.raw(name).map(|raw| self.child(name, raw))
    }

    /// As [`Object::member`]; what was taken is not there any more.
    pub fn take(&mut self, name: &str) -> Option<Node<'a>> {
        let member = self.member(name);
        self.members.retain(|(known, _)| known != name);
        member
    }

    /// Every member that is not null.
    pub fn nodes(&self) -> impl Iterator<Item = (&str, Node<'a>)> {
        let there = self.members.iter().filter(|(_, raw)| raw.get() != "null");
        there.map(|(name, raw)| (name.as_ref(), self.child(name, raw)))
    }
}

/// An object's members in their order, and those whose name came before.
#[derive(Debug, Default)]
struct Members<'a> {
    once: Vec<Member<'a>>,
    again: Vec<Member<'a>>,
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (mut members, mut seen) = (Members::default(), HashSet::new());
                while let Some((Name(name), raw)) = map.next_entry()? {
                    let is_new = seen.insert(name.clone());
                    let list = if is_new { &mut members.once } else { &mut members.again };
                    list.push((name, raw));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}
