//! One rule for entries that are in several files.
//!
//! - Entries with the same id are one. Entries without an id that are the same are one, too, if
//!   they are in different lists.
//! - A member that one copy lacks comes from the other.
//! - A reviewed assignment counts before its unreviewed copy, and the later review before the
//!   earlier; the HIT's status that is further counts, else the last; the last balance counts.
//! - Any other difference is a problem that names both places.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Deref;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::ids::requester_of;
use crate::rules::worker::well_formed;
use crate::worlds::entries::{Entry, Rule};
use crate::worlds::node::{Member, Node};
use crate::worlds::parallel;
use crate::worlds::problem::Place;
use crate::worlds::read_entry::{Copied, canonical, canonical_members, read, whole};

/// The requester of everything that names none.
pub const DEFAULT: &str = "test";

/// The owner that an entry names, or else its file's first requester.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owner {
    /// An access key or a requester id.
    pub named: Option<String>,
    /// Whether the entry itself names it, or the entry that it is a part of.
    pub is_explicit: bool,
}

impl Owner {
    /// The access key or id of the owner: `otherwise`, if given, comes before the file's first
    /// requester.
    pub fn name<'o>(&'o self, otherwise: Option<&'o str>) -> &'o str {
        let named = self.named.as_deref();
        let name = if self.is_explicit { named } else { otherwise.or(named) };
        name.unwrap_or(DEFAULT)
    }

    /// The owner of an entry: the one that it names, or else this one.
    fn of<T>(&self, copy: &Copied<'_, T>) -> Self {
        let named = copy.requester.clone();
        let explicit = named.map(|name| Self { named: Some(name), is_explicit: true });
        explicit.unwrap_or_else(|| self.clone())
    }
}

/// An entry, with what all its copies hold.
#[derive(Debug, Clone)]
pub struct Located<T> {
    pub place: Place,
    pub owner: Owner,
    pub entry: T,
    /// Whether something of it could not be read, or is disputed.
    pub is_incomplete: bool,
    /// Whether copies contradict each other.
    pub is_disputed: bool,
    /// Whether a file without HITs of its own has it: then it makes its HIT, if nobody has that.
    pub makes_hit: bool,
}

impl<T> Located<T> {
    /// An entry that is whole.
    pub const fn new(place: Place, owner: Owner, entry: T) -> Self {
        Self { place, owner, entry, is_incomplete: false, is_disputed: false, makes_hit: false }
    }

    /// Another entry that is in the same place, and is as disputed as this one.
    pub fn with<U>(&self, entry: U) -> Located<U> {
        let (place, owner) = (self.place.clone(), self.owner.clone());
        Located { is_disputed: self.is_disputed, ..Located::new(place, owner, entry) }
    }
}

impl<T> Deref for Located<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.entry
    }
}

/// A list as a file has it.
pub struct List<'a> {
    /// The owner of those who name none.
    pub owner: Owner,
    /// Whether its file has no HITs of its own.
    pub makes_hits: bool,
    pub nodes: Vec<Node<'a>>,
}

/// The copies of one entry.
pub struct Group<'a, T> {
    owner: Owner,
    makes_hit: bool,
    /// At least one.
    pub copies: Vec<Copied<'a, T>>,
}

/// Reads the entries of lists, and puts the copies of each together. The `required` members are
/// looked for.
pub fn groups<'a, T: Entry>(lists: Vec<List<'a>>, required: &[String]) -> Vec<Group<'a, T>> {
    let several = lists.iter().filter(|list| !list.nodes.is_empty()).count() > 1;
    let mut groups: Vec<Group<'a, T>> = Vec::new();
    let mut known: HashMap<(String, usize), usize> = HashMap::new();
    for List { owner, makes_hits, nodes } in lists {
        let read = |node: Node<'a>| {
            let copy = read::<T>(node, required);
            let identity = if several { identity(&copy, &owner) } else { None };
            (identity, copy)
        };
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (id, copy) in parallel::map(nodes, read) {
            // The second of this list is the second of the others.
            let key = id.map(|id| {
                let nth = seen.entry(id.clone()).and_modify(|nth| *nth += 1).or_default();
                (id, *nth)
            });
            let before = key.as_ref().and_then(|key| known.get(key).copied());
            if let Some(index) = before.filter(|index| groups[*index].takes(&copy, &owner)) {
                groups[index].add(copy, &owner, makes_hits);
                continue;
            }
            if let Some(key) = key {
                known.entry(key).or_insert(groups.len());
            }
            let (owner, copies) = (owner.clone(), vec![copy]);
            groups.push(Group { owner, makes_hit: makes_hits, copies });
        }
    }
    groups
}

/// What makes an entry the same as others.
fn identity<T: Entry>(copy: &Copied<'_, T>, owner: &Owner) -> Option<String> {
    match &copy.id {
        Some(id) if T::ID_IS_OF_OWNER => Some(format!("{} {id}", owner_id(&owner.of(copy)))),
        None if T::ONE_BY_CONTENT => {
            let mut members = canonical_members(&copy.entry);
            // A dump names it, and saved output does not.
            members.shift_remove("Requester");
            Some(format!("{} {}", owner_id(&owner.of(copy)), Value::from(members)))
        }
        id => id.clone(),
    }
}

/// The requester id of the owner. A key, which has another length, makes its own id.
fn owner_id(owner: &Owner) -> String {
    let name = owner.name(None);
    if name.len() == 14 && well_formed(name) { name.to_owned() } else { requester_of(name) }
}

impl<'a, T: Entry> Group<'a, T> {
    /// Whether the entry can be the same: two files that begin with other requesters speak of their
    /// own, unless the entry names its owner.
    fn takes(&self, copy: &Copied<'_, T>, owner: &Owner) -> bool {
        let differ = self.owner != *owner && self.owner.named.is_some() && owner.named.is_some();
        !differ || copy.requester.is_some()
    }

    fn add(&mut self, copy: Copied<'a, T>, owner: &Owner, makes_hit: bool) {
        if self.owner.named.is_none() {
            self.owner = owner.clone();
        }
        self.makes_hit |= makes_hit;
        self.copies.push(copy);
    }

    /// Members of this name that are lists of entries: one for each copy that holds something else
    /// than the others.
    pub fn nested<L: DeserializeOwned + Serialize>(&self, name: &str) -> Vec<Node<'a>> {
        let nested = self.copies.iter().flat_map(|copy| &copy.nested);
        let nodes: Vec<&Node<'a>> =
            nested.filter(|(known, _)| *known == name).map(|(_, node)| node).collect();
        let mut seen = HashSet::new();
        let is_alone = nodes.len() < 2;
        let is_new = |node: &&Node<'a>| {
            let content = || serde_json::from_str::<L>(node.text()).map(|list| canonical(&list));
            is_alone || content().map_or(true, |content| seen.insert(content.to_string()))
        };
        nodes.into_iter().filter(is_new).cloned().collect()
    }

    /// The entry that the copies make; none if a required member is missing.
    pub fn located(self) -> Option<Located<T>> {
        let Self { owner, makes_hit, mut copies } = self;
        let first = copies.first_mut()?;
        let (node, mut entry) = (first.node.clone(), std::mem::take(&mut first.entry));
        let mut missing = std::mem::take(&mut first.missing);
        missing.retain(|name| copies[1..].iter().all(|copy| copy.missing.contains(name)));
        for name in &missing {
            node.problem(format!("{name} is missing"));
        }
        let named = copies.iter().find(|copy| copy.requester.is_some());
        let owner = named.map_or(owner.clone(), |copy| owner.of(copy));
        let mut is_incomplete = copies.iter().any(|copy| copy.is_incomplete);
        let (mut place, mut is_disputed) = (node.place.clone(), false);
        if copies.len() > 1 {
            copies[0].entry = entry;
            let choices = choices(&copies, &mut is_disputed);
            for (name, choice) in choices.iter().filter(|(_, choice)| choice.copy > 0) {
                place.note(name, choice.node.place.clone());
            }
            let member = |(name, choice): (String, Choice<'a>)| (name.into(), choice.node.raw);
            let members: Vec<Member<'_>> = choices.into_iter().map(member).collect();
            entry = whole(&members).unwrap_or_else(|| std::mem::take(&mut copies[0].entry));
        }
        if !missing.is_empty() || copies.iter().any(|copy| copy.is_unusable) {
            node.reading.problems().is_partial = true;
            return None;
        }
        is_incomplete |= is_disputed;
        Some(Located { place, owner, entry, is_incomplete, is_disputed, makes_hit })
    }
}

/// The value of a member that counts.
struct Choice<'a> {
    /// Which copy has it.
    copy: usize,
    node: Node<'a>,
    value: Value,
}

/// Whose value of each member counts.
fn choices<'a, T: Entry>(
    copies: &[Copied<'a, T>],
    is_disputed: &mut bool,
) -> BTreeMap<String, Choice<'a>> {
    let mut choices: BTreeMap<String, Choice<'a>> = BTreeMap::new();
    let mut furthest = 0;
    for (copy, Copied { node, entry, .. }) in copies.iter().enumerate() {
        let mut values = canonical_members(entry);
        let stage = stage::<T>(&values);
        let order = furthest.cmp(&stage);
        furthest = furthest.max(stage);
        for (name, node) in node.object().nodes() {
            let Some(value) = values.swap_remove(name) else { continue };
            let choice = Choice { copy, node, value };
            let Some(before) = choices.get_mut(name) else {
                choices.insert(name.to_owned(), choice);
                continue;
            };
            match last_counts::<T>(name, order, &before.value, &choice.value) {
                Some(true) => *before = choice,
                Some(false) => {}
                None => {
                    *is_disputed = true;
                    let mut problems = choice.node.reading.problems();
                    problems.add_contradiction(&choice.node.place, &before.node.place);
                }
            }
        }
    }
    choices
}

/// How far the life of a copy with these members has come.
pub fn stage<T: Entry>(members: &Map<String, Value>) -> usize {
    let (name, later) = T::LIFE;
    let value = members.get(name).and_then(Value::as_str);
    later.iter().position(|stage| value == Some(stage)).map_or(0, |index| index + 1)
}

/// Whether the last of two values counts, or else the first; none if they contradict each other.
/// `order` compares how far the lives of their copies have come.
pub fn last_counts<T: Entry>(
    name: &str,
    order: Ordering,
    first: &Value,
    last: &Value,
) -> Option<bool> {
    if first == last {
        return Some(false);
    }
    let (_, rule) = T::RULES.iter().find(|(member, _)| *member == name)?;
    match (rule, order) {
        (Rule::Fuller, _) if has_all_of(first, last) => Some(false),
        (Rule::Fuller, _) => has_all_of(last, first).then_some(true),
        (Rule::Last, _) | (_, Ordering::Less) | (Rule::FurtherOrLast, Ordering::Equal) => {
            Some(true)
        }
        (_, Ordering::Greater) => Some(false),
        (Rule::Further, Ordering::Equal) => None,
    }
}

/// Whether a value has all members of the other, and perhaps more.
fn has_all_of(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            part.iter().all(|(name, value)| whole.get(name) == Some(value))
        }
        _ => whole == part,
    }
}

#[cfg(test)]
mod tests {
    use crate::worlds::{Refusal, Worlds};

    /// The problems of two files with these entries.
    fn problems(list: &str, entries: [&str; 2]) -> Vec<String> {
        let file = |entry: &str| format!("{{\"{list}\": [{entry}]}}");
        let names = ["a.json", "b.json"].map(str::to_owned);
        let worlds = Worlds::read(entries.map(file).to_vec()).unwrap();
        match worlds.check() {
            Ok(()) => Vec::new(),
            Err(refusal @ Refusal::Problems(_)) => {
                refusal.message(&names).lines().map(str::to_owned).collect()
            }
            Err(refusal) => panic!("{refusal:?}"),
        }
    }

    #[test]
    fn ids_that_cannot_be_read_make_nothing_one() {
        for bad in [r#""""#, r#"" 3A""#, r#""\u0000""#, "7"] {
            let hit = |title: &str| format!(r#"{{"HITId": {bad}, "Title": "{title}"}}"#);
            let found = problems("HITs", [&hit("a"), &hit("b")]);
            assert!(found.iter().all(|problem| problem.contains("HITId")), "{found:?}");
            assert_eq!(found.len(), 2, "{bad}: {found:?}");
        }
    }

    #[test]
    fn values_are_the_same_however_they_are_written() {
        for (one, other) in [
            (r#""CreationTime": 0"#, r#""CreationTime": "1970-01-01T01:00:00+01:00""#),
            (r#""CreationTime": 0.0, "Title": null"#, r#""Title": "x", "CreationTime": "0""#),
            (r#""Expiration": "-2h""#, r#""Expiration": "-120m""#),
            (r#""Reward": "5""#, r#""Reward": "5.00""#),
            (r#""NumberOfAssignmentsPending": 1"#, r#""NumberOfAssignmentsPending": 2"#),
            (
                r#""HITReviewPolicy": {"PolicyName": "P", "Parameters": []}"#,
                r#""HITReviewPolicy": {"PolicyName": "P"}"#,
            ),
        ] {
            let hit = |more: &str| format!("{{\"HITId\": \"3A\", {more}}}");
            assert_eq!(problems("HITs", [&hit(one), &hit(other)]), [""; 0], "{one}");
        }
        for (one, other) in [
            (r#""CreationTime": 0"#, r#""CreationTime": 1"#),
            (r#""Expiration": "0s""#, r#""Expiration": "0""#),
            (r#""Title": "0""#, r#""Title": "0.0""#),
        ] {
            let hit = |more: &str| format!("{{\"HITId\": \"3A\", {more}}}");
            assert_eq!(problems("HITs", [&hit(one), &hit(other)]).len(), 1, "{one}");
        }
    }

    #[test]
    fn what_differs_names_both_places() {
        let entries =
            [r#"{"WorkerId": "A1", "Name": "Anna"}"#, "{\n\"WorkerId\": \"A1\",\n\"Name\": \"x\"}"];
        assert_eq!(
            problems("Workers", entries),
            ["b.json, line 3: Workers[0].Name: another value stands elsewhere for the same thing \
              (a.json, line 1: Workers[0].Name)"]
        );
        // A value that has more members than another contradicts it too.
        for (list, one, other) in [
            (
                "Workers",
                r#""Locale": {"Country": "US"}"#,
                r#""Locale": {"Country": "US", "Subdivision": "CA"}"#,
            ),
            (
                "Assignments",
                r#""HITId": "3A", "Answers": {"q": "a"}"#,
                r#""HITId": "3A", "Answers": {"q": "a", "r": "b"}"#,
            ),
            (
                "Assignments",
                r#""HITId": "3A", "Answers": {"Time": "0"}"#,
                r#""HITId": "3A", "Answers": {"Time": "0.0"}"#,
            ),
        ] {
            let id =
                if list == "Workers" { r#""WorkerId": "A1""# } else { r#""AssignmentId": "3B""# };
            let entry = |more: &str| format!("{{{id}, {more}}}");
            assert_eq!(problems(list, [&entry(one), &entry(other)]).len(), 1, "{one} {other}");
        }
    }
}
