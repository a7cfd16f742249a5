//! One entry of a file: how it is read, and merged with its copies.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value, json};

use crate::rules::text::json_holds_nul;
use crate::time::Instant;
use crate::worlds::archive::date;
use crate::worlds::entries::Entry;
use crate::worlds::merge::{last_counts, stage};
use crate::worlds::node::Node;
use crate::worlds::problem::without_position;
use crate::worlds::read_entry::canonical_members;

/// The title of a HIT that is made up.
pub const TITLE: &str = "Unknown HIT";
/// The reward of a HIT that is made up.
pub const REWARD: &str = "0.00";

/// An entry as a dump would write it, with the values that are needed without parsing it again.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// Items of one kind with the same key are copies of one entry.
    pub key: String,
    /// Whether the key is an id. If not, it is the content without the time.
    pub has_id: bool,
    /// The entry as JSON, without its reports.
    pub text: String,
    /// The pages of the reports of a HIT, by the member's name, in the order of saving.
    pub reports: Vec<(&'static str, Value)>,
    /// Which of the file's lists it is in. Of entries without an id, those in one list are
    /// different entries, even if they are equal.
    pub list: usize,
    /// When it happened, to the second; `None` if the entry does not say so, or as a span from now.
    pub happened: Option<Instant>,
    /// When it happened.
    pub at: Option<Instant>,
    /// When it was saved, in epoch seconds. Of two copies, the one saved later is used.
    pub saved_at: Option<i64>,
    /// The id of the HIT that it is, or belongs to.
    pub hit_id: Option<String>,
    /// The ids of the qualification types that it is, belongs to, or requires.
    pub qualification_type_ids: Vec<String>,
    /// Of a HIT: whether it has a title.
    pub is_titled: bool,
    /// Of a HIT or an assignment.
    pub status: Option<String>,
    /// Of a HIT.
    pub hit_type_id: Option<String>,
    /// Of a HIT.
    pub max_assignments: Option<i64>,
    /// Of a HIT that comes from the results of a batch.
    pub row: Option<BatchRow>,
}

/// The row from which a HIT of a batch was made.
#[derive(Debug, Clone)]
pub struct BatchRow {
    /// The number of the batch, if it is known.
    pub batch: Option<i64>,
    /// Where the first assignment of the HIT stands in the results.
    pub line: usize,
    /// The cells by column.
    pub cells: BTreeMap<String, String>,
}

/// What was noticed while a file was read.
#[derive(Debug, Default)]
pub struct Noticed {
    /// How many times had no time zone.
    pub naive_times: usize,
    /// Members that the API does not have.
    pub unknown_members: BTreeSet<String>,
}

/// The members of a kind of entry.
#[derive(Debug)]
pub struct Members {
    /// Those that it may have.
    pub known: Vec<String>,
    /// Those that it must have.
    pub required: Vec<String>,
    /// The one that says when it happened.
    pub at: &'static str,
}

/// Members that are dropped: those around the answer of an operation, and those of a HIT that
/// follow from its other members.
const NOT_KEPT: [&str; 7] = [
    "NextToken",
    "NumResults",
    "ResponseMetadata",
    "HITReviewStatus",
    "NumberOfAssignmentsAvailable",
    "NumberOfAssignmentsCompleted",
    "NumberOfAssignmentsPending",
];
/// A list of entries in an entry. It is read separately.
const WORK: &str = "Assignments";
/// Members that come in pages, which are joined.
const REPORTS: [&str; 2] = ["AssignmentReviewReport", "HITReviewReport"];

impl Item {
    /// Reads an entry. `hit_id` is the HIT of an assignment that does not name its HIT. Returns
    /// `None`, and adds a problem of the file, if a part of the entry cannot be read.
    pub fn read<T: Entry>(
        node: &Node<'_>,
        hit_id: Option<&str>,
        members: &Members,
    ) -> (Option<Self>, Noticed) {
        let mut noticed = Noticed::default();
        let Some(mut object) = node.read::<Map<String, Value>>() else { return (None, noticed) };
        if json_holds_nul(node.text()) {
            node.problem("no text holds the character U+0000");
            return (None, noticed);
        }
        object.retain(|name, value| {
            let is_known = members.known.iter().any(|known| known == name);
            if !is_known && !NOT_KEPT.contains(&name.as_str()) {
                noticed.unknown_members.insert(name.clone());
            }
            is_known && name != WORK && !value.is_null()
        });
        if let Some(hit_id) = hit_id {
            object.entry("HITId").or_insert_with(|| hit_id.into());
        }
        for (name, value) in &mut object {
            noticed.naive_times += plain_times(name, value);
        }
        (Self::of_object::<T>(node, object, members), noticed)
    }

    fn of_object<T: Entry>(
        node: &Node<'_>,
        object: Map<String, Value>,
        members: &Members,
    ) -> Option<Self> {
        let lacks = |name: &&String| object.get(*name).is_none_or(|value| value == "");
        if let Some(name) = members.required.iter().find(lacks) {
            node.problem(format!("{name} is missing"));
            return None;
        }
        let id = members.required.first().and_then(|name| object.get(name)?.as_str());
        let id = id.map(|id| format!(" (in {id})")).unwrap_or_default();
        match serde_path_to_error::deserialize::<_, T>(Value::Object(object)) {
            Ok(entry) => Some(Self::of::<T>(canonical_members(&entry), members)),
            Err(error) => {
                let path = error.path().to_string();
                let first = path.split(['.', '[']).next().unwrap_or_default();
                let member = node.object().member(first);
                let reason = without_position(error.inner());
                member.as_ref().unwrap_or(node).problem(format!("{reason}{id}"));
                None
            }
        }
    }

    /// The entry of these members.
    ///
    /// # Errors
    /// The member that cannot be read, and why.
    pub fn of_members<T: Entry>(
        object: Map<String, Value>,
        members: &Members,
    ) -> Result<Self, (String, String)> {
        match serde_path_to_error::deserialize::<_, T>(Value::Object(object)) {
            Ok(entry) => Ok(Self::of::<T>(canonical_members(&entry), members)),
            Err(error) => Err((error.path().to_string(), without_position(error.inner()))),
        }
    }

    fn of<T: Entry>(mut entry: Map<String, Value>, members: &Members) -> Self {
        let page = |name: &&'static str| Some((*name, entry.shift_remove(*name)?));
        let reports = REPORTS.iter().filter_map(page).collect();
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let ids: Option<Vec<&str>> = T::ID.iter().map(|name| text(name)).collect();
        let id = ids.filter(|ids| !ids.is_empty()).map(|ids| ids.join(" "));
        let has_id = id.is_some();
        // A dump names the requester; saved answers do not.
        let owner = text("Requester").filter(|_| T::ID_IS_OF_OWNER);
        let key = match (id, owner) {
            (Some(id), Some(owner)) => format!("{id} {owner}"),
            (Some(id), None) => id,
            (None, _) => content(&entry, members.at),
        };
        let requirements = entry.get("QualificationRequirements").and_then(Value::as_array);
        let required = requirements.into_iter().flatten();
        let required = required.filter_map(|one| one["QualificationTypeId"].as_str());
        let types = text("QualificationTypeId").into_iter().chain(required).map(str::to_owned);
        Self {
            key,
            has_id,
            at: text(members.at).and_then(|at| Instant::parse(at, Instant::default())),
            happened: text(members.at).and_then(happened),
            reports,
            list: 0,
            saved_at: None,
            hit_id: text("HITId").map(str::to_owned),
            qualification_type_ids: types.collect(),
            status: text("HITStatus").or(text("AssignmentStatus")).map(str::to_owned),
            hit_type_id: text("HITTypeId").map(str::to_owned),
            is_titled: text("Title").is_some(),
            max_assignments: entry.get("MaxAssignments").and_then(Value::as_i64),
            row: None,
            text: Value::Object(entry).to_string(),
        }
    }

    /// Of a HIT: whether the requester had set it to Reviewing, or deleted it.
    pub fn is_decided(&self) -> bool {
        matches!(self.status.as_deref(), Some("Reviewing" | "Disposed"))
    }

    /// Of an assignment: whether the worker returned or abandoned it. It then does not count
    /// towards the HIT's `MaxAssignments`.
    pub fn is_given_up(&self) -> bool {
        matches!(self.status.as_deref(), Some("Returned" | "Abandoned"))
    }

    /// Merges two copies of an entry, of which `last` was saved later. Returns the entry, and the
    /// members in which the copies conflict; those are taken from `last`.
    pub fn merged<T: Entry>(first: Self, last: Self, members: &Members) -> (Self, Vec<String>) {
        let object = |item: &Self| serde_json::from_str(&item.text).unwrap_or_default();
        let (mut entry, later): (Map<String, Value>, Map<String, Value>) =
            (object(&first), object(&last));
        let order = stage::<T>(&entry).cmp(&stage::<T>(&later));
        let mut disputed = Vec::new();
        for (name, value) in later {
            let Some(before) = entry.get_mut(&name) else {
                entry.insert(name, value);
                continue;
            };
            let counts = last_counts::<T>(&name, order, before, &value);
            if counts.unwrap_or(true) {
                *before = value;
            }
            disputed.extend(counts.is_none().then_some(name));
        }
        let mut reports = first.reports;
        reports.extend(last.reports);
        let Self { saved_at, list, .. } = last;
        let row = last.row.or(first.row);
        (Self { reports, list, saved_at, row, ..Self::of::<T>(entry, members) }, disputed)
    }

    /// The entry as JSON. The pages of its reports are joined.
    pub fn json(&self) -> Cow<'_, str> {
        if self.reports.is_empty() {
            return Cow::from(&self.text);
        }
        let mut entry: Map<String, Value> = serde_json::from_str(&self.text).unwrap_or_default();
        let mut seen = HashMap::new();
        for (name, page) in &self.reports {
            let report = entry.entry(*name).or_insert_with(|| json!({}));
            add_page(report, page, seen.entry(*name).or_default());
        }
        Value::Object(entry).to_string().into()
    }
}

/// When something happened, unless that is a span from now.
fn happened(at: &str) -> Option<Instant> {
    let [one, other] = [0, 1000].map(|now| Instant::parse(at, Instant(now)));
    one.filter(|_| one == other).map(Instant::whole_second)
}

/// The content of an entry without an id, apart from its requester and from its time, `at`, both of
/// which the server adds. To a text that is absent, it adds an empty one.
fn content(entry: &Map<String, Value>, at: &str) -> String {
    let is_added = |name: &str| ["Requester", at].contains(&name);
    let members = entry.iter().filter(|(name, value)| !is_added(name) && *value != "");
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect()).to_string()
}

/// Adds the results and actions of a page to a report, except those that it has already. `seen`
/// holds the texts of those, by the name of their list.
fn add_page<'p>(report: &mut Value, page: &'p Value, seen: &mut HashMap<&'p str, HashSet<String>>) {
    let (Value::Object(report), Value::Object(page)) = (report, page) else { return };
    for (name, more) in page {
        let Value::Array(more) = more else {
            report.insert(name.clone(), more.clone());
            continue;
        };
        let seen = seen.entry(name).or_default();
        let texts = more.iter().map(|one| (one.to_string(), one));
        let new: Vec<_> = texts.filter(|(text, _)| !seen.contains(text)).collect();
        if let Value::Array(list) = report.entry(name.as_str()).or_insert_with(|| json!([])) {
            list.extend(new.iter().map(|(_, one)| (*one).clone()));
        }
        seen.extend(new.into_iter().map(|(text, _)| text));
    }
}

/// Writes the times in a member, at any depth, in the form of a world. Returns how many of them had
/// no time zone. A time that cannot be read stays as it is.
fn plain_times(name: &str, value: &mut Value) -> usize {
    if name.ends_with("Time") || ["Expiration", "Deadline"].contains(&name) {
        let Some(read) = date::of(value) else { return 0 };
        *value = read.at.rfc3339().into();
        return usize::from(read.is_naive);
    }
    match value {
        // A question may have any name.
        Value::Object(_) if name == "Answers" => 0,
        Value::Object(members) => members.iter_mut().map(|(n, v)| plain_times(n, v)).sum(),
        Value::Array(list) => list.iter_mut().map(|value| plain_times("", value)).sum(),
        _ => 0,
    }
}
