//! Lists of several files together: what stands in more than one of them is one thing.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::rules::qualification::is_system;
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
            if let Some(index) = before {
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

/// As [`by_text`], of one owner.
pub fn by_owner_and_text(node: &Node<'_>, owner: &Owner) -> Option<String> {
    Some(format!("{} {}", name_of(owner), by_text(node)?))
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
    let requester = by_id(node, "Requester").unwrap_or_else(|| name_of(owner).to_owned());
    Some(format!("{requester} {}", by_id(node, "WorkerId")?))
}

fn name_of(owner: &Owner) -> &str {
    owner.named.as_deref().unwrap_or(DEFAULT)
}
