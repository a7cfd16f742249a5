//! An object's members, taken one by one.

use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::ids::is_id;
use crate::rules;
use crate::rules::text::{ACCESS_KEY_BYTES, KEY_BYTES};
use crate::time::{Instant, When, real_now};

use super::{Node, Place};

/// The members of an object that were not taken yet.
#[derive(Debug)]
pub struct Fields<'a> {
    node: Node<'a>,
    /// Objects elsewhere that speak of the same thing.
    pub(super) others: Vec<Node<'a>>,
    /// By name: the members of that name, of one object each.
    pub(super) members: BTreeMap<String, Said<'a>>,
    /// Members that were there and could not be read.
    bad: Vec<String>,
    /// Whether several objects contradict each other.
    pub(super) disputed: bool,
}

/// What the objects say as the member of one name.
#[derive(Debug)]
pub(super) struct Said<'a> {
    /// At least one value; several where each object has one of its own.
    pub values: Vec<Member<'a>>,
    /// What they mean, once it was asked for.
    pub meanings: HashSet<Value>,
}

impl<'a> Said<'a> {
    pub fn once(member: Member<'a>) -> Self {
        Self { values: vec![member], meanings: HashSet::new() }
    }
}

/// A member of an object: the first, or one of the others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'a> {
    pub raw: &'a RawValue,
    /// 0 for the object itself, n for the n-th of the others.
    pub of: usize,
}

impl Member<'_> {
    pub fn is_null(&self) -> bool {
        self.raw.get() == "null"
    }
}

impl<'a> Fields<'a> {
    pub(super) fn new(node: Node<'a>, members: BTreeMap<String, &'a RawValue>) -> Self {
        let said = |(name, raw)| (name, Said::once(Member { raw, of: 0 }));
        let members = members.into_iter().map(said).collect();
        Self { node, others: Vec::new(), members, bad: Vec::new(), disputed: false }
    }

    /// Where the object stands.
    pub const fn place(&self) -> &Place {
        self.node.place()
    }

    /// Whether something of it could not be read so far, or is disputed.
    pub const fn is_flawed(&self) -> bool {
        self.disputed || !self.bad.is_empty()
    }

    /// Whether several objects contradict each other about it.
    pub const fn is_disputed(&self) -> bool {
        self.disputed
    }

    /// Notes where a member of that name stands, if another object says it.
    pub(super) fn note_place(&mut self, name: &str, member: Member<'a>) {
        if member.of != 0 {
            let place = self.found(name, member).place;
            self.node.note(name, place);
        }
    }

    /// The object itself.
    pub const fn whole(&self) -> &Node<'a> {
        &self.node
    }

    pub(super) fn found(&self, name: &str, member: Member<'a>) -> Node<'a> {
        let object = match member.of.checked_sub(1) {
            None => &self.node,
            Some(index) => self.others.get(index).unwrap_or(&self.node),
        };
        object.child(member.raw, object.member_path(name))
    }

    /// The member of that name; `null` is absent.
    pub fn node(&mut self, name: &str) -> Option<Node<'a>> {
        let said = self.members.remove(name)?;
        let first = *said.values.first()?;
        (!first.is_null()).then(|| self.found(name, first))
    }

    /// The member of that name, which stays to be taken.
    pub fn peek(&self, name: &str) -> Option<Node<'a>> {
        let first = *self.members.get(name)?.values.first()?;
        Some(self.found(name, first))
    }

    /// The members of that name, where several objects may have one each.
    pub fn nodes(&mut self, name: &str) -> Vec<Node<'a>> {
        let Some(mut said) = self.members.remove(name) else { return Vec::new() };
        said.values.sort_by_key(|member| member.of);
        let there = said.values.iter().filter(|member| !member.is_null());
        there.map(|member| self.found(name, *member)).collect()
    }

    /// Whether there is a member of that name.
    pub fn has(&self, name: &str) -> bool {
        let first = self.members.get(name).and_then(|said| said.values.first());
        first.is_some_and(|member| !member.is_null())
    }

    /// The member of that name as a `T`.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let read = self.node(name)?.read();
        self.mark(name, read)
    }

    fn mark<T>(&mut self, name: &str, read: Option<T>) -> Option<T> {
        if read.is_none() {
            self.bad.push(name.to_owned());
        }
        read
    }

    /// The member of that name, which is the id of something other than a worker.
    pub fn id(&mut self, name: &str) -> Option<String> {
        self.checked(name, "an id is made of capital letters and digits, at most 64", is_id)
    }

    /// The member of that name, which the store looks up: a text of at most 1,000 bytes.
    pub fn key(&mut self, name: &str) -> Option<String> {
        self.at_most(name, KEY_BYTES)
    }

    /// The member of that name, which is an access key or the id of a requester.
    pub fn access_key(&mut self, name: &str) -> Option<String> {
        self.at_most(name, ACCESS_KEY_BYTES)
    }

    fn at_most(&mut self, name: &str, most: usize) -> Option<String> {
        let node = self.node(name)?;
        let text = node.read::<String>().filter(|text| {
            if text.len() > most {
                node.problem(format!("{} bytes: it has at most {most}", text.len()));
            }
            text.len() <= most
        });
        self.mark(name, text)
    }

    /// The member of that name, which is the id of a worker.
    pub fn worker_id(&mut self, name: &str) -> Option<String> {
        let why = "a worker id is 'A' followed by capital letters and digits";
        self.checked(name, why, rules::worker::well_formed)
    }

    /// The member of that name, which is a time.
    pub fn time(&mut self, name: &str) -> Option<When> {
        let node = self.node(name)?;
        let when = node.read::<When>().filter(|when| match when.ahead(real_now()) {
            Ok(_) => true,
            Err(why) => {
                node.problem(why);
                false
            }
        });
        self.mark(name, when)
    }

    /// The member of that name, which is a time that does not count from now.
    pub fn instant(&mut self, name: &str) -> Option<Instant> {
        let node = self.node(name)?;
        let absolute = |when: When| when.absolute().map_err(|why| node.problem(why)).ok();
        let at = node.read().and_then(absolute);
        self.mark(name, at)
    }

    fn checked(&mut self, name: &str, why: &str, good: impl Fn(&str) -> bool) -> Option<String> {
        let node = self.node(name)?;
        let text = node.read::<String>().filter(|text| {
            if !good(text) {
                node.problem(format!("{text:?}: {why}"));
            }
            good(text)
        });
        self.mark(name, text)
    }

    /// The elements of the member of that name.
    pub fn elements(&mut self, name: &str) -> Vec<Node<'a>> {
        self.node(name).map(|node| node.elements()).unwrap_or_default()
    }

    /// Passes over members that the file may have and that say nothing new.
    pub fn pass_over(&mut self, names: &[&str]) {
        self.members.retain(|name, _| !names.contains(&name.as_str()));
    }

    /// Passes over all members but these.
    pub fn keep_only(&mut self, names: &[&str]) {
        self.members.retain(|name, _| names.contains(&name.as_str()));
    }

    /// Remembers a problem of the whole object.
    pub fn problem(&self, reason: &str) {
        self.node.problem(reason);
    }

    /// A problem unless the member is there; one that could not be read was told before.
    pub fn need(&self, there: bool, name: &str) -> bool {
        if !there && !self.bad.iter().any(|bad| bad == name) {
            self.problem(&format!("{name} is missing"));
        }
        there
    }

    /// What is left is not known.
    pub fn finish(self) {
        for (name, said) in &self.members {
            for member in &said.values {
                self.found(name, *member).problem("there is no such member");
            }
        }
    }
}

/// An object's members in their order.
#[derive(Debug, Default)]
pub(super) struct Members<'a>(pub Vec<(String, &'a RawValue)>);

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
