//! HIT types, HITs, assignments.

use serde_json::Value;

use crate::money::Cents;
use crate::rules::question::answers;
use crate::shapes::answer::Given;
use crate::shapes::hit::HitStatus;
use crate::shapes::notification::NotificationSpecification;
use crate::shapes::qualification::QualificationRequirement;
use crate::shapes::review::ReviewPolicy;
use crate::time::When;
use crate::worlds::fields::{Differing, Fields, Place};
use crate::worlds::nouns::reviews::{self, ReportEntry};
use crate::worlds::nouns::{Happened, Owner, one, owner};

/// The members that make a HIT type; all may be absent.
#[derive(Debug, Clone, Default)]
pub struct TypeMembers {
    pub hit_type_id: Option<String>,
    pub hit_group_id: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub keywords: Option<String>,
    pub reward: Option<Cents>,
    pub assignment_duration_s: Option<i64>,
    pub auto_approval_delay_s: Option<i64>,
    pub requirements: Option<Vec<QualificationRequirement>>,
    /// Whether several places contradict each other about them, or about their HIT.
    pub disputed: bool,
}

fn type_members(fields: &mut Fields<'_>) -> TypeMembers {
    TypeMembers {
        hit_type_id: fields.id("HITTypeId"),
        hit_group_id: fields.id("HITGroupId"),
        title: fields.take("Title"),
        description: fields.take("Description"),
        keywords: fields.take("Keywords"),
        reward: fields.take("Reward"),
        assignment_duration_s: fields.take("AssignmentDurationInSeconds"),
        auto_approval_delay_s: fields.take("AutoApprovalDelayInSeconds"),
        requirements: fields.take("QualificationRequirements"),
        disputed: fields.is_disputed(),
    }
}

/// An entry of `HITTypes`.
#[derive(Debug)]
pub struct HitTypeEntry {
    pub place: Place,
    pub owner: Owner,
    pub members: TypeMembers,
    /// Which events are told, and where; followed unless `active` says otherwise.
    pub notification: Option<NotificationSpecification>,
    pub active: Option<bool>,
}

/// Reads an entry of `HITTypes`.
pub fn hit_type(fields: &mut Fields<'_>, first: &Owner) -> Option<HitTypeEntry> {
    let entry = HitTypeEntry {
        place: fields.place().clone(),
        owner: owner(fields, first),
        members: type_members(fields),
        notification: fields.take("Notification"),
        active: fields.take("Active"),
    };
    fields.need(entry.members.title.is_some(), "Title").then_some(entry)
}

/// An entry of `HITs`.
#[derive(Debug)]
pub struct HitEntry {
    pub place: Place,
    pub owner: Owner,
    pub id: Option<String>,
    pub members: TypeMembers,
    pub creation_time: Option<When>,
    pub expiration: Option<When>,
    pub question: Option<String>,
    pub layout_id: Option<String>,
    pub status: Option<HitStatus>,
    pub max_assignments: Option<i64>,
    pub requester_annotation: Option<String>,
    pub assignment_review_policy: Option<ReviewPolicy>,
    pub hit_review_policy: Option<ReviewPolicy>,
    pub assignment_review_report: ReportEntry,
    pub hit_review_report: ReportEntry,
    /// When the HIT will be deleted by itself; in dumps only.
    pub disposal_time: Option<When>,
    pub assignments: Vec<AssignmentEntry>,
    /// Whether only results of review policies speak of it.
    pub results_only: bool,
    /// Whether these bring the HIT along, if nobody has it.
    pub brings_hit: bool,
    /// Whether something of it, or of its assignments, could not be read.
    pub flawed: bool,
}

/// Counters and the like: derived, not believed.
const DERIVED: [&str; 4] = [
    "HITReviewStatus",
    "NumberOfAssignmentsPending",
    "NumberOfAssignmentsAvailable",
    "NumberOfAssignmentsCompleted",
];

/// What becomes of members that differ in two places that speak of one HIT.
pub fn merged(name: &str, first: &Value, last: &Value) -> Differing {
    // What was told of a HIT to the requester alone, and what is final.
    let far = |status: &Value| match status.as_str() {
        Some("Disposed") => 2,
        Some("Reviewing") => 1,
        _ => 0,
    };
    match name {
        // Saved one after the other.
        _ if DERIVED.contains(&name) => Differing::First,
        "HITStatus" if far(first) > far(last) => Differing::First,
        "HITStatus" => Differing::Last,
        // A page each.
        "AssignmentReviewReport" | "HITReviewReport" => Differing::Both,
        "AssignmentReviewPolicy" | "HITReviewPolicy" => reviews::fuller(first, last),
        _ => Differing::Refused,
    }
}

/// Reads an entry of `HITs`.
pub fn hit(fields: &mut Fields<'_>, first: &Owner) -> HitEntry {
    fields.pass_over(&DERIVED);
    let owner = owner(fields, first);
    let id = fields.id("HITId");
    if id.is_none() && fields.is_flawed() {
        fields.whole().leave_out();
    }
    let nodes = fields.elements("Assignments");
    let within = id.clone().unwrap_or_default();
    let read = |node| one(node, |f| assignment(f, Some(within.clone()), &owner));
    let assignments: Vec<AssignmentEntry> = nodes.iter().filter_map(read).collect();
    let flawed = assignments.len() < nodes.len() || assignments.iter().any(|work| work.flawed);
    let entry = HitEntry {
        place: fields.place().clone(),
        members: type_members(fields),
        creation_time: fields.time("CreationTime"),
        expiration: fields.time("Expiration"),
        question: fields.take("Question"),
        layout_id: fields.id("HITLayoutId"),
        status: fields.take("HITStatus"),
        max_assignments: fields.take("MaxAssignments"),
        requester_annotation: fields.take("RequesterAnnotation"),
        assignment_review_policy: fields.take("AssignmentReviewPolicy"),
        hit_review_policy: fields.take("HITReviewPolicy"),
        assignment_review_report: reviews::report(&fields.nodes("AssignmentReviewReport")),
        hit_review_report: reviews::report(&fields.nodes("HITReviewReport")),
        disposal_time: fields.time("DisposalTime"),
        assignments,
        owner,
        id,
        results_only: false,
        brings_hit: false,
        flawed,
    };
    HitEntry { flawed: flawed || fields.is_flawed(), ..entry }
}

impl Happened for HitEntry {
    fn place(&self) -> &Place {
        &self.place
    }

    fn when(&self) -> Option<&When> {
        self.creation_time.as_ref()
    }
}

/// What became of a place of a HIT; the last three are shown to nobody through the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub enum WorkStatus {
    Submitted,
    Approved,
    Rejected,
    Accepted,
    Returned,
    Abandoned,
}

/// An entry of `Assignments`, at the top or within a HIT.
#[derive(Debug)]
pub struct AssignmentEntry {
    pub place: Place,
    pub owner: Owner,
    pub id: Option<String>,
    pub hit_id: String,
    pub worker_id: Option<String>,
    pub status: WorkStatus,
    pub auto_approval_time: Option<When>,
    pub accept_time: Option<When>,
    pub submit_time: Option<When>,
    pub approval_time: Option<When>,
    pub rejection_time: Option<When>,
    pub deadline: Option<When>,
    pub answer: Option<String>,
    pub answers: Option<Given>,
    pub requester_feedback: Option<String>,
    /// Whether it brings its HIT along, if nobody has it.
    pub brings_hit: bool,
    /// Whether something of it could not be read.
    pub flawed: bool,
}

/// What a review leaves in an assignment.
const REVIEW: [&str; 2] = ["AssignmentStatus", "RequesterFeedback"];

/// What becomes of members that differ in two places that speak of one assignment: what was saved
/// after a review counts, and statuses tell which that is.
pub fn reviewed(
    one: &Fields<'_>,
    other: &Fields<'_>,
) -> impl Fn(&str, &Value, &Value) -> Differing + use<> {
    let of_review = match (far(one), far(other)) {
        (Some(one), Some(other)) if one < other => Differing::Last,
        (Some(one), Some(other)) if one > other => Differing::First,
        _ => Differing::Refused,
    };
    move |name, _, _| if REVIEW.contains(&name) { of_review } else { Differing::Refused }
}

/// How far the review has come: a rejection can be overridden, an approval stays.
fn far(fields: &Fields<'_>) -> Option<usize> {
    let status = fields.peek("AssignmentStatus").map_or("null", |status| status.text());
    let statuses = [&["null", "\"Submitted\""][..], &["\"Rejected\""], &["\"Approved\""]];
    statuses.iter().position(|known| known.contains(&status))
}

/// Reads an assignment; `hit_id` is known where it stands within its HIT.
pub fn assignment(
    fields: &mut Fields<'_>,
    hit_id: Option<String>,
    first: &Owner,
) -> Option<AssignmentEntry> {
    let within = hit_id.is_some();
    let named = fields.id("HITId");
    let entry = AssignmentEntry {
        place: fields.place().clone(),
        owner: owner(fields, first),
        id: fields.id("AssignmentId"),
        hit_id: hit_id.clone().or(named.clone()).unwrap_or_default(),
        worker_id: fields.worker_id("WorkerId"),
        status: fields.take("AssignmentStatus").unwrap_or(WorkStatus::Submitted),
        auto_approval_time: fields.time("AutoApprovalTime"),
        accept_time: fields.time("AcceptTime"),
        submit_time: fields.time("SubmitTime"),
        approval_time: fields.time("ApprovalTime"),
        rejection_time: fields.time("RejectionTime"),
        deadline: fields.time("Deadline"),
        answer: answer(fields),
        answers: fields.take("Answers"),
        requester_feedback: fields.take("RequesterFeedback"),
        brings_hit: false,
        flawed: false,
    };
    let entry = AssignmentEntry { flawed: fields.is_flawed(), ..entry };
    let same = named.is_none_or(|named| hit_id.is_none_or(|hit_id| named == hit_id));
    if !same {
        fields.problem("HITId is not the HIT in which the assignment stands");
    }
    (fields.need(within || !entry.hit_id.is_empty(), "HITId") && same).then_some(entry)
}

/// A problem unless it is as the service stored answers.
fn answer(fields: &mut Fields<'_>) -> Option<String> {
    let node = fields.node("Answer")?;
    let answer: String = node.read()?;
    if let Err(fault) = answers::check(&answer) {
        node.problem(fault.to_string());
    }
    Some(answer)
}
