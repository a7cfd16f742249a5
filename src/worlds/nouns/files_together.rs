//! Lists of several files together: what stands in more than one of them is one thing.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::ids::requester_of;
use crate::rules::qualification::is_system;
use crate::rules::worker::well_formed;
use crate::worlds::fields::{Node, meaning};
use crate::worlds::nouns::{DEFAULT, Owner};

/// A list as it stands in a file.
pub struct List<'a> {
    /// The owner of those who name none.
    pub owner: Owner,
    /// Its entries.
    pub nodes: Vec<Node<'a>>,
}

/// One thing, and all that is said of it.
pub struct Item<'a> {
    /// Where it stands first.
    pub node: Node<'a>,
    /// Where else it stands.
    pub others: Vec<Node<'a>>,
    /// The owner, if it names none.
    pub owner: Owner,
}

impl<'a> Item<'a> {
    fn new(node: Node<'a>, owner: &Owner) -> Self {
        Self { node, others: Vec::new(), owner: owner.clone() }
    }

    /// Every place where it stands.
    pub fn nodes(&self) -> impl Iterator<Item = &Node<'a>> {
        std::iter::once(&self.node).chain(&self.others)
    }

    /// Whether one of these files has it.
    pub fn stands_in(&self, files: &HashSet<usize>) -> bool {
        self.nodes().any(|node| files.contains(&node.place().file))
    }

    /// Whether the entry can be the same thing: two files that begin with other requesters speak of
    /// their own, unless the entry names its owner.
    fn can_be(&self, node: &Node<'a>, owner: &Owner) -> bool {
        let differ = self.owner != *owner && self.owner.named.is_some() && owner.named.is_some();
        !differ || by_id(node, "Requester").is_some()
    }

    fn stands_also(&mut self, node: Node<'a>, owner: &Owner) {
        if self.owner.named.is_none() {
            self.owner = owner.clone();
        }
        self.others.push(node);
    }
}

/// The things that the lists speak of, in their order. Entries of different lists with the same
/// `identity` are one thing; those of one list are not, and those without identity never.
pub fn together<'a>(
    lists: Vec<List<'a>>,
    identity: impl Fn(&Node<'a>, &Owner) -> Option<String>,
) -> Vec<Item<'a>> {
    let several = lists.iter().filter(|list| !list.nodes.is_empty()).count() > 1;
    let mut items: Vec<Item<'a>> = Vec::new();
    let mut known: HashMap<String, Vec<usize>> = HashMap::new();
    for List { owner, nodes } in lists {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let mut added = Vec::new();
        for node in nodes {
            let id = if several { identity(&node, &owner) } else { None };
            // The second of this list is the second of the others.
            let nth = id.as_ref().map_or(0, |id| count(&mut seen, id));
            let before = id.as_ref().and_then(|id| known.get(id)?.get(nth));
            if let Some(index) = before.filter(|index| items[**index].can_be(&node, &owner)) {
                items[*index].stands_also(node, &owner);
                continue;
            }
            added.extend(id.map(|id| (id, items.len())));
            items.push(Item::new(node, &owner));
        }
        for (id, index) in added {
            known.entry(id).or_default().push(index);
        }
    }
    items
}

/// How often it was seen before.
fn count(seen: &mut HashMap<String, usize>, id: &str) -> usize {
    let times = seen.entry(id.to_owned()).or_default();
    *times += 1;
    *times - 1
}

/// What has an id is what the id says.
pub fn by_id(node: &Node<'_>, name: &str) -> Option<String> {
    by_ids(node, &[name])
}

/// What has several ids is what all of them say.
pub fn by_ids(node: &Node<'_>, names: &[&str]) -> Option<String> {
    let members: Map<String, Value> = serde_json::from_str(node.text()).ok()?;
    let ids = names.iter().map(|name| members.get(*name)?.as_str());
    ids.collect::<Option<Vec<&str>>>().map(|ids| ids.join(" "))
}

/// What has none is what it says.
pub fn by_text(node: &Node<'_>) -> Option<String> {
    meaning("", node.text()).map(|said| said.to_string())
}

/// As [`by_text`], of one owner, whom a dump names and saved output does not.
pub fn by_owner_and_text(node: &Node<'_>, owner: &Owner) -> Option<String> {
    let mut said = meaning("", node.text())?;
    if let Some(members) = said.as_object_mut() {
        members.remove("Requester");
    }
    Some(format!("{} {said}", owner_of(node, owner)))
}

/// What makes two qualification types one; the system's may differ, since nobody loads them.
pub fn of_type(node: &Node<'_>, owner: &Owner) -> Option<String> {
    let id = by_id(node, "QualificationTypeId").filter(|id| !is_system(id));
    id.or_else(|| by_owner_and_text(node, owner))
}

/// A worker has a qualification once.
pub fn of_grant(node: &Node<'_>, _: &Owner) -> Option<String> {
    by_ids(node, &["QualificationTypeId", "WorkerId"])
}

/// What makes two requests for a qualification one.
pub fn of_request(node: &Node<'_>, _: &Owner) -> Option<String> {
    by_id(node, "QualificationRequestId").or_else(|| by_text(node))
}

/// A requester blocks a worker once.
pub fn of_block(node: &Node<'_>, owner: &Owner) -> Option<String> {
    Some(format!("{} {}", owner_of(node, owner), by_id(node, "WorkerId")?))
}

/// The requester id of the owner: a key, which has another length, stands for the id that it makes.
fn owner_of(node: &Node<'_>, owner: &Owner) -> String {
    let named = by_id(node, "Requester").or_else(|| owner.named.clone());
    let named = named.unwrap_or_else(|| DEFAULT.to_owned());
    let is_id = named.len() == 14 && well_formed(&named);
    if is_id { named } else { requester_of(&named) }
}
