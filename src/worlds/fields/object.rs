//! An object's members, taken one by one.

use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
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
    pub(super) members: Vec<Member<'a>>,
    /// Members that were there and could not be read.
    bad: Vec<String>,
    /// Whether several objects contradict each other.
    pub(super) disputed: bool,
}

/// A member of an object: the first, or one of the others.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub name: String,
    pub raw: &'a RawValue,
    /// 0 for the object itself, n for the n-th of the others.
    pub of: usize,
}

impl<'a> Fields<'a> {
    pub(super) fn new(node: Node<'a>, members: Vec<(String, &'a RawValue)>) -> Self {
        let member = |(name, raw)| Member { name, raw, of: 0 };
        let members = members.into_iter().map(member).collect();
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

    /// Notes where those members stand that other objects say.
    pub(super) fn note_places(&mut self) {
        let of_others = self.members.iter().filter(|member| member.of != 0);
        let places = of_others.map(|m| (m.name.clone(), self.found(m).place().clone())).collect();
        self.node.note(places);
    }

    /// The object itself.
    pub const fn whole(&self) -> &Node<'a> {
        &self.node
    }

    pub(super) fn found(&self, member: &Member<'a>) -> Node<'a> {
        let object = match member.of.checked_sub(1) {
            None => &self.node,
            Some(index) => self.others.get(index).unwrap_or(&self.node),
        };
        object.child(member.raw, object.member_path(&member.name))
    }

    /// The member of that name; `null` is absent.
    pub fn node(&mut self, name: &str) -> Option<Node<'a>> {
        let index = self.members.iter().position(|known| known.name == name)?;
        let member = self.members.swap_remove(index);
        (member.raw.get() != "null").then(|| self.found(&member))
    }

    /// The member of that name, which stays to be taken.
    pub fn peek(&self, name: &str) -> Option<Node<'a>> {
        self.members.iter().find(|known| known.name == name).map(|known| self.found(known))
    }

    /// The members of that name, where several objects may have one each.
    pub fn nodes(&mut self, name: &str) -> Vec<Node<'a>> {
        let (found, left) =
            std::mem::take(&mut self.members).into_iter().partition(|known| known.name == name);
        self.members = left;
        let mut found: Vec<Member<'a>> = found;
        found.sort_by_key(|member| member.of);
        let there = found.iter().filter(|member| member.raw.get() != "null");
        there.map(|member| self.found(member)).collect()
    }

    /// Whether there is a member of that name.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|known| known.name == name && known.raw.get() != "null")
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
        let when = node.read::<When>().filter(|when| match when.at(real_now()) {
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
        self.members.retain(|member| !names.contains(&member.name.as_str()));
    }

    /// Passes over all members but these.
    pub fn keep_only(&mut self, names: &[&str]) {
        self.members.retain(|member| names.contains(&member.name.as_str()));
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
        for member in &self.members {
            self.found(member).problem("there is no such member");
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
