//! What a world file can say: the API's own nouns, and the people.

pub mod files;
pub mod hits;
pub mod layouts;
pub mod people;
pub mod qualifications;
pub mod reviews;

use std::collections::BTreeMap;

use crate::worlds::fields::{Fields, Node, Reading};
use crate::worlds::parallel;
use files::FileEntry;
use hits::{AssignmentEntry, HitEntry, HitTypeEntry};
use layouts::LayoutEntry;
use people::{BlockEntry, BonusEntry, MessageEntry, RequesterEntry, WorkerEntry};
use qualifications::{GrantEntry, QualificationTypeEntry, RequestEntry};

/// The owner that an entry names, or else its file's first requester.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    /// An access key or a requester id.
    pub named: Option<String>,
}

/// Everything that the files of one load say.
#[derive(Debug, Default)]
pub struct Entries {
    pub requesters: Vec<RequesterEntry>,
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
    /// Whether some file speaks of HITs: then an assignment's HIT must be among them or in the
    /// store. Saved assignments alone bring their HIT with them.
    pub speaks_of_hits: bool,
}

impl Entries {
    /// How many there are in each list that has some, besides HITs, their work, and workers.
    pub fn others(&self) -> BTreeMap<&'static str, usize> {
        let lists = [
            ("Requesters", self.requesters.len()),
            ("QualificationTypes", self.qualification_types.len()),
            ("Qualifications", self.qualifications.len()),
            ("QualificationRequests", self.qualification_requests.len()),
            ("HITLayouts", self.layouts.len()),
            ("HITTypes", self.hit_types.len()),
            ("UploadedFiles", self.files.len()),
            ("BonusPayments", self.bonus_payments.len()),
            ("WorkerBlocks", self.worker_blocks.len()),
            ("Messages", self.messages.len()),
        ];
        lists.into_iter().filter(|(_, count)| *count > 0).collect()
    }
}

/// What may stand in a file and cannot be loaded yet.
const NOT_YET: [&str; 2] = ["Faults", "Robots"];

/// Reads the entries of all files; problems stay in the reading.
pub fn read<'a>(reading: &'a Reading<'a>) -> Entries {
    let mut entries = Entries::default();
    for file in reading.files() {
        read_file(&file, &mut entries);
    }
    entries
}

fn read_file(file: &Node<'_>, entries: &mut Entries) {
    let mut fields = file.fields();
    // What the AWS CLI printed around a list.
    fields.pass_over(&["About", "NumResults", "NextToken", "ResponseMetadata"]);
    let requesters = list(&mut fields, "Requesters", |f| people::requester(f));
    let first = Owner { named: requesters.first().map(|first| first.access_key.clone()) };
    entries.requesters.extend(requesters);
    entries.workers.extend(list(&mut fields, "Workers", |f| people::worker(f)));
    let types = list(&mut fields, "QualificationTypes", |f| qualifications::of_type(f, &first));
    entries.qualification_types.extend(types);
    let grants = list(&mut fields, "Qualifications", |f| qualifications::grant(f, &first));
    entries.qualifications.extend(grants);
    let asked = list(&mut fields, "QualificationRequests", |f| qualifications::request(f));
    entries.qualification_requests.extend(asked);
    entries.hit_types.extend(list(&mut fields, "HITTypes", |f| hits::hit_type(f, &first)));
    if let Some(node) = fields.node("HITs") {
        entries.speaks_of_hits = true;
        entries.hits.extend(each(&node.elements(), |f| hits::hit(f, &first)));
    }
    let work = list(&mut fields, "Assignments", |f| hits::assignment(f, None, &first));
    entries.assignments.extend(work);
    entries.bonus_payments.extend(list(&mut fields, "BonusPayments", |f| people::bonus(f, &first)));
    entries.worker_blocks.extend(list(&mut fields, "WorkerBlocks", |f| people::block(f, &first)));
    entries.messages.extend(list(&mut fields, "Messages", |f| people::message(f, &first)));
    entries.layouts.extend(list(&mut fields, "HITLayouts", |f| layouts::layout(f, &first)));
    entries.files.extend(list(&mut fields, "UploadedFiles", |f| files::file(f)));
    for name in NOT_YET {
        if let Some(node) = fields.elements(name).first() {
            node.problem(format!("{name} cannot be loaded yet"));
        }
    }
    fields.finish();
}

/// The entries of a list; those that cannot be read at all are left out, with a problem each.
fn list<'a, T: Send>(
    fields: &mut Fields<'a>,
    name: &str,
    read: impl Fn(&mut Fields<'a>) -> Option<T> + Sync,
) -> Vec<T> {
    each(&fields.elements(name), read)
}

fn each<'a, T: Send>(
    nodes: &[Node<'a>],
    read: impl Fn(&mut Fields<'a>) -> Option<T> + Sync,
) -> Vec<T> {
    parallel::map(nodes, |node| one(node, &read)).into_iter().flatten().collect()
}

fn one<'a, T>(node: &Node<'a>, read: impl Fn(&mut Fields<'a>) -> Option<T>) -> Option<T> {
    let mut fields = node.fields();
    let entry = read(&mut fields);
    fields.finish();
    entry
}

/// The owner that the object names.
fn owner(fields: &mut Fields<'_>, first: &Owner) -> Owner {
    let named = fields.take("Requester").or_else(|| first.named.clone());
    Owner { named }
}
