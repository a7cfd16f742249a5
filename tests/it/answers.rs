//! What the answer of each operation may hold, as the published model of the API states it. The
//! program needs no such list; `model` compares it with botocore's copy.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mturk_local::wire::model::{self, Constraint, Member, Shape};

const STRING: Shape = Shape::String(&[]);
const INTEGER: Shape = Shape::Integer(&[]);
const TIME: Shape = Shape::Timestamp;
const HIT_STATUS: Shape = Shape::String(&[Constraint::OneOf(&[
    "Assignable",
    "Unassignable",
    "Reviewable",
    "Reviewing",
    "Disposed",
])]);
const HIT_REVIEW_STATUS: Shape = Shape::String(&[Constraint::OneOf(&[
    "NotReviewed",
    "MarkedForReview",
    "ReviewedAppropriate",
    "ReviewedInappropriate",
])]);
const ACTION_STATUS: Shape =
    Shape::String(&[Constraint::OneOf(&["Intended", "Succeeded", "Failed", "Cancelled"])]);
const FAILURE_CODE: Shape = Shape::String(&[Constraint::OneOf(&["SoftFailure", "HardFailure"])]);

/// The members of an operation's answer; none of one that answers `{}`.
pub fn members(operation: &str) -> &'static [Member] {
    static ANSWERS: LazyLock<BTreeMap<&str, &[Member]>> = LazyLock::new(answers);
    ANSWERS.get(operation).copied().unwrap_or_default()
}

/// Members that may be absent.
fn optional(members: &[(&'static str, Shape)]) -> &'static [Member] {
    let member = |&(name, shape): &(&'static str, Shape)| Member { name, shape, required: false };
    members.iter().map(member).collect::<Vec<_>>().leak()
}

fn structure(members: &[(&'static str, Shape)]) -> Shape {
    Shape::Structure(optional(members))
}

fn list(element: Shape) -> Shape {
    Shape::List(Box::leak(Box::new(element)))
}

/// The shape of a request's member, which answers share.
fn shared(operation: &str, path: &[&str]) -> Shape {
    let input = Shape::Structure(model::operation(operation).unwrap().input);
    path.iter().fold(input, |shape, name| {
        let members = match shape {
            Shape::Structure(members) | Shape::List(&Shape::Structure(members)) => members,
            other => panic!("{other:?} has no {name}"),
        };
        members.iter().find(|member| member.name == *name).unwrap().shape
    })
}

fn page(items: &'static str, item: Shape) -> &'static [Member] {
    let token = shared("ListHITs", &["NextToken"]);
    optional(&[("NextToken", token), ("NumResults", INTEGER), (items, list(item))])
}

fn hit() -> Shape {
    let (id, money) = (shared("GetHIT", &["HITId"]), shared("CreateHIT", &["Reward"]));
    let requirements = shared("CreateHIT", &["QualificationRequirements"]);
    structure(&[
        ("HITId", id),
        ("HITTypeId", id),
        ("HITGroupId", id),
        ("HITLayoutId", id),
        ("CreationTime", TIME),
        ("Title", STRING),
        ("Description", STRING),
        ("Question", STRING),
        ("Keywords", STRING),
        ("HITStatus", HIT_STATUS),
        ("MaxAssignments", INTEGER),
        ("Reward", money),
        ("AutoApprovalDelayInSeconds", Shape::Long),
        ("Expiration", TIME),
        ("AssignmentDurationInSeconds", Shape::Long),
        ("RequesterAnnotation", STRING),
        ("QualificationRequirements", requirements),
        ("HITReviewStatus", HIT_REVIEW_STATUS),
        ("NumberOfAssignmentsPending", INTEGER),
        ("NumberOfAssignmentsAvailable", INTEGER),
        ("NumberOfAssignmentsCompleted", INTEGER),
    ])
}

fn assignment() -> Shape {
    let (id, worker) = (shared("GetHIT", &["HITId"]), shared("SendBonus", &["WorkerId"]));
    let Shape::List(status) = shared("ListAssignmentsForHIT", &["AssignmentStatuses"]) else {
        panic!("the statuses are no list")
    };
    structure(&[
        ("AssignmentId", id),
        ("WorkerId", worker),
        ("HITId", id),
        ("AssignmentStatus", *status),
        ("AutoApprovalTime", TIME),
        ("AcceptTime", TIME),
        ("SubmitTime", TIME),
        ("ApprovalTime", TIME),
        ("RejectionTime", TIME),
        ("Deadline", TIME),
        ("Answer", STRING),
        ("RequesterFeedback", STRING),
    ])
}

fn qualification_type() -> Shape {
    structure(&[
        ("QualificationTypeId", shared("GetHIT", &["HITId"])),
        ("CreationTime", TIME),
        ("Name", STRING),
        ("Description", STRING),
        ("Keywords", STRING),
        (
            "QualificationTypeStatus",
            shared("CreateQualificationType", &["QualificationTypeStatus"]),
        ),
        ("Test", STRING),
        ("TestDurationInSeconds", Shape::Long),
        ("AnswerKey", STRING),
        ("RetryDelayInSeconds", Shape::Long),
        ("IsRequestable", Shape::Boolean),
        ("AutoGranted", Shape::Boolean),
        ("AutoGrantedValue", INTEGER),
    ])
}

fn qualification() -> Shape {
    let locales = shared("CreateHIT", &["QualificationRequirements", "LocaleValues"]);
    let Shape::List(locale) = locales else { panic!("places are no list") };
    structure(&[
        ("QualificationTypeId", shared("GetHIT", &["HITId"])),
        ("WorkerId", shared("SendBonus", &["WorkerId"])),
        ("GrantTime", TIME),
        ("IntegerValue", INTEGER),
        ("LocaleValue", *locale),
        ("Status", shared("ListWorkersWithQualificationType", &["Status"])),
    ])
}

fn qualification_request() -> Shape {
    structure(&[
        ("QualificationRequestId", STRING),
        ("QualificationTypeId", shared("GetHIT", &["HITId"])),
        ("WorkerId", shared("SendBonus", &["WorkerId"])),
        ("Test", STRING),
        ("Answer", STRING),
        ("SubmitTime", TIME),
    ])
}

fn review_results() -> &'static [Member] {
    let id = shared("GetHIT", &["HITId"]);
    let policy = shared("CreateHIT", &["HITReviewPolicy"]);
    let result = structure(&[
        ("ActionId", id),
        ("SubjectId", id),
        ("SubjectType", STRING),
        ("QuestionId", id),
        ("Key", STRING),
        ("Value", STRING),
    ]);
    let action = structure(&[
        ("ActionId", id),
        ("ActionName", STRING),
        ("TargetId", id),
        ("TargetType", STRING),
        ("Status", ACTION_STATUS),
        ("CompleteTime", TIME),
        ("Result", STRING),
        ("ErrorCode", STRING),
    ]);
    let report = structure(&[("ReviewResults", list(result)), ("ReviewActions", list(action))]);
    optional(&[
        ("HITId", id),
        ("AssignmentReviewPolicy", policy),
        ("HITReviewPolicy", policy),
        ("AssignmentReviewReport", report),
        ("HITReviewReport", report),
        ("NextToken", shared("ListHITs", &["NextToken"])),
    ])
}

fn answers() -> BTreeMap<&'static str, &'static [Member]> {
    let (id, money) = (shared("GetHIT", &["HITId"]), shared("CreateHIT", &["Reward"]));
    let worker = ("WorkerId", shared("SendBonus", &["WorkerId"]));
    let with_hit = optional(&[("HIT", hit())]);
    let with_type = optional(&[("QualificationType", qualification_type())]);
    let bonus = [
        worker,
        ("BonusAmount", money),
        ("AssignmentId", id),
        ("Reason", STRING),
        ("GrantTime", TIME),
    ];
    let failure = [
        ("NotifyWorkersFailureCode", FAILURE_CODE),
        ("NotifyWorkersFailureMessage", STRING),
        worker,
    ];
    BTreeMap::from([
        ("CreateHIT", with_hit),
        ("CreateHITType", optional(&[("HITTypeId", id)])),
        ("CreateHITWithHITType", with_hit),
        ("CreateQualificationType", with_type),
        ("GetAccountBalance", optional(&[("AvailableBalance", money), ("OnHoldBalance", money)])),
        ("GetAssignment", optional(&[("Assignment", assignment()), ("HIT", hit())])),
        ("GetFileUploadURL", optional(&[("FileUploadURL", STRING)])),
        ("GetHIT", with_hit),
        ("GetQualificationScore", optional(&[("Qualification", qualification())])),
        ("GetQualificationType", with_type),
        ("ListAssignmentsForHIT", page("Assignments", assignment())),
        ("ListBonusPayments", page("BonusPayments", structure(&bonus))),
        ("ListHITs", page("HITs", hit())),
        ("ListHITsForQualificationType", page("HITs", hit())),
        ("ListQualificationRequests", page("QualificationRequests", qualification_request())),
        ("ListQualificationTypes", page("QualificationTypes", qualification_type())),
        ("ListReviewPolicyResultsForHIT", review_results()),
        ("ListReviewableHITs", page("HITs", hit())),
        ("ListWorkerBlocks", page("WorkerBlocks", structure(&[worker, ("Reason", STRING)]))),
        ("ListWorkersWithQualificationType", page("Qualifications", qualification())),
        ("NotifyWorkers", optional(&[("NotifyWorkersFailureStatuses", list(structure(&failure)))])),
        ("UpdateQualificationType", with_type),
    ])
}
