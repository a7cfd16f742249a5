//! What a world file can say: the API's own nouns, and the people.

pub mod files;
mod files_together;
pub mod hits;
pub mod layouts;
pub mod people;
pub mod qualifications;
pub mod reviews;

use std::collections::HashSet;

use crate::rules::text::{ACCESS_KEY_BYTES, is_clean};
use crate::time::{Instant, When};
use crate::worlds::fields::{Differing, Fields, Node, Place, Reading};
use crate::worlds::parallel;
use files::FileEntry;
use files_together::{Item, List, by_id, by_text, together};
use hits::{AssignmentEntry, HitEntry, HitTypeEntry};
use layouts::LayoutEntry;
use people::{BalanceEntry, BlockEntry, BonusEntry, MessageEntry, RequesterEntry, WorkerEntry};
use qualifications::{GrantEntry, QualificationTypeEntry, RequestEntry};
use reviews::RESULTS;

/// The requester of everything that names none.
pub const DEFAULT: &str = "test";

/// The owner that an entry names, or else its file's first requester.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
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
}

/// Everything that the files of one load say.
#[derive(Debug, Default)]
pub struct Entries {
    pub requesters: Vec<RequesterEntry>,
    pub balances: Vec<BalanceEntry>,
    pub workers: Vec<WorkerEntry>,
    pub qualification_types: Vec<QualificationTypeEntry>,
    pub qualifications: Vec<GrantEntry>,
    pub qualification_requests: Vec<RequestEntry>,
    pub hit_types: Vec<HitTypeEntry>,
    pub hits: Vec<HitEntry>,
    pub assignments: Vec<AssignmentEntry>,
    pub bonus_payments: Vec<BonusEntry>,
    pub worker_blocks: Vec<BlockEntry>,
    pub messages: Vec<MessageEntry>,
    pub layouts: Vec<LayoutEntry>,
    pub files: Vec<FileEntry>,
    /// Whether an entry could not be read so far that others could name it.
    pub lost: bool,
    /// The files whose lists stand in the market's own order, as in a dump.
    pub ordered: HashSet<usize>,
    /// The latest `Now` of the files.
    pub now: Option<Instant>,
}

/// What may stand in a file and cannot be loaded yet.
const NOT_YET: [&str; 2] = ["Faults", "Robots"];

/// What stands around the lists and says nothing.
const AROUND: [&str; 4] = ["About", "NumResults", "NextToken", "ResponseMetadata"];

/// A file that is being read.
struct Source<'a> {
    fields: Fields<'a>,
    first: Owner,
}

/// Reads the entries of all files; problems stay in the reading.
pub fn read<'a>(reading: &'a Reading<'a>) -> Entries {
    let mut entries = Entries::default();
    let files = reading.files();
    let mut sources: Vec<Source<'a>> =
        files.iter().map(|file| source(file, &mut entries)).collect();
    let all = &mut sources;
    read_people(all, &mut entries);
    let bringing = bringing(all);
    entries.hits = hits_of(all, &bringing);
    entries.assignments = assignments(all, &bringing);
    entries.hit_types = owned_list(all, "HITTypes", hits::hit_type);
    entries.layouts = owned_list(all, "HITLayouts", layouts::layout);
    entries.files = plain_list(all, "UploadedFiles", files::file);
    sources.into_iter().for_each(finish);
    entries.lost = reading.left_out();
    entries
}

/// The files without HITs of their own: what was saved of the work on a HIT, or of its review,
/// brings the HIT along. A world has the HITs of which it speaks, or the store has them.
fn bringing(all: &[Source<'_>]) -> HashSet<usize> {
    let without = all.iter().filter(|source| !source.fields.has("HITs"));
    without.map(|source| source.fields.place().file).collect()
}

/// Requesters, workers, and what they have with one another.
fn read_people(all: &mut [Source<'_>], entries: &mut Entries) {
    entries.requesters = plain_list(all, "Requesters", people::requester);
    entries.workers = plain_list(all, "Workers", people::worker);
    let names = ("QualificationTypes", Some("QualificationType"));
    entries.qualification_types =
        list(all, names, files_together::of_type, qualifications::of_type);
    let names = ("Qualifications", Some("Qualification"));
    entries.qualifications = list(all, names, files_together::of_grant, qualifications::grant);
    let (names, request) = (("QualificationRequests", None), qualifications::request);
    entries.qualification_requests =
        list(all, names, files_together::of_request, |fields, _| request(fields));
    entries.bonus_payments = owned_list(all, "BonusPayments", people::bonus);
    entries.worker_blocks =
        list(all, ("WorkerBlocks", None), files_together::of_block, people::block);
    entries.messages = owned_list(all, "Messages", people::message);
}

/// Opens a file and reads who speaks in it.
fn source<'a>(file: &Node<'a>, entries: &mut Entries) -> Source<'a> {
    let mut fields = file.fields();
    fields.pass_over(&AROUND);
    if fields.take("Ordered").unwrap_or(false) {
        entries.ordered.insert(file.place().file);
    }
    entries.now = entries.now.max(fields.instant("Now"));
    let named = fields.peek("Requesters").and_then(|all| {
        let all: Vec<Named> = serde_json::from_str(all.text()).ok()?;
        // What is wrong with it is told where the entry is read.
        let can_be = |key: &String| key.len() <= ACCESS_KEY_BYTES && is_clean(key);
        all.into_iter().next()?.access_key.filter(can_be)
    });
    let first = Owner { named, is_explicit: false };
    entries.balances.extend(people::balance(&mut fields, &first));
    Source { fields, first }
}

/// An entry of `Requesters`, as far as it names others' owner.
#[derive(serde::Deserialize)]
struct Named {
    #[serde(rename = "AccessKeyId")]
    access_key: Option<String>,
}

fn finish(source: Source<'_>) {
    let mut fields = source.fields;
    if fields.has("HITId") {
        fields.pass_over(&RESULTS);
    }
    for name in NOT_YET {
        if let Some(node) = fields.elements(name).first() {
            node.problem(format!("{name} cannot be loaded yet"));
        }
    }
    fields.finish();
}

/// The entries of a list in all files, and what the API's `Get…` printed of one of them; those with
/// one identity are merged. Those that cannot be read at all are left out, with a problem each.
fn list<'a, T: Send>(
    sources: &mut [Source<'a>],
    (name, single): (&str, Option<&str>),
    identity: impl Fn(&Node<'a>, &Owner) -> Option<String>,
    read: impl Fn(&mut Fields<'a>, &Owner) -> Option<T> + Sync,
) -> Vec<T> {
    let items = together(lists(sources, name, single), identity);
    each(&items, |item| {
        let mut fields = item.node.fields();
        for other in &item.others {
            fields.merge(other.fields(), |_, _, _| Differing::Refused);
        }
        let entry = read(&mut fields, &item.owner);
        fields.finish();
        entry
    })
}

/// As [`list`], of what has no id.
fn owned_list<'a, T: Send>(
    sources: &mut [Source<'a>],
    name: &str,
    read: impl Fn(&mut Fields<'a>, &Owner) -> Option<T> + Sync,
) -> Vec<T> {
    list(sources, (name, None), files_together::by_owner_and_text, read)
}

/// As [`list`], of what has no owner either.
fn plain_list<'a, T: Send>(
    sources: &mut [Source<'a>],
    name: &str,
    read: impl Fn(&mut Fields<'a>) -> Option<T> + Sync,
) -> Vec<T> {
    list(sources, (name, None), |node, _| by_text(node), |fields, _| read(fields))
}

fn hits_of(sources: &mut [Source<'_>], bringing: &HashSet<usize>) -> Vec<HitEntry> {
    let mut lists = lists(sources, "HITs", Some("HIT"));
    let results = sources.iter().filter(|source| source.fields.has("HITId"));
    lists.extend(results.map(|source| List {
        owner: source.first.clone(),
        nodes: vec![source.fields.whole().clone()],
    }));
    let items = together(lists, |node, _| by_id(node, "HITId"));
    each(&items, |item| {
        let mut fields = hit_fields(&item.node);
        let results_only = item.nodes().all(Node::is_top);
        let brings_hit = item.stands_in(bringing);
        for other in &item.others {
            fields.merge(hit_fields(other), hits::merged);
        }
        let entry = hits::hit(&mut fields, &item.owner);
        fields.finish();
        Some(HitEntry { results_only, brings_hit, ..entry })
    })
}

/// The members of a HIT; of a whole file, those that review policies' results have.
fn hit_fields<'a>(node: &Node<'a>) -> Fields<'a> {
    let mut fields = node.fields();
    if node.is_top() {
        fields.keep_only(&RESULTS);
    }
    fields
}

fn assignments(sources: &mut [Source<'_>], bringing: &HashSet<usize>) -> Vec<AssignmentEntry> {
    let lists = lists(sources, "Assignments", Some("Assignment"));
    let items = together(lists, |node, _| by_id(node, "AssignmentId"));
    each(&items, |item| {
        let mut fields = item.node.fields();
        for other in &item.others {
            let other = other.fields();
            let rule = hits::reviewed(&fields, &other);
            fields.merge(other, rule);
        }
        let entry = hits::assignment(&mut fields, None, &item.owner);
        fields.finish();
        Some(AssignmentEntry { brings_hit: item.stands_in(bringing), ..entry? })
    })
}

fn lists<'a>(sources: &mut [Source<'a>], name: &str, single: Option<&str>) -> Vec<List<'a>> {
    let mut lists = Vec::new();
    for source in sources {
        let one = single.and_then(|single| source.fields.node(single));
        for nodes in [source.fields.elements(name), one.into_iter().collect()] {
            lists.push(List { owner: source.first.clone(), nodes });
        }
    }
    lists
}

fn each<'a, T: Send>(items: &[Item<'a>], read: impl Fn(&Item<'a>) -> Option<T> + Sync) -> Vec<T> {
    let entries = parallel::map(items, read);
    let left_out = items.iter().zip(&entries).filter(|(_, entry)| entry.is_none());
    left_out.for_each(|(item, _)| item.node.leave_out());
    entries.into_iter().flatten().collect()
}

fn one<'a, T>(node: &Node<'a>, read: impl Fn(&mut Fields<'a>) -> Option<T>) -> Option<T> {
    let mut fields = node.fields();
    let entry = read(&mut fields);
    fields.finish();
    entry
}

/// The owner that the object names.
fn owner(fields: &mut Fields<'_>, first: &Owner) -> Owner {
    match fields.access_key("Requester") {
        None => first.clone(),
        named => Owner { named, is_explicit: true },
    }
}

/// Entries that stand somewhere and happened at some time.
pub trait Happened {
    /// Where it stands.
    fn place(&self) -> &Place;
    /// When it happened, if the file says it.
    fn when(&self) -> Option<&When>;
}
