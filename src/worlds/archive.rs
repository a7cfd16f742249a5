//! Archives: saved answers of Mechanical Turk, in many files, become one world.
//!
//! - Copies of an entry are merged, as in world files. Where they conflict, the copy that was saved
//!   later is used.
//! - Entries that others refer to and that the archive lacks are made up, with as few members as
//!   possible.
//! - Entries that a server refuses are left out, so that the rest can be loaded.

mod batches;
mod copies;
mod date;
mod item;
mod kind;
mod made;
mod read;
mod results;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value};

use kind::with_balance;
pub use kind::{Kind, in_words};
pub use made::Made;
pub use read::{File, decode, read};

use crate::rules::limits;
use crate::worlds::Problem;
use crate::worlds::problem::Problems;
use batches::{Batch, BatchOf, Pages};
use copies::{Copies, List};
use item::Item;
use made::Entry;

/// Reads the bytes of a file.
///
/// # Errors
/// For a person: what the file is instead of saved answers.
pub fn read_bytes(bytes: Vec<u8>) -> Result<File, String> {
    if results::is_table(&bytes) { Ok(results::read(&bytes)) } else { decode(bytes).and_then(read) }
}

/// The entries of all files.
#[derive(Debug, Default)]
pub struct Archive {
    names: Vec<String>,
    saved: Vec<Saved>,
    by_id: HashMap<(Kind, String), usize>,
    /// Of entries without an id: all with one content.
    by_content: HashMap<(Kind, String), Copies>,
    /// When it was saved, in epoch seconds, and the amount.
    balance: Option<(Option<i64>, String)>,
    now: Option<String>,
    /// The keys of the entries that the server has already. They are not loaded again.
    known: BTreeMap<Kind, HashSet<String>>,
    /// The numbers of the server's batches.
    known_batches: HashSet<i64>,
    /// The batches that the server refused.
    refused_batches: HashSet<BatchOf>,
    naive_times: usize,
    unknown_members: BTreeSet<String>,
    left_out: LeftOut,
}

/// An entry of the archive.
#[derive(Debug)]
struct Saved {
    kind: Kind,
    item: Item,
    /// The file with the copy that was saved last.
    file: usize,
    /// Whether the server has it, although it has no id.
    is_there: bool,
    /// Whether the server refused it.
    is_left_out: bool,
    /// Whether the server refused the status that a HIT was saved with.
    is_without_status: bool,
}

/// What stands for a file in the [`List`]s of the server's dump.
const SERVER: usize = usize::MAX;

/// How copies in one file conflict with those in another.
#[derive(Default)]
struct Contradiction {
    entries: usize,
    members: BTreeSet<String>,
}

/// What was left out. The key is the file, the kind, and whether only the status was left out; the
/// value is the number of entries, and the reason for the first one.
#[derive(Debug, Default)]
struct LeftOut {
    entries: BTreeMap<(usize, Kind, bool), (usize, String)>,
    /// A line of the report for each batch.
    batches: Vec<String>,
}

impl LeftOut {
    fn add(&mut self, saved: &Saved, is_status: bool, reason: &str) {
        let first = || (0, format!("{}: {reason}", saved.item.key));
        self.entries.entry((saved.file, saved.kind, is_status)).or_insert_with(first).0 += 1;
    }

    fn lines(self, names: &[String]) -> Vec<String> {
        let line =
            |((file, kind, is_status), (count, why)): ((usize, Kind, bool), (usize, String))| {
                let status = if is_status { "the status of " } else { "" };
                let first = if count > 1 { "the first: " } else { "" };
                format!("{}: left out {status}{} ({first}{why})", names[file], kind.counted(count))
            };
        self.entries.into_iter().map(line).chain(self.batches).collect()
    }
}

impl Archive {
    /// Adds what a file holds, and returns one line of the report about it. `changed_at` is the
    /// time at which the file was last changed, in epoch seconds.
    pub fn add(&mut self, name: &str, file: File, changed_at: Option<i64>) -> String {
        let index = self.names.len();
        self.names.push(name.to_owned());
        self.naive_times += file.naive_times;
        self.unknown_members.extend(file.unknown_members);
        self.now = self.now.take().max(file.now);
        let has_balance = file.balance.is_some();
        let balance = file.balance.map(|(at, balance)| (at.or(changed_at), balance));
        if self.balance.as_ref().is_none_or(|(at, _)| balance.as_ref().is_some_and(|b| b.0 >= *at))
        {
            self.balance = balance.or(self.balance.take());
        }
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        let mut hits = HashSet::new();
        let mut contradictions: BTreeMap<(usize, Kind), Contradiction> = BTreeMap::new();
        let mut again = 0;
        for (kind, item) in file.items {
            *counts.entry(kind).or_default() += 1;
            if kind == Kind::Assignment {
                hits.extend(item.hit_id.clone());
            }
            let item = Item { saved_at: item.saved_at.or(changed_at), ..item };
            let Some((other, disputed)) = self.add_item(index, kind, item) else { continue };
            again += usize::from(other != index);
            if !disputed.is_empty() {
                let found = contradictions.entry((other, kind)).or_default();
                found.entries += 1;
                found.members.extend(disputed);
            }
        }
        let mut parts = vec![name.to_owned(), ": ".to_owned()];
        parts.push(with_balance(&counted(&counts, hits.len()), has_balance));
        if again > 0 {
            parts.push(format!(", {again} of them also in other files"));
        }
        for ((other, kind), Contradiction { entries, members }) in contradictions {
            let members = members.into_iter().collect::<Vec<_>>().join(", ");
            let (what, other) = (kind.counted(entries), &self.names[other]);
            parts.push(format!(
                "; conflicts with {other} in {members} of {what}: the copy saved later is used"
            ));
        }
        parts.extend(file.notes.iter().map(|note| format!("; {note}")));
        parts.push(first_of(&file.problems, "; left out: "));
        parts.concat()
    }

    /// Adds an entry. If another file has a copy: that file, and the members that conflict.
    fn add_item(&mut self, file: usize, kind: Kind, item: Item) -> Option<(usize, Vec<String>)> {
        let Some(index) = self.copy_of(kind, &item, (file, item.list)) else {
            let (is_there, is_left_out, is_without_status) = (false, false, false);
            let saved = Saved { kind, item, file, is_there, is_left_out, is_without_status };
            self.saved.push(saved);
            self.note(self.saved.len() - 1);
            return None;
        };
        let saved = &mut self.saved[index];
        let other = saved.file;
        let is_newer = saved.item.saved_at <= item.saved_at;
        let (key, before) = (item.key.clone(), std::mem::take(&mut saved.item));
        let (older, newer) = if is_newer { (before, item) } else { (item, before) };
        let (merged, disputed) = kind.merged(older, newer);
        if is_newer {
            saved.file = file;
        }
        saved.item = Item { key, ..merged };
        self.note(index);
        Some((other, disputed))
    }

    /// The entry of which this item of the list is a copy.
    fn copy_of(&mut self, kind: Kind, item: &Item, list: List) -> Option<usize> {
        let key = (kind, item.key.clone());
        if item.has_id {
            return self.by_id.get(&key).copied();
        }
        self.by_content.entry(key).or_default().take(list, item.happened)
    }

    /// Notes where copies of a saved entry find it.
    fn note(&mut self, index: usize) {
        let Saved { kind, item, .. } = &self.saved[index];
        let key = (*kind, item.key.clone());
        if item.has_id {
            self.by_id.insert(key, index);
        } else {
            self.by_content.entry(key).or_default().add(index, item.happened);
        }
    }

    /// How many entries of a kind there are.
    pub fn count(&self, kind: Kind) -> usize {
        self.saved.iter().filter(|saved| saved.kind == kind).count()
    }

    /// Whether there is nothing to load.
    pub fn is_empty(&self) -> bool {
        self.saved.is_empty() && !self.has_balance()
    }

    /// Whether it has a balance, as `get-account-balance` prints it.
    pub fn has_balance(&self) -> bool {
        self.balance.is_some()
    }

    /// Notes what the server has already, from its `dump`: those entries are not loaded again.
    /// `owner` is the access key or the id of the requester who will own the entries that name no
    /// requester; without it, that may be any requester.
    pub fn know(&mut self, dump: File, owner: Option<&str>) {
        let requesters = dump.items.iter().filter(|(kind, _)| *kind == Kind::Requester);
        let entries = requesters.map(|(_, item)| serde_json::from_str(&item.json()));
        let ids: HashMap<String, String> = entries
            .filter_map(|entry: Result<Value, _>| {
                let entry = entry.ok()?;
                let text = |name: &str| entry[name].as_str().map(str::to_owned);
                Some((text("AccessKeyId")?, text("RequesterId")?))
            })
            .collect();
        let owner = owner.map(|owner| ids.get(owner).map_or(owner, String::as_str));
        self.known_batches.extend(dump.batches);
        for (kind, item) in dump.items {
            if !item.has_id {
                if let Some(index) = self.copy_of(kind, &item, (SERVER, item.list)) {
                    self.saved[index].is_there = true;
                    self.note(index);
                }
                continue;
            }
            if let (Kind::WorkerBlock, Some((worker, of))) = (kind, item.key.split_once(' '))
                && owner.is_none_or(|owner| owner == of)
            {
                self.known.entry(kind).or_default().insert(worker.to_owned());
            }
            self.known.entry(kind).or_default().insert(item.key);
        }
    }

    /// What was left out since the last call: a line of the report for each file and kind.
    pub fn take_left_out(&mut self) -> Vec<String> {
        std::mem::take(&mut self.left_out).lines(&self.names)
    }

    /// Leaves out the entries of `made` that the server refused. A batch, which has the settings of
    /// its first HIT, is left out only if no entry is: it may have been refused for such a HIT.
    ///
    /// # Errors
    /// The first problem that does not belong to an entry of the archive.
    pub fn leave_out(&mut self, made: &Made, problems: &[Problem]) -> Result<(), Problem> {
        let (of_batches, of_entries): (Vec<&Problem>, Vec<&Problem>) =
            problems.iter().partition(|problem| made.batch_at(&problem.path).is_some());
        if of_entries.is_empty() {
            self.leave_out_batches(made, &of_batches);
        }
        let mut hits = HashMap::new();
        for problem in of_entries {
            let index = made.entry_at(&problem.path).ok_or_else(|| problem.clone())?;
            match self.hit_without_room(index, problem) {
                Some(hit_id) => drop(hits.insert(hit_id, problem.reason.as_str())),
                None => self.leave_out_one(index, problem),
            }
        }
        let known = self.known.get(&Kind::Assignment);
        let is_new = |saved: &Saved| known.is_none_or(|known| !known.contains(&saved.item.key));
        for saved in self.saved.iter_mut().filter(|saved| !saved.is_left_out && is_new(saved)) {
            let hit_id = saved.item.hit_id.as_deref().filter(|_| saved.kind == Kind::Assignment);
            if let Some(reason) = hit_id.and_then(|hit_id| hits.get(hit_id)) {
                saved.is_left_out = true;
                self.left_out.add(saved, false, reason);
            }
        }
        Ok(())
    }

    fn leave_out_batches(&mut self, made: &Made, problems: &[&Problem]) {
        for Problem { path, reason, .. } in problems {
            let Some((of, name)) = made.batch_at(path) else { continue };
            if self.refused_batches.insert(*of) {
                let line = format!("{name}: left out, only its HITs are imported: {reason}");
                self.left_out.batches.push(line);
            }
        }
    }

    /// The HIT of an assignment, if the HIT is on the server and is full. In that case the server
    /// names one assignment as a whole, and no member of it.
    fn hit_without_room(&self, index: usize, problem: &Problem) -> Option<String> {
        let Saved { kind: Kind::Assignment, item, .. } = &self.saved[index] else { return None };
        let hit_id = item.hit_id.clone()?;
        (problem.path.ends_with(']') && self.is_known(Kind::Hit, &hit_id)).then_some(hit_id)
    }

    fn leave_out_one(&mut self, index: usize, problem: &Problem) {
        let saved = &mut self.saved[index];
        // A HIT may be refused as a whole because the archive lacks some of its work.
        let is_status =
            saved.item.is_decided() && !saved.is_without_status && problem.path.ends_with(']');
        if saved.is_left_out {
            return;
        }
        saved.is_without_status |= is_status;
        saved.is_left_out |= !is_status;
        self.left_out.add(saved, is_status, &problem.reason);
    }

    /// The world of all entries that are not left out and that the server does not have.
    pub fn made(&self) -> Made {
        let mut head = Map::new();
        head.insert("About".to_owned(), "An archive, as mturk-local imported it.".into());
        head.extend(self.now.clone().map(|now| ("Now".to_owned(), now.into())));
        let balance = self.balance.as_ref().map(|(_, balance)| balance.as_str());
        head.extend(balance.map(|balance| ("AvailableBalance".to_owned(), balance.into())));
        let entries: Vec<Entry<'_>> = self.entries().collect();
        let pages = Pages::of(&self.batches());
        Made::of(&entries, head, &pages, |kind, key| self.is_known(kind, key))
    }

    /// The batches of results. One without a number has the HITs that the server lacks.
    fn batches(&self) -> Vec<Batch<'_>> {
        let of_kind = self.saved.iter().filter(|saved| saved.kind == Kind::Hit);
        let hits = of_kind.filter(|saved| !saved.is_left_out).filter(|saved| {
            let has_number = saved.item.row.as_ref().is_some_and(|row| row.batch.is_some());
            has_number || !self.has_server(saved)
        });
        let groups = batches::grouped(hits.map(|saved| (saved.file, &saved.item)));
        let batch = |(of, hits): (BatchOf, Vec<_>)| {
            let (name, is_there) = match of {
                BatchOf::Number(number) => {
                    (format!("Batch {number}"), self.known_batches.contains(&number))
                }
                BatchOf::File(file) => (short_name(&self.names[file]), false),
            };
            Batch { of, name, is_there, is_refused: self.refused_batches.contains(&of), hits }
        };
        groups.into_iter().map(batch).collect()
    }

    fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let all = self.saved.iter().enumerate();
        let new = all.filter(|(_, saved)| !saved.is_left_out && !self.has_server(saved));
        new.map(|(index, saved)| {
            let Saved { kind, ref item, is_without_status, .. } = *saved;
            Entry { index, kind, item, is_without_status }
        })
    }

    fn has_server(&self, saved: &Saved) -> bool {
        saved.is_there || self.is_known(saved.kind, &saved.item.key)
    }

    fn is_known(&self, kind: Kind, key: &str) -> bool {
        self.known.get(&kind).is_some_and(|keys| keys.contains(key))
    }

    /// What the server has already of this archive, in words; empty if it has nothing.
    pub fn already_there(&self) -> String {
        let known = self.saved.iter().filter(|saved| self.has_server(saved));
        let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
        known.for_each(|saved| *counts.entry(saved.kind).or_default() += 1);
        in_words(&counts)
    }

    /// Lines of the report about the archive as a whole.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.naive_times > 0 {
            let count = self.naive_times;
            notes.push(format!("times without a time zone, read as UTC: {count}"));
        }
        if !self.unknown_members.is_empty() {
            let names = self.unknown_members.iter().take(20).map(String::as_str);
            let names = names.collect::<Vec<_>>().join(", ");
            let more = self.unknown_members.len().saturating_sub(20);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            notes.push(format!("left out members that the API does not have: {names}{more}"));
        }
        notes
    }
}

/// The name of a file without its folders, as long as a batch's name may be.
fn short_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.chars().take(limits::TITLE).collect()
}

/// As [`in_words`], with the number of HITs that the assignments belong to.
fn counted(counts: &BTreeMap<Kind, usize>, hits: usize) -> String {
    let counted = counts.iter().map(|(kind, count)| {
        let of = if *kind == Kind::Assignment {
            format!(" of {}", Kind::Hit.counted(hits))
        } else {
            String::new()
        };
        format!("{}{of}", kind.counted(*count))
    });
    counted.collect::<Vec<_>>().join(", ")
}

/// `before`, the first problem, and how many more there are; empty if there is none.
pub fn first_of(problems: &[Problem], before: &str) -> String {
    match problems {
        [] => String::new(),
        [one] => format!("{before}{one}"),
        [first, more @ ..] => {
            // No more than so many are listed.
            let at_least = if problems.len() >= Problems::MOST { "at least " } else { "" };
            format!("{before}{first} (and {at_least}{} more)", more.len())
        }
    }
}
