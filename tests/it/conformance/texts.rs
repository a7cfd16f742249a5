//! Sentences of the service that public programs look for: each of them, word for word.
//!
//! They were recorded by those programs, or stand in their sources as what they compare with.

use mturk_local::turn::Profile;
use serde_json::{Value, json};

use super::full::Full;
use crate::qualified::qualification_type;
use crate::world::{QUESTION, START, World, changed, hit};

const NOBODY: &str = "3NOBODYHASTHIS0000000000000000";
const ONLY: &str = "This operation can be called with a status of:";

/// The operation's refusal of the second of two equal requests, of which the first succeeds.
async fn twice(full: &Full, operation: &str, request: Value) -> String {
    full.restore().await;
    full.world.ok(operation, request.clone()).await;
    full.world.fault(operation, request).await
}

#[tokio::test]
async fn what_does_not_exist() {
    let full = Full::new().await;
    let [plain, tested] = [&full.types[0], &full.types[1]];
    let score = |id: &str, worker: &str| json!({"QualificationTypeId": id, "WorkerId": worker});
    let never = "RequestError QualificationDoesNotExist: You requested a Qualification that does \
        not exist.";
    let hit = format!("RequestError HITDoesNotExist: Hit {NOBODY} does not exist.");
    let work = format!("RequestError AssignmentDoesNotExist: Assignment {NOBODY} does not exist.");
    let kind = "RequestError QualificationTypeDoesNotExist: QualificationType";
    let kind = format!("{kind} [{NOBODY}] does not exist.");
    for (operation, request, expected) in [
        ("GetHIT", json!({"HITId": NOBODY}), hit.as_str()),
        ("DeleteHIT", json!({"HITId": NOBODY}), &hit),
        ("ListAssignmentsForHIT", json!({"HITId": NOBODY}), &hit),
        ("UpdateExpirationForHIT", json!({"HITId": NOBODY, "ExpireAt": 0}), &hit),
        ("GetAssignment", json!({"AssignmentId": NOBODY}), &work),
        ("ApproveAssignment", json!({"AssignmentId": NOBODY}), &work),
        ("GetQualificationType", json!({"QualificationTypeId": NOBODY}), &kind),
        ("GetQualificationScore", score(tested, "A1ANNA0000000"), never),
        ("GetQualificationScore", score("NONEXISTENT", "A1ANNA0000000"), never),
        ("GetQualificationScore", score(plain, "A1NEVERSEEN00"), never),
    ] {
        assert_eq!(full.world.fault(operation, request).await, expected, "{operation}");
    }
    let malformed = full.world.fault("GetQualificationScore", score(plain, "dud")).await;
    assert!(!malformed.contains("does not exist"), "{malformed}");
    let accepted = &full.assignments[3];
    let bonus = json!({"AssignmentId": accepted, "WorkerId": "A1DALIA000000",
        "BonusAmount": "1", "Reason": ""});
    let in_hand = format!("Assignment {accepted} does not exist.");
    assert!(full.world.fault("SendBonus", bonus).await.ends_with(&in_hand));
}

#[tokio::test]
async fn what_is_in_the_wrong_state() {
    let full = Full::new().await;
    let work = |index: usize| json!({"AssignmentId": full.assignments[index]});
    let rejected = |index: usize| changed(work(index), json!({"RequesterFeedback": ""}));
    let invalid = format!("RequestError InvalidAssignmentState: {ONLY}");
    for (operation, request, wanted) in [
        ("ApproveAssignment", work(0), "Submitted"),
        ("ApproveAssignment", work(2), "Submitted"),
        ("ApproveAssignment", work(3), "null"),
        ("RejectAssignment", rejected(0), "Submitted"),
        ("RejectAssignment", rejected(2), "Submitted"),
        ("GetAssignment", work(3), "Reviewable,Approved,Rejected"),
    ] {
        let said = full.world.fault(operation, request).await;
        assert_eq!(said, format!("{invalid} {wanted}"), "{operation}");
    }
    let state = |state: &str| {
        let current = format!("This HIT is currently in the state '{state}'.");
        format!("RequestError InvalidHITState: {current}  {ONLY} Reviewing, Reviewable")
    };
    let open = full.world.fault("DeleteHIT", json!({"HITId": full.hits[0]})).await;
    assert_eq!(open, state("Assignable"));
    let deleted = twice(&full, "DeleteHIT", json!({"HITId": full.hits[2]})).await;
    assert_eq!(deleted, state("Disposed"));
    let revoked = json!({"QualificationTypeId": full.types[0], "WorkerId": "A1CHEN0000000"});
    let said = full.world.fault("GetQualificationScore", revoked).await;
    assert_eq!(said, format!("RequestError InvalidQualificationState: {ONLY} Granted"));
    let kind = json!({"QualificationTypeId": full.types[1]});
    let said = twice(&full, "DeleteQualificationType", kind).await;
    let expected = format!("{ONLY} Active,Inactive");
    assert_eq!(said, format!("RequestError InvalidQualificationTypeState: {expected}"));
}

#[tokio::test]
async fn what_was_done_before() {
    let full = Full::new().await;
    let token = json!({"UniqueRequestToken": "otree_x"});
    full.world.ok("CreateHIT", hit(token.clone())).await;
    let first = full.world.ok("ListHITs", json!({"MaxResults": 1})).await;
    let id = first["HITs"][0]["HITId"].as_str().unwrap();
    let said = full.world.fault("CreateHIT", hit(token.clone())).await;
    let exists = format!("The HIT with ID \"{id}\" already exists.");
    assert_eq!(said, format!("RequestError HitAlreadyExists: {exists}"));
    let processed = "The idempotency token \"otree_x\" has already been processed.";
    for operation in ["SendBonus", "CreateAdditionalAssignmentsForHIT"] {
        let request = changed(full.good(operation), token.clone());
        let said = twice(&full, operation, request).await;
        assert!(said.ends_with(processed), "{operation}: {said}");
    }
    let later = json!({"HITId": full.hits[0], "ExpireAt": START + 500_000});
    let said = twice(&full, "UpdateExpirationForHIT", later).await;
    let hidden = format!("The idempotency token \"{}Tue Jan 06 18:53:20 UTC 2026\"", full.hits[0]);
    assert!(said.ends_with(&format!("{hidden} has already been processed.")), "{said}");
    let said = twice(&full, "CreateQualificationType", qualification_type(json!({}))).await;
    let unique = "You have already created a QualificationType with this name. A \
        QualificationType's name must be unique among all of the QualificationTypes created by the \
        same user.";
    assert_eq!(said, format!("RequestError QualificationTypeAlreadyExists: {unique}"));
}

#[tokio::test]
async fn values_that_cannot_be() {
    let full = Full::new().await;
    let bonus = |changes: Value| changed(full.good("SendBonus"), changes);
    let no_question = "ParameterValidationError InvalidParameterValue: Your request parameter \
        Question has a minimum length of 1.";
    let no_xml = "ParameterValidationError XMLParseError: There was an error parsing the XML \
        question or answer data in your request.  Please make sure the data is well-formed and \
        validates against the appropriate schema.";
    for (operation, request, expected) in [
        (
            "SendBonus",
            bonus(json!({"BonusAmount": "0.9752"})),
            "ValidationException: 1 validation error detected: Value '0.9752' at 'bonusAmount' \
             failed to satisfy constraint: Member must satisfy regular expression pattern: \
             ^[0-9]+(\\.)?[0-9]{0,2}$",
        ),
        (
            "SendBonus",
            bonus(json!({"Reason": null})),
            "ValidationException: 1 validation error detected: Value null at 'reason' failed to \
             satisfy constraint: Member must not be null",
        ),
        (
            "RejectAssignment",
            json!({"AssignmentId": full.assignments[1]}),
            "ValidationException: 1 validation error detected: Value null at 'requesterFeedback' \
             failed to satisfy constraint: Member must not be null",
        ),
        (
            "SendBonus",
            bonus(json!({"WorkerId": "A1BEN00000000"})),
            "ParameterValidationError InvalidParameterValue: The value \"A1BEN00000000\" is not \
             valid for the parameter WorkerId.",
        ),
        ("CreateHIT", hit(json!({"Question": null})), no_question),
        ("CreateHIT", hit(json!({"Question": "who what?"})), no_xml),
        ("CreateHIT", hit(json!({"Question": QUESTION.replace("External", "Outer")})), no_xml),
    ] {
        let said = full.world.fault(operation, request).await;
        assert!(said.starts_with(expected), "{operation}: {said}");
    }
    let feedback = json!({"AssignmentId": full.assignments[1], "RequesterFeedback": ""});
    full.world.ok("RejectAssignment", feedback).await;
}

#[tokio::test]
async fn workers_who_are_strangers() {
    let full = Full::new().await;
    let mail = json!({"Subject": "s", "MessageText": "t", "WorkerIds": ["A11VGV0ZAI1EQ2"]});
    let answer = full.world.ok("NotifyWorkers", mail).await;
    let failure = json!({"NotifyWorkersFailureCode": "HardFailure", "WorkerId": "A11VGV0ZAI1EQ2",
        "NotifyWorkersFailureMessage":
            "Cannot send a notification to a worker who has not done any work for you"});
    assert_eq!(answer, json!({"NotifyWorkersFailureStatuses": [failure]}));
    let mail = json!({"Subject": "s", "MessageText": "t", "WorkerIds": ["A1ANNA0000000"]});
    let answer = full.world.ok("NotifyWorkers", mail).await;
    assert_eq!(answer, json!({"NotifyWorkersFailureStatuses": []}));
    let world = World::with(|options| options.market.known_workers_only = true).await;
    let said = world.fault("CreateWorkerBlock", full.good("CreateWorkerBlock")).await;
    let unknown = "The value \"A1ANNA0000000\" is not valid for the parameter WorkerId.";
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {unknown}"));
}

#[tokio::test]
async fn money_that_is_not_there() {
    let world = World::with(|options| options.market.profile = Profile::Production).await;
    let said = world.fault("CreateHIT", hit(json!({"Reward": "9000.00"}))).await;
    let expected = "This Requester has insufficient funds in their account to complete this \
        transaction. Please visit https://requester.mturk.com/prepayments/new to purchase Prepaid \
        HITs.";
    assert_eq!(said, format!("RequestError InsufficientFunds: {expected}"));
}
