//! The kinds of entries that an archive can hold, and how the kind of one is recognized.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use utoipa::openapi::{RefOr, Schema};

use crate::shapes::worker::Worker;
use crate::worlds::archive::item::{Item, Members, Noticed};
use crate::worlds::entries::Entry;
use crate::worlds::entries::files::{FileEntry, LayoutEntry};
use crate::worlds::entries::hits::{AssignmentEntry, HitEntry, HitTypeEntry};
use crate::worlds::entries::people::{BlockEntry, BonusEntry, MessageEntry, RequesterEntry};
use crate::worlds::entries::qualifications::{GrantEntry, QualificationTypeEntry, RequestEntry};
use crate::worlds::node::{Node, Object};
use crate::worlds::read_entry::required;

/// A kind of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the API, and of a world's lists")]
pub enum Kind {
    Requester,
    Worker,
    QualificationType,
    Qualification,
    QualificationRequest,
    Layout,
    HitType,
    Hit,
    Assignment,
    File,
    BonusPayment,
    WorkerBlock,
    Message,
}

/// The rules of one kind.
struct Rules {
    kind: Kind,
    /// The name of its list, in an answer and in a world.
    list: &'static str,
    /// The name of the member of an answer that holds one entry.
    single: &'static str,
    noun: &'static str,
    members: fn() -> Members,
    read: Reader,
    merged: fn(Item, Item, &Members) -> (Item, Vec<String>),
}

/// See [`Item::read`].
type Reader = fn(&Node<'_>, Option<&str>, &Members) -> (Option<Item>, Noticed);

/// A kind, its list, its noun, the member that says when it happened, and the ids that it needs.
macro_rules! rules {
    ($($kind:ident: $entry:ty, $list:literal, $single:literal, $noun:literal, $at:literal,
       $ids:expr;)*) => {
        [$(Rules {
            kind: Kind::$kind,
            list: $list,
            single: $single,
            noun: $noun,
            members: || members::<$entry>($at, &$ids),
            read: Item::read::<$entry>,
            merged: Item::merged::<$entry>,
        },)*]
    };
}

static RULES: [Rules; 13] = rules! {
    Requester: RequesterEntry, "Requesters", "", "requester", "", [];
    Worker: Worker, "Workers", "", "worker", "", [];
    QualificationType: QualificationTypeEntry, "QualificationTypes", "QualificationType",
        "qualification type", "CreationTime", ["QualificationTypeId"];
    Qualification: GrantEntry, "Qualifications", "Qualification", "qualification", "GrantTime", [];
    QualificationRequest: RequestEntry, "QualificationRequests", "", "qualification request",
        "SubmitTime", ["QualificationRequestId"];
    Layout: LayoutEntry, "HITLayouts", "", "HIT layout", "", ["HITLayoutId"];
    HitType: HitTypeEntry, "HITTypes", "", "HIT type", "", ["HITTypeId"];
    Hit: HitEntry, "HITs", "HIT", "HIT", "CreationTime", ["HITId"];
    Assignment: AssignmentEntry, "Assignments", "Assignment", "assignment", "SubmitTime",
        ["AssignmentId", "HITId", "WorkerId"];
    File: FileEntry, "UploadedFiles", "", "uploaded file", "", [];
    BonusPayment: BonusEntry, "BonusPayments", "", "bonus payment", "GrantTime", [];
    WorkerBlock: BlockEntry, "WorkerBlocks", "", "blocked worker", "", [];
    Message: MessageEntry, "Messages", "", "message", "SendTime", [];
};

static MEMBERS: LazyLock<Vec<Members>> =
    LazyLock::new(|| RULES.iter().map(|rules| (rules.members)()).collect());

fn members<T: Entry>(at: &'static str, ids: &[&str]) -> Members {
    let known = match T::schema() {
        RefOr::T(Schema::Object(object)) => object.properties.into_keys().collect(),
        _ => Vec::new(),
    };
    let mut required = required::<T>();
    required.extend(ids.iter().map(ToString::to_string));
    Members { known, required, at }
}

impl Kind {
    /// Every kind, in the order of a world's lists.
    pub fn all() -> impl Iterator<Item = Self> {
        RULES.iter().map(|rules| rules.kind)
    }

    /// The kind of the elements of a list of this name.
    pub fn of_list(name: &str) -> Option<Self> {
        RULES.iter().find(|rules| rules.list == name).map(|rules| rules.kind)
    }

    /// The kind of a member of this name.
    pub fn of_single(name: &str) -> Option<Self> {
        let mut named = RULES.iter().filter(|rules| !rules.single.is_empty());
        named.find(|rules| rules.single == name).map(|rules| rules.kind)
    }

    /// The kind of an entry, by what it holds.
    pub fn of(entry: &Object<'_>) -> Option<Self> {
        let has = |name: &str| entry.raw(name).is_some();
        let of_hit = [
            "Title",
            "HITTypeId",
            "HITStatus",
            "Question",
            "MaxAssignments",
            "AssignmentReviewPolicy",
            "AssignmentReviewReport",
            "HITReviewPolicy",
            "HITReviewReport",
        ];
        if has("AssignmentId") && has("UploadedFileKey") {
            Some(Self::File)
        } else if has("AssignmentId") && has("WorkerId") {
            Some(if has("BonusAmount") { Self::BonusPayment } else { Self::Assignment })
        } else if has("QualificationRequestId") {
            Some(Self::QualificationRequest)
        } else if has("QualificationTypeId") && has("WorkerId") {
            Some(Self::Qualification)
        } else if has("QualificationTypeId") && has("Name") {
            Some(Self::QualificationType)
        } else if has("HITId") && of_hit.iter().any(|name| has(name)) {
            Some(Self::Hit)
        } else if has("WorkerId") && has("Reason") {
            Some(Self::WorkerBlock)
        } else {
            None
        }
    }

    fn rules(self) -> &'static Rules {
        &RULES[self as usize]
    }

    /// Its members.
    pub fn members(self) -> &'static Members {
        &MEMBERS[self as usize]
    }

    /// The world's list.
    pub fn list(self) -> &'static str {
        self.rules().list
    }

    /// `1 HIT`, `2 HITs`.
    pub fn counted(self, count: usize) -> String {
        let noun = self.rules().noun;
        if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
    }

    /// As [`Item::read`].
    pub fn read(self, node: &Node<'_>, hit_id: Option<&str>) -> (Option<Item>, Noticed) {
        (self.rules().read)(node, hit_id, self.members())
    }

    /// As [`Item::merged`].
    pub fn merged(self, older: Item, newer: Item) -> (Item, Vec<String>) {
        (self.rules().merged)(older, newer, self.members())
    }
}

/// `3 HITs, 120 assignments`.
pub fn in_words(counts: &BTreeMap<Kind, usize>) -> String {
    let counted = counts.iter().map(|(kind, count)| kind.counted(*count));
    counted.collect::<Vec<_>>().join(", ")
}

/// Adds the balance to what is held, if it is.
pub fn with_balance(held: &str, has_balance: bool) -> String {
    let balance = if has_balance { "the account balance" } else { "" };
    let parts = [held, balance].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_stand_in_the_order_of_the_kinds() {
        for (index, kind) in Kind::all().enumerate() {
            assert_eq!(kind as usize, index);
            assert_eq!(Kind::of_list(kind.list()), Some(kind));
            assert!(!kind.members().known.is_empty(), "{kind:?}");
        }
        assert_eq!(Kind::of_single(""), None);
    }
}
