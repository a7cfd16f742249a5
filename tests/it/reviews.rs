//! Review policies at work: on each submission, and when a HIT's work is all in.

mod plurality;

use mturk_local::engine::StartAt;
use mturk_local::time::Instant;
use mturk_local::turn::Profile;
use serde_json::{Value, json};

use crate::events::events;
use crate::world::World;

const KNOWN: &str = "ScoreMyKnownAnswers/2011-09-01";
const PLURALITY: &str = "SimplePlurality/2011-09-01";

/// A policy with these parameters; an object is a map.
pub fn policy(name: &str, parameters: &Value) -> Value {
    let parameter = |(key, value): (&String, &Value)| match value {
        Value::Object(map) => {
            let entries = map.iter().map(|(key, values)| json!({"Key": key, "Values": values}));
            json!({"Key": key, "MapEntries": entries.collect::<Vec<_>>()})
        }
        Value::Array(_) => json!({"Key": key, "Values": value}),
        one => json!({"Key": key, "Values": [one]}),
    };
    let parameters: Vec<Value> = parameters.as_object().unwrap().iter().map(parameter).collect();
    json!({"PolicyName": name, "Parameters": parameters})
}

pub fn known(parameters: &Value) -> Value {
    json!({"AssignmentReviewPolicy": policy(KNOWN, parameters)})
}

pub fn plurality(parameters: &Value) -> Value {
    json!({"HITReviewPolicy": policy(PLURALITY, parameters)})
}

pub async fn create(world: &World, places: i64, policies: Value) -> String {
    let changes = crate::world::changed(json!({"MaxAssignments": places}), policies);
    world.create_hit(changes).await
}

/// A worker hands in these answers; the assignment as the control API shows it.
pub async fn answer(world: &World, worker: &str, hit: &str, answers: Value) -> Value {
    let sent = json!({"WorkerId": worker, "Answers": answers});
    world.done("POST", &format!("/hits/{hit}/submissions"), sent).await
}

pub async fn results(world: &World, hit: &str) -> Value {
    world.ok("ListReviewPolicyResultsForHIT", json!({"HITId": hit})).await
}

/// The actions of a report: `approve Succeeded: Approved`.
fn actions(report: &Value) -> Vec<String> {
    let actions = report["ReviewActions"].as_array().unwrap();
    let shown = |action: &Value| {
        let text = |name: &str| action[name].as_str().unwrap();
        format!("{} {}: {}", text("ActionName"), text("Status"), text("Result"))
    };
    actions.iter().map(shown).collect()
}

async fn statuses(world: &World, hit: &str) -> Vec<String> {
    let list = world.ok("ListAssignmentsForHIT", json!({"HITId": hit})).await;
    let status = |work: &Value| work["AssignmentStatus"].as_str().unwrap().to_owned();
    list["Assignments"].as_array().unwrap().iter().map(status).collect()
}

#[tokio::test]
async fn known_answers_approve_reject_and_extend_at_once() {
    let world = World::new().await;
    let policies = known(&json!({"AnswerKey": {"Q": ["yes"]}, "ApproveReason": "well done",
        "ApproveIfKnownAnswerScoreIsAtLeast": "100", "RejectIfKnownAnswerScoreIsLessThan": "100",
        "RejectReason": "wrong", "ExtendIfKnownAnswerScoreIsLessThan": "100",
        "ExtendMaximumAssignments": "3"}));
    let hit = create(&world, 2, policies).await;
    let good = answer(&world, "A1ANNA", &hit, json!({"Q": " yes "})).await;
    assert_eq!(
        (&good["AssignmentStatus"], &good["RequesterFeedback"]),
        (&json!("Approved"), &json!("well done"))
    );
    let bad = answer(&world, "A1BEN", &hit, json!({"Q": "no"})).await;
    assert_eq!(
        (&bad["AssignmentStatus"], &bad["RequesterFeedback"]),
        (&json!("Rejected"), &json!("wrong"))
    );
    assert_eq!(world.standing(&hit).await, "Assignable 1 available 0 pending 2 completed");
    answer(&world, "A1CHEN", &hit, json!({"Q": "no"})).await;
    assert_eq!(world.standing(&hit).await, "Reviewable 0 available 0 pending 3 completed");
    let report = results(&world, &hit).await["AssignmentReviewReport"].take();
    assert_eq!(
        actions(&report),
        [
            "review Succeeded: Reviewed one known answer; 1/1 correct",
            "approve Succeeded: Approved",
            "review Succeeded: Reviewed one known answer; 0/1 correct",
            "reject Succeeded: Rejected",
            "extend Succeeded: Extended",
            "review Succeeded: Reviewed one known answer; 0/1 correct",
            "reject Succeeded: Rejected",
            "extend Succeeded: Already extended to the maximum",
        ]
    );
}

#[tokio::test]
async fn work_that_was_accepted_first_is_reviewed_too() {
    let world = World::new().await;
    let parameters =
        json!({"AnswerKey": {"q": ["yes"]}, "ApproveIfKnownAnswerScoreIsAtLeast": "1"});
    let hit = create(&world, 2, known(&parameters)).await;
    let taken = world.accept("A1ANNA", &hit).await;
    assert_eq!(world.submit(&taken).await["AssignmentStatus"], "Approved");
    assert_eq!(world.advance("31d").await, 1, "the HIT's end; nothing is approved again");
}

#[tokio::test]
async fn without_thresholds_work_is_only_scored() {
    let world = World::new().await;
    let hit = create(&world, 2, known(&json!({"AnswerKey": {"Q": ["yes"]}}))).await;
    answer(&world, "A1ANNA", &hit, json!({"Q": "yes"})).await;
    assert_eq!(statuses(&world, &hit).await, ["Submitted"]);
}

#[tokio::test]
async fn an_extension_does_not_pass_ten_places_and_lets_the_hit_last() {
    let world = World::new().await;
    let parameters = json!({"AnswerKey": {"Q": ["yes"]}, "ExtendMaximumAssignments": "25",
        "ExtendIfKnownAnswerScoreIsLessThan": "101", "ExtendMinimumTimeInSeconds": "172800"});
    let hit = create(&world, 9, known(&parameters)).await;
    answer(&world, "A1ANNA", &hit, json!({"Q": "no"})).await;
    let report = results(&world, &hit).await["AssignmentReviewReport"].take();
    let last = report["ReviewActions"][1].clone();
    assert_eq!(
        (&last["Status"], &last["ErrorCode"]),
        (&json!("Failed"), &json!("AWS.MechanicalTurk.InvalidMaximumAssignmentsIncrease"))
    );
    let before = world.hit(&hit).await;
    assert_eq!(before["MaxAssignments"], 9);
    let parameters = json!({"AnswerKey": {"Q": ["yes"]},
        "ExtendIfKnownAnswerScoreIsLessThan": "101", "ExtendMinimumTimeInSeconds": "172800"});
    let hit = create(&world, 1, known(&parameters)).await;
    answer(&world, "A1ANNA", &hit, json!({"Q": "no"})).await;
    let after = world.hit(&hit).await;
    assert_eq!((&after["MaxAssignments"], &after["HITStatus"]), (&json!(2), &json!("Assignable")));
    let day = 86_400.0;
    let lasts = |hit: &Value| hit["Expiration"].as_f64().unwrap();
    assert!((lasts(&after) - lasts(&before) - day).abs() < 1.0);
    world.advance("47h59m").await;
    answer(&world, "A1BEN", &hit, json!({"Q": "no"})).await;
    world.advance("48h").await;
    assert_eq!(world.standing(&hit).await, "Reviewable 1 available 0 pending 0 completed");
}

#[tokio::test]
async fn a_hit_that_is_too_old_is_not_extended_by_its_policy() {
    let old = Instant::parse("2015-07-21T00:00:00Z", Instant(0)).unwrap();
    let world = World::with(|options| options.start.at = Some(StartAt::Instant(old))).await;
    let parameters =
        json!({"AnswerKey": {"Q": ["yes"]}, "ExtendIfKnownAnswerScoreIsLessThan": "100"});
    for (days, status, code) in [
        ("0d", "Failed", json!("AWS.MechanicalTurk.HITTooOldForExtension")),
        ("1d", "Succeeded", Value::Null),
    ] {
        world.advance(days).await;
        let hit = create(&world, 1, known(&parameters)).await;
        answer(&world, "A1ANNA", &hit, json!({"Q": "no"})).await;
        let report = results(&world, &hit).await["AssignmentReviewReport"].take();
        let last = &report["ReviewActions"][1];
        assert_eq!((&last["Status"], &last["ErrorCode"]), (&json!(status), &code));
    }
}

#[tokio::test]
async fn a_hit_that_is_extended_at_once_was_never_reviewable() {
    let world = World::new().await;
    let parameters = json!({"AnswerKey": {"Q": ["yes"]}, "ExtendMaximumAssignments": "2",
        "ExtendIfKnownAnswerScoreIsLessThan": "100", "RejectIfKnownAnswerScoreIsLessThan": "100"});
    let hit = create(&world, 1, known(&parameters)).await;
    let happened = async || {
        let seen = events(&world, &format!("?HITId={hit}")).await;
        let seen = seen.iter().map(|event| event["EventType"].as_str().unwrap().to_owned());
        seen.collect::<Vec<_>>()
    };
    answer(&world, "A1ANNA", &hit, json!({"Q": "no"})).await;
    let first = [
        "HITCreated",
        "AssignmentAccepted",
        "AssignmentSubmitted",
        "AssignmentRejected",
        "HITExtended",
    ];
    assert_eq!(happened().await, first);
    answer(&world, "A1BEN", &hit, json!({"Q": "no"})).await;
    let then = ["AssignmentAccepted", "AssignmentSubmitted", "AssignmentRejected", "HITReviewable"];
    assert_eq!(happened().await[5..], then);
    assert_eq!(world.advance("120d").await, 2, "its end, and it is deleted");
    assert_eq!(world.hit(&hit).await["HITStatus"], "Disposed");
}

#[tokio::test]
async fn in_production_an_extension_needs_funds() {
    let world = World::with(|options| options.market.profile = Profile::Production).await;
    let mut policies = known(&json!({"AnswerKey": {"Q": ["yes"]},
        "ExtendIfKnownAnswerScoreIsLessThan": "100"}));
    policies["Reward"] = "3000.00".into();
    let hit = create(&world, 2, policies).await;
    answer(&world, "A1ANNA", &hit, json!({"Q": "no"})).await;
    let report = results(&world, &hit).await["AssignmentReviewReport"].take();
    let failed = &report["ReviewActions"][1];
    assert_eq!(failed["ErrorCode"], "AWS.MechanicalTurk.InsufficientFunds");
    assert_eq!(world.standing(&hit).await, "Assignable 1 available 0 pending 0 completed");
    let balance = world.ok("GetAccountBalance", json!({})).await;
    assert_eq!(balance, json!({"AvailableBalance": "2800.00", "OnHoldBalance": "7200.00"}));
}
