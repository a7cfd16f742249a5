//! The policy of a HIT, when its work is all in.

use serde_json::{Value, json};

use super::{PLURALITY, actions, answer, create, known, plurality, policy, results, statuses};
use crate::world::World;

/// The HIT of the documentation's table, with its three workers.
async fn clothes(world: &World, more: Value) -> String {
    let parameters = json!({"QuestionIds": ["A", "B", "C", "D"], "QuestionAgreementThreshold": "50",
        "DisregardAssignmentIfRejected": "F"});
    let hit = create(world, 3, plurality(&crate::world::changed(parameters, more))).await;
    for (worker, answers) in [
        ("A1WORKER1", json!({"A": "coat", "B": "blue", "C": "large", "D": "Furry"})),
        ("A1WORKER2", json!({"A": "sweater", "B": "blue", "C": "large", "D": "fur"})),
        ("A1WORKER3", json!({"A": "coat", "B": "green", "C": "large", "D": "furr"})),
    ] {
        answer(world, worker, &hit, answers).await;
    }
    hit
}

#[tokio::test]
async fn the_worked_example_of_the_documentation() {
    let world = World::new().await;
    let hit = clothes(
        &world,
        json!({"ApproveIfWorkerAgreementScoreIsAtLeast": "67",
        "RejectIfWorkerAgreementScoreIsLessThan": "67", "RejectReason": "You disagree."}),
    )
    .await;
    assert_eq!(statuses(&world, &hit).await, ["Approved", "Rejected", "Rejected"]);
    crate::ops::shows("list_review_policy_results_for_hit", &results(&world, &hit).await);
}

#[tokio::test]
async fn a_hit_is_compared_when_its_work_is_all_in_and_again_after_each_extension() {
    let world = World::new().await;
    let parameters = json!({"QuestionIds": "Q", "QuestionAgreementThreshold": "50",
        "ExtendIfHITAgreementScoreIsLessThan": "100", "ExtendMaximumAssignments": "3",
        "ExtendMinimumTimeInSeconds": "60", "ApproveIfWorkerAgreementScoreIsAtLeast": "100"});
    let hit = create(&world, 2, plurality(&parameters)).await;
    answer(&world, "A1ANNA", &hit, json!({"Q": "cat"})).await;
    let report = results(&world, &hit).await["HITReviewReport"].take();
    assert_eq!(report, json!({"ReviewResults": [], "ReviewActions": []}));
    answer(&world, "A1BEN", &hit, json!({"Q": "dog"})).await;
    assert_eq!(world.standing(&hit).await, "Assignable 1 available 0 pending 0 completed");
    answer(&world, "A1CHEN", &hit, json!({"Q": "dog"})).await;
    assert_eq!(statuses(&world, &hit).await, ["Submitted", "Approved", "Approved"]);
    let report = results(&world, &hit).await["HITReviewReport"].take();
    assert_eq!(
        actions(&report),
        [
            "review Succeeded: Compared 2 assignments; 0/1 questions agreed",
            "extend Succeeded: Extended",
            "review Succeeded: Compared 3 assignments; 1/1 questions agreed",
            "approve Succeeded: Approved",
            "approve Succeeded: Approved",
        ]
    );
    let more = json!({"HITId": hit, "NumberOfAdditionalAssignments": 1});
    world.ok("CreateAdditionalAssignmentsForHIT", more).await;
    answer(&world, "A1DALIA", &hit, json!({"Q": "dog"})).await;
    let report = results(&world, &hit).await["HITReviewReport"].take();
    assert_eq!(
        actions(&report)[5..],
        [
            "review Succeeded: Compared 4 assignments; 1/1 questions agreed",
            "approve Succeeded: Already approved",
            "approve Succeeded: Already approved",
            "approve Succeeded: Approved",
        ]
    );
}

#[tokio::test]
async fn a_hit_becomes_reviewable_by_its_end_too() {
    for how in ["time", "return", "abandonment", "requester"] {
        let world = World::new().await;
        let parameters = json!({"QuestionIds": "Q", "QuestionAgreementThreshold": "50"});
        let hit = create(&world, 3, plurality(&parameters)).await;
        answer(&world, "A1ANNA", &hit, json!({"Q": "cat"})).await;
        world.advance("86300s").await;
        let taken = match how {
            "time" | "requester" => None,
            _ => Some(world.accept("A1BEN", &hit).await),
        };
        let expire = json!({"HITId": hit, "ExpireAt": 0});
        match (how, taken) {
            ("requester", _) => drop(world.ok("UpdateExpirationForHIT", expire).await),
            ("return", Some(taken)) => {
                world.advance("200s").await;
                let compared = results(&world, &hit).await["HITReviewReport"].take();
                assert_eq!(actions(&compared), [""; 0], "somebody is at it");
                world.done("POST", &format!("/assignments/{taken}/return"), json!({})).await;
            }
            _ => drop(world.advance("700s").await),
        }
        let report = results(&world, &hit).await["HITReviewReport"].take();
        let expected = "review Succeeded: Compared one assignment; 1/1 questions agreed";
        assert_eq!(actions(&report), [expected], "{how}");
    }
}

#[tokio::test]
async fn poor_and_rejected_work_is_left_out() {
    let world = World::new().await;
    let mut policies = known(&json!({"AnswerKey": {"K": ["1"]}}));
    let parameters = json!({"QuestionIds": "Q", "QuestionAgreementThreshold": "50",
        "DisregardAssignmentIfKnownAnswerScoreIsLessThan": "100",
        "DisregardAssignmentIfRejected": "T", "RejectIfWorkerAgreementScoreIsLessThan": "100"});
    policies["HITReviewPolicy"] = policy(PLURALITY, &parameters);
    let hit = create(&world, 4, policies).await;
    answer(&world, "A1POOR", &hit, json!({"K": "2", "Q": "dog"})).await;
    let rejected = answer(&world, "A1BAD", &hit, json!({"K": "1", "Q": "dog"})).await;
    let asked = json!({"AssignmentId": rejected["AssignmentId"], "RequesterFeedback": ""});
    world.ok("RejectAssignment", asked).await;
    answer(&world, "A1ANNA", &hit, json!({"K": "1", "Q": "cat"})).await;
    answer(&world, "A1BEN", &hit, json!({"K": "1", "Q": "cat"})).await;
    assert_eq!(
        statuses(&world, &hit).await,
        ["Submitted", "Rejected", "Submitted", "Submitted"],
        "nobody who counts disagrees"
    );
    let report = results(&world, &hit).await["HITReviewReport"].take();
    let expected = "review Succeeded: Compared 2 assignments; 1/1 questions agreed";
    assert_eq!(actions(&report), [expected]);
}

#[tokio::test]
async fn what_cannot_be_done_is_told_and_nothing_else_is_stopped() {
    let world = World::new().await;
    let parameters = json!({"QuestionIds": "Q", "QuestionAgreementThreshold": "50",
        "ApproveIfWorkerAgreementScoreIsAtLeast": "100",
        "RejectIfWorkerAgreementScoreIsLessThan": "100"});
    let hit = create(&world, 3, plurality(&parameters)).await;
    let anna = answer(&world, "A1ANNA", &hit, json!({"Q": "cat"})).await;
    let ben = answer(&world, "A1BEN", &hit, json!({"Q": "dog"})).await;
    let asked = json!({"AssignmentId": anna["AssignmentId"], "RequesterFeedback": ""});
    world.ok("RejectAssignment", asked).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": ben["AssignmentId"]})).await;
    answer(&world, "A1CHEN", &hit, json!({"Q": "cat"})).await;
    assert_eq!(statuses(&world, &hit).await, ["Rejected", "Approved", "Approved"]);
    let report = results(&world, &hit).await["HITReviewReport"].take();
    assert_eq!(
        actions(&report)[1..],
        [
            "approve Failed: Assignment was in an invalid state for this operation.",
            "reject Failed: Assignment was in an invalid state for this operation.",
            "approve Succeeded: Approved",
        ]
    );
    let code = "AWS.MechanicalTurk.InvalidAssignmentState";
    assert_eq!(report["ReviewActions"][1]["ErrorCode"], code);
    assert_eq!(report["ReviewActions"][3].get("ErrorCode"), None);
}

#[tokio::test]
async fn a_dump_brings_the_reports_with_it() {
    let world = World::new().await;
    let hit = clothes(&world, json!({"ApproveIfWorkerAgreementScoreIsAtLeast": "67"})).await;
    let dumped = world.done("GET", "/world", Value::Null).await;
    let again = World::new().await;
    again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(again.done("GET", "/world", Value::Null).await, dumped);
    let reports = |answer: &Value| answer["HITReviewReport"].clone();
    let (before, after) = (results(&world, &hit).await, results(&again, &hit).await);
    assert_eq!(reports(&after), reports(&before));
    let other = json!({"HITs": [{"HITReviewPolicy": policy(PLURALITY, &json!({}))}]});
    let (status, answer) = again.control("POST", "/world", other).await;
    let reason = answer["error"]["problems"][0]["reason"].as_str().unwrap();
    assert_eq!(status, 400);
    assert!(reason.starts_with("The parameter QuestionIds is required"), "{reason}");
}
