//! The world that an archive becomes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::rules::qualification::is_system;
use crate::time::Instant;
use crate::worlds::archive::batches::{BatchOf, Pages};
use crate::worlds::archive::item::{Item, REWARD, TITLE};
use crate::worlds::archive::kind::{Kind, in_words, with_balance};

/// The name of a qualification type that is made up begins so; its id follows.
const NAME: &str = "Unknown qualification";

/// A world, and where its entries come from.
#[derive(Debug, Default)]
pub struct Made {
    /// The world as JSON.
    pub text: String,
    /// How many entries of each kind it has, including those that are made up.
    pub counts: BTreeMap<Kind, usize>,
    /// Its batches, with their names.
    batches: Vec<(BatchOf, String)>,
    /// Whether it has a balance.
    has_balance: bool,
    /// What is made up, a line each.
    pub made_up: Vec<String>,
    /// For each list, the index in the archive of each of its entries; `None` if it is made up.
    places: HashMap<&'static str, Vec<Option<usize>>>,
}

/// An entry that is to be written.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its index in the archive.
    pub index: usize,
    pub kind: Kind,
    pub item: &'a Item,
    pub is_without_status: bool,
}

/// The work on one HIT.
#[derive(Default)]
struct Work {
    /// How many assignments of the HIT it uses up.
    places: i64,
    first: Option<Instant>,
    last: Option<Instant>,
}

/// An entry as JSON.
struct Line<'a> {
    at: Option<Instant>,
    index: Option<usize>,
    text: Cow<'a, str>,
}

impl Line<'_> {
    fn made_up(entry: &Value) -> Self {
        Self { at: None, index: None, text: entry.to_string().into() }
    }
}

impl Made {
    /// The world of these entries. Nothing is made up that the server has, as `is_known` says.
    pub fn of(
        entries: &[Entry<'_>],
        head: Map<String, Value>,
        pages: &Pages,
        is_known: impl Fn(Kind, &str) -> bool,
    ) -> Self {
        let has_balance = head.contains_key("AvailableBalance");
        let batches = pages.names.clone();
        let mut made = Self { batches, has_balance, ..Self::default() };
        let mut lists: BTreeMap<Kind, Vec<Line<'_>>> = BTreeMap::new();
        let work = work(entries);
        let types = keys(entries, Kind::HitType);
        let has_type = |id: &str| types.contains(id) || is_known(Kind::HitType, id);
        let (hits, mut untitled, mut short) = (keys(entries, Kind::Hit), 0, 0);
        for entry in entries {
            let Entry { index, kind, item, .. } = entry;
            let mut text = item.json();
            if *kind == Kind::Hit {
                let work = work.get(item.key.as_str());
                let lack = Lack::of(entry, work, has_type);
                untitled += usize::from(lack.is_untitled);
                short += usize::from(lack.is_short);
                let times = work.map_or((None, None), |work| (work.first, work.last));
                text = pages.amended(lack.amended(item, work), item, times);
            }
            lists.entry(*kind).or_default().push(Line { at: item.at, index: Some(*index), text });
        }
        let mut unknown: Vec<&str> = work.keys().copied().collect();
        unknown.retain(|id| !hits.contains(id) && !is_known(Kind::Hit, id));
        unknown.sort_unstable();
        let types = unknown_types(entries, is_known);
        made.note(unknown.len() + untitled, types.len(), short);
        let hits = unknown.iter().map(|id| Line::made_up(&unknown_hit(id, work.get(id)).into()));
        lists.entry(Kind::Hit).or_default().extend(hits);
        let types = types.into_iter().map(|id| Line::made_up(&unknown_type(id)));
        lists.entry(Kind::QualificationType).or_default().extend(types);
        made.made_up.extend(pages.lines.iter().cloned());
        made.write(lists, head, &pages.entries);
        made
    }

    /// What it holds: `3 HITs, 120 assignments`.
    pub fn in_words(&self) -> String {
        let batches = match self.batches.len() {
            0 => String::new(),
            1 => ", 1 batch".to_owned(),
            count => format!(", {count} batches"),
        };
        with_balance(&(in_words(&self.counts) + &batches), self.has_balance)
    }

    fn note(&mut self, hits: usize, types: usize, raised: usize) {
        if hits > 0 {
            let what = Kind::Hit.counted(hits);
            self.made_up.push(format!(
                "made up: {what} known only from assignments or reviews (title {TITLE:?}, reward \
                 {REWARD})"
            ));
        }
        if types > 0 {
            let what = Kind::QualificationType.counted(types);
            self.made_up.push(format!("made up: {what} known only by id (name \"{NAME} …\")"));
        }
        if raised > 0 {
            let what = Kind::Hit.counted(raised);
            self.made_up.push(format!("raised: MaxAssignments of {what}, to fit the assignments"));
        }
    }

    fn write(
        &mut self,
        lists: BTreeMap<Kind, Vec<Line<'_>>>,
        head: Map<String, Value>,
        batches: &[Value],
    ) {
        let mut text = Value::from(head).to_string();
        text.pop();
        if !batches.is_empty() {
            let batches: Vec<String> = batches.iter().map(Value::to_string).collect();
            text.push_str(&[",\n\"Batches\":[\n", &batches.join(",\n"), "\n]"].concat());
        }
        for (kind, mut lines) in lists.into_iter().filter(|(_, lines)| !lines.is_empty()) {
            lines.sort_by_key(|line| line.at);
            self.counts.insert(kind, lines.len());
            self.places.insert(kind.list(), lines.iter().map(|line| line.index).collect());
            text.push_str(&[",\n\"", kind.list(), "\":["].concat());
            for (nth, line) in lines.into_iter().enumerate() {
                text.push_str(if nth == 0 { "\n" } else { ",\n" });
                text.push_str(&line.text);
            }
            text.push_str("\n]");
        }
        text.push_str("}\n");
        self.text = text;
    }

    /// The entry of the archive that stands at this path of the world.
    pub fn entry_at(&self, path: &str) -> Option<usize> {
        let (list, index) = place(path)?;
        *self.places.get(list)?.get(index)?
    }

    /// The batch that stands at this path of the world, and its name.
    pub(super) fn batch_at(&self, path: &str) -> Option<&(BatchOf, String)> {
        let (list, index) = place(path)?;
        self.batches.get(index).filter(|_| list == "Batches")
    }
}

/// The list of a path, and the index in it.
fn place(path: &str) -> Option<(&str, usize)> {
    let (list, rest) = path.split_once('[')?;
    Some((list, rest.split_once(']')?.0.parse().ok()?))
}

/// The work on each HIT.
fn work<'a>(entries: &[Entry<'a>]) -> HashMap<&'a str, Work> {
    let mut all: HashMap<&'a str, Work> = HashMap::new();
    for Entry { item, .. } in entries.iter().filter(|entry| entry.kind == Kind::Assignment) {
        let Some(hit_id) = item.hit_id.as_deref() else { continue };
        let work = all.entry(hit_id).or_default();
        work.places += i64::from(!item.is_given_up());
        work.first = item.at.into_iter().chain(work.first).min();
        work.last = item.at.max(work.last);
    }
    all
}

/// The keys of the entries of a kind.
fn keys<'a>(entries: &[Entry<'a>], kind: Kind) -> HashSet<&'a str> {
    let of_kind = entries.iter().filter(|entry| entry.kind == kind);
    of_kind.map(|entry| entry.item.key.as_str()).collect()
}

/// The ids of qualification types that entries name, but that neither the archive nor the server
/// has.
fn unknown_types<'a>(
    entries: &[Entry<'a>],
    is_known: impl Fn(Kind, &str) -> bool,
) -> BTreeSet<&'a str> {
    let types = keys(entries, Kind::QualificationType);
    let named = entries.iter().flat_map(|entry| &entry.item.qualification_type_ids);
    let is_unknown =
        |id: &&str| !types.contains(id) && !is_system(id) && !is_known(Kind::QualificationType, id);
    named.map(String::as_str).filter(is_unknown).collect()
}

/// What must be added to a HIT, or removed from it.
struct Lack {
    is_untitled: bool,
    /// Whether it has more work than it allows.
    is_short: bool,
    is_without_status: bool,
}

impl Lack {
    fn of(hit: &Entry<'_>, work: Option<&Work>, has_type: impl Fn(&str) -> bool) -> Self {
        let Entry { item, is_without_status, .. } = *hit;
        let places = work.map_or(0, |work| work.places);
        let is_typed = || item.hit_type_id.as_deref().is_some_and(has_type);
        Self {
            is_untitled: !item.is_titled && !is_typed(),
            is_short: item.max_assignments.is_some_and(|max| max < places),
            is_without_status,
        }
    }

    /// The HIT, complete.
    fn amended<'a>(&self, item: &'a Item, work: Option<&Work>) -> Cow<'a, str> {
        let Self { is_untitled, is_short, is_without_status } = *self;
        if !is_untitled && !is_short && !is_without_status {
            return item.json();
        }
        let mut hit: Map<String, Value> = serde_json::from_str(&item.json()).unwrap_or_default();
        hit.retain(|name, _| match name.as_str() {
            "HITStatus" => !is_without_status,
            "MaxAssignments" => !is_short,
            _ => true,
        });
        for (name, value) in unknown_hit(&item.key, work) {
            if is_untitled || is_short && name == "MaxAssignments" {
                hit.entry(name).or_insert(value);
            }
        }
        Value::Object(hit).to_string().into()
    }
}

/// A HIT of which only its work is known. It is expired, so that nobody works on it.
fn unknown_hit(id: &str, work: Option<&Work>) -> Map<String, Value> {
    let time = |at: Option<Instant>| at.map_or_else(|| "0s".to_owned(), Instant::rfc3339);
    let mut hit = Map::new();
    hit.insert("HITId".to_owned(), id.into());
    hit.insert("Title".to_owned(), TITLE.into());
    hit.insert("Reward".to_owned(), REWARD.into());
    hit.insert("CreationTime".to_owned(), time(work.and_then(|work| work.first)).into());
    hit.insert("Expiration".to_owned(), time(work.and_then(|work| work.last)).into());
    let places = work.map_or(1, |work| work.places).max(1);
    hit.insert("MaxAssignments".to_owned(), places.into());
    hit
}

fn unknown_type(id: &str) -> Value {
    json!({"QualificationTypeId": id, "Name": format!("{NAME} {id}"), "IsRequestable": false})
}
