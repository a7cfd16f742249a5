//! Reads world files: their members, and their lists.

use std::collections::HashSet;

use serde_json::Value;

use crate::money::Funds;
use crate::rules::robots::script::Robot;
use crate::rules::text::is_clean;
use crate::shapes::fault_rule::FaultRule;
use crate::shapes::scalar::ACCESS_KEY_BYTES;
use crate::shapes::webhook::Webhook;
use crate::shapes::worker::Worker;
use crate::time::{Instant, When};
use crate::worlds::entries::Entry;
use crate::worlds::entries::batches::BatchEntry;
use crate::worlds::entries::files::{FileEntry, LayoutEntry};
use crate::worlds::entries::hits::{AssignmentEntry, HitEntry, HitTypeEntry};
use crate::worlds::entries::people::{BlockEntry, BonusEntry, MessageEntry, RequesterEntry};
use crate::worlds::entries::qualifications::{GrantEntry, QualificationTypeEntry, RequestEntry};
use crate::worlds::entries::reviews::ReportEntry;
use crate::worlds::merge::{Group, List, Located, Owner, groups};
use crate::worlds::node::{self, Node, Object};
use crate::worlds::parallel;
use crate::worlds::problem::Reading;
use crate::worlds::read_entry::{read_apart, required};

/// Everything that the files of one load hold.
#[derive(Debug, Default)]
pub struct Entries {
    pub requesters: Vec<Located<RequesterEntry>>,
    /// What `get-account-balance` printed, at the top of a file.
    pub balances: Vec<Located<Funds>>,
    pub workers: Vec<Located<Worker>>,
    pub qualification_types: Vec<Located<QualificationTypeEntry>>,
    pub qualifications: Vec<Located<GrantEntry>>,
    pub qualification_requests: Vec<Located<RequestEntry>>,
    pub hit_types: Vec<Located<HitTypeEntry>>,
    pub hits: Vec<HitWithWork>,
    /// Those that are not inside their HIT.
    pub assignments: Vec<Located<AssignmentEntry>>,
    pub bonus_payments: Vec<Located<BonusEntry>>,
    pub worker_blocks: Vec<Located<BlockEntry>>,
    pub messages: Vec<Located<MessageEntry>>,
    pub layouts: Vec<Located<LayoutEntry>>,
    pub files: Vec<Located<FileEntry>>,
    pub batches: Vec<Located<BatchEntry>>,
    pub faults: Vec<Located<FaultRule>>,
    pub webhooks: Vec<Located<Webhook>>,
    pub robots: Vec<Located<Robot>>,
    /// The files whose lists have the market's own order, as in a dump.
    pub ordered: HashSet<usize>,
    /// The latest `Now` of the files.
    pub now: Option<Instant>,
    /// The key of the first requester of the last file.
    pub first_requester: Option<String>,
}

impl Entries {
    /// The ids of HITs that these files hold, or hold work on.
    pub fn hit_ids(&self) -> impl Iterator<Item = &str> {
        let of_hits = self.hits.iter().filter_map(|of| of.hit.hit_id.as_deref());
        let of_work = self.assignments.iter().filter_map(|work| work.hit_id.as_deref());
        of_hits.chain(of_work).map(String::as_str)
    }

    /// The ids that assignments have.
    pub fn work(&self) -> impl Iterator<Item = &str> {
        let within = self.hits.iter().flat_map(|hit| &hit.assignments);
        within
            .chain(&self.assignments)
            .filter_map(|work| Some(work.assignment_id.as_deref()?.as_str()))
    }
}

/// A HIT with the assignments that are inside it.
#[derive(Debug)]
pub struct HitWithWork {
    pub hit: Located<HitEntry>,
    pub assignments: Vec<Located<AssignmentEntry>>,
    /// Whether only results of review policies speak of it.
    pub is_of_results: bool,
}

/// What is beside the lists, or follows from the HITs, and is not read.
const NOT_READ: [&str; 5] =
    ["About", "NumResults", "NextToken", "ResponseMetadata", "OnHoldBalance"];

/// A file that is being read.
struct Source<'a> {
    object: Object<'a>,
    /// Who owns the entries that name no requester.
    owner: Owner,
    /// Whether it has no HITs of its own: what was saved of the work on a HIT, or of its review,
    /// makes the HIT. A world has the HITs of which it speaks, or the store has them.
    makes_hits: bool,
}

/// Reads the entries of all files; problems stay in the reading. `owner` owns the entries that name
/// no requester; without it, the first requester of their file does. None if a file is no JSON
/// object.
pub fn read(reading: &Reading<'_>, owner: Option<&str>) -> Option<Entries> {
    let mut entries = Entries::default();
    let files = (0..reading.texts.len()).map(|file| node::file(reading, file));
    let sources = files.map(|file| source(&file?, owner, &mut entries));
    // Each is read, so that the problems of all are found.
    let sources: Vec<Option<Source<'_>>> = sources.collect();
    let is_lost = sources.iter().any(Option::is_none);
    let mut sources = Sources(sources.into_iter().flatten().collect());
    entries.requesters = sources.list("Requesters", None);
    entries.workers = sources.list("Workers", None);
    entries.qualification_types = sources.list("QualificationTypes", Some("QualificationType"));
    entries.qualifications = sources.list("Qualifications", Some("Qualification"));
    entries.qualification_requests = sources.list("QualificationRequests", None);
    entries.bonus_payments = sources.list("BonusPayments", None);
    entries.worker_blocks = sources.list("WorkerBlocks", None);
    entries.messages = sources.list("Messages", None);
    entries.hits = sources.hits();
    let mut required_of_work = required::<AssignmentEntry>();
    required_of_work.push("HITId".to_owned());
    let assignments = sources.lists("Assignments", Some("Assignment"));
    entries.assignments = located(assignments, &required_of_work).flatten().collect();
    entries.hit_types = sources.list("HITTypes", None);
    entries.layouts = sources.list("HITLayouts", None);
    entries.files = sources.list("UploadedFiles", None);
    entries.batches = sources.list("Batches", None);
    entries.faults = sources.list("Faults", None);
    entries.webhooks = sources.list("Webhooks", None);
    entries.robots = sources.list("Robots", None);
    sources.0.into_iter().for_each(finish);
    (!is_lost).then_some(entries)
}

/// Opens a file: its owner, its time and its balance; none if it is no object.
fn source<'a>(file: &Node<'a>, owner: Option<&str>, entries: &mut Entries) -> Option<Source<'a>> {
    let mut object = file.object();
    if !file.text().starts_with('{') {
        return None;
    }
    object.members.retain(|(name, _)| !NOT_READ.contains(&name.as_ref()));
    if object.take("Ordered").and_then(|node| node.read()).unwrap_or(false) {
        entries.ordered.insert(file.place.file);
    }
    let now = object.take("Now").and_then(|node| {
        let when: When = node.read()?;
        when.absolute().map_err(|why| node.problem(why)).ok()
    });
    entries.now = entries.now.max(now);
    entries.first_requester = first_requester(&object);
    let named = owner.map(str::to_owned).or_else(|| entries.first_requester.clone());
    let owner = Owner { named, is_explicit: false };
    if let Some(node) = object.take("AvailableBalance") {
        let located = |available| Located::new(node.place.clone(), owner.clone(), available);
        entries.balances.extend(node.read().map(located));
    }
    let makes_hits = object.raw("HITs").is_none();
    Some(Source { object, owner, makes_hits })
}

/// The key of the file's first requester. What is wrong with it is reported where the entry is
/// read.
fn first_requester(object: &Object<'_>) -> Option<String> {
    let all: Value = serde_json::from_str(object.raw("Requesters")?.get()).ok()?;
    let key = all[0]["AccessKeyId"].as_str()?;
    (key.len() <= ACCESS_KEY_BYTES && is_clean(key)).then(|| key.to_owned())
}

fn finish(source: Source<'_>) {
    let mut object = source.object;
    if object.raw("HITId").is_some() {
        object.members.retain(|(name, _)| !HitEntry::OF_FILE.contains(&name.as_ref()));
    }
    // Also what is null is to be a member of a world.
    for (name, raw) in &object.members {
        object.child(name, raw).problem("there is no such member");
    }
}

/// The files of one load.
struct Sources<'a>(Vec<Source<'a>>);

impl<'a> Sources<'a> {
    /// The list of this name in all files, and what `get-…` printed of one of its entries.
    fn lists(&mut self, name: &str, single: Option<&str>) -> Vec<List<'a>> {
        let mut lists = Vec::new();
        for source in &mut self.0 {
            let one = single.and_then(|single| source.object.take(single));
            let several = source.object.take(name).map(|list| list.elements()).unwrap_or_default();
            lists.extend([several, one.into_iter().collect()].map(|nodes| source.list(nodes)));
        }
        lists
    }

    fn list<T: Entry>(&mut self, name: &str, single: Option<&str>) -> Vec<Located<T>> {
        located(self.lists(name, single), &required::<T>()).flatten().collect()
    }

    fn hits(&mut self) -> Vec<HitWithWork> {
        let mut lists = self.lists("HITs", Some("HIT"));
        let of_results = self.0.iter().filter(|source| source.object.raw("HITId").is_some());
        lists.extend(of_results.map(|source| source.list(vec![source.object.node.clone()])));
        let groups = groups(lists, &required::<HitEntry>());
        let required_of_work = required::<AssignmentEntry>();
        let hit = |group| hit(group, &required_of_work);
        parallel::map(groups, hit).into_iter().flatten().collect()
    }
}

impl<'a> Source<'a> {
    fn list(&self, nodes: Vec<Node<'a>>) -> List<'a> {
        List { owner: self.owner.clone(), makes_hits: self.makes_hits, nodes }
    }
}

/// The entries of these lists; none for each that cannot be used.
fn located<'a, T: Entry>(
    lists: Vec<List<'a>>,
    required: &[String],
) -> impl Iterator<Item = Option<Located<T>>> + use<'a, T> {
    groups(lists, required).into_iter().map(Group::located)
}

fn hit(group: Group<'_, HitEntry>, required_of_work: &[String]) -> Option<HitWithWork> {
    let is_of_results = group.copies.iter().all(|copy| copy.node.is_top());
    let node = group.copies.first()?.node.clone();
    let within = group.nested::<Vec<AssignmentEntry>>("Assignments");
    let [of_assignments, of_hit] = ["AssignmentReviewReport", "HITReviewReport"]
        .map(|name| report(&group.nested::<ReportEntry>(name)));
    let mut hit = group.located()?;
    if hit.hit_id.is_none() && hit.is_incomplete && node.object().raw("HITId").is_some() {
        node.reading.problems().is_partial = true;
    }
    let owner = &hit.owner;
    let lists = within.iter().map(|list| {
        let (owner, nodes) = (owner.clone(), list.elements());
        List { owner, makes_hits: false, nodes }
    });
    let (mut assignments, mut is_incomplete) = (Vec::new(), hit.is_incomplete);
    for work in located::<AssignmentEntry>(lists.collect(), required_of_work) {
        is_incomplete |= work.as_ref().is_none_or(|work| work.is_incomplete);
        let Some(work) = work else { continue };
        if work.hit_id.is_none() || work.hit_id == hit.hit_id {
            assignments.push(work);
        } else {
            let why = "HITId is not the HIT in which the assignment stands";
            node.reading.problems().add(&work.place, why);
            is_incomplete = true;
        }
    }
    hit.is_incomplete = is_incomplete;
    hit.entry.assignment_review_report = of_assignments;
    hit.entry.hit_review_report = of_hit;
    Some(HitWithWork { hit, assignments, is_of_results })
}

/// A report of all its pages.
fn report(pages: &[Node<'_>]) -> Option<ReportEntry> {
    let (mut results, mut actions) = (Vec::new(), Vec::new());
    for page in pages.iter().map(read_apart::<ReportEntry>) {
        results.extend(page.review_results.into_iter().flatten());
        actions.extend(page.review_actions.into_iter().flatten());
    }
    let report = ReportEntry { review_results: Some(results), review_actions: Some(actions) };
    (!pages.is_empty()).then_some(report)
}
