//! Workers ask for qualifications: granted at once, decided by the requester, or after a test.

use mturk_local::actions::qualification::{RequestOutcome, TestSubmission, open_test, submit_test};
use mturk_local::shapes::answer::Given;
use mturk_local::store::requesters::Requester;
use rstest::rstest;
use serde_json::{Value, json};

use super::{KEY, TEST, tested};
use crate::world::World;

#[tokio::test]
async fn what_is_granted_at_once_is_granted_once() {
    let world = World::new().await;
    let id = world.qualify(json!({"AutoGranted": true, "AutoGrantedValue": 7})).await;
    assert_eq!(world.ask("A1ANNA", &id).await, json!({"State": "Granted", "IntegerValue": 7}));
    assert_eq!(world.score(&id, "A1ANNA").await, "7");
    assert_eq!(world.ask_refused("A1ANNA", &id).await, "422 QualificationAlreadyExists");
    let revoked = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA"});
    world.ok("DisassociateQualificationFromWorker", revoked).await;
    assert_eq!(world.ask_refused("A1ANNA", &id).await, "422 QualificationTypeDoesNotAllowRetake");
    let bare = world.qualify(json!({"Name": "Bare", "AutoGranted": true})).await;
    assert_eq!(world.ask("A1ANNA", &bare).await["IntegerValue"], 1);
}

#[tokio::test]
async fn without_a_test_the_requester_decides() {
    let world = World::new().await;
    let id = world.qualify(json!({"RetryDelayInSeconds": 3600})).await;
    let request = world.pending("A1ANNA", &id).await;
    assert_eq!(world.ask_refused("A1ANNA", &id).await, "422 QualificationRequestAlreadyExists");
    assert_eq!(world.score(&id, "A1ANNA").await, "QualificationDoesNotExist");
    world.ok("RejectQualificationRequest", json!({"QualificationRequestId": request})).await;
    let early = "422 QualificationTypeRetryDelayNotElapsed";
    assert_eq!(world.ask_refused("A1ANNA", &id).await, early);
    world.advance("3599s").await;
    assert_eq!(world.ask_refused("A1ANNA", &id).await, early);
    world.advance("1s").await;
    let request = world.pending("A1ANNA", &id).await;
    let accepted = json!({"QualificationRequestId": request, "IntegerValue": 3});
    world.ok("AcceptQualificationRequest", accepted).await;
    assert_eq!(world.score(&id, "A1ANNA").await, "3");
    world.advance("2h").await;
    assert_eq!(world.ask_refused("A1ANNA", &id).await, "422 QualificationAlreadyExists");
}

#[rstest]
#[case(json!({"capital": "paris"}), 80)]
#[case(json!({"capital": ["paris"]}), 80)]
#[case(json!({"capital": "rome"}), 5)]
#[case(json!({"capital": ["paris", "rome"]}), 5)]
#[case(json!({"capital": []}), 5)]
#[case(json!({}), 5)]
#[tokio::test]
async fn a_test_with_a_key_is_scored_and_granted(#[case] answers: Value, #[case] value: i64) {
    let world = World::new().await;
    let id = world.qualify(tested(json!({}))).await;
    let asked = world.ask("A1ANNA", &id).await;
    assert_eq!(asked, json!({"State": "Test", "Test": TEST, "Deadline": "2026-01-01T00:01:00Z"}));
    let (status, answer) = world.hand_in("A1ANNA", &id, answers).await;
    assert_eq!((status, answer), (200, json!({"State": "Granted", "IntegerValue": value})));
    assert_eq!(world.score(&id, "A1ANNA").await, value.to_string());
    let pending = json!({"QualificationTypeId": id});
    assert_eq!(world.ok("ListQualificationRequests", pending).await["NumResults"], 0);
}

#[tokio::test]
async fn a_test_without_a_key_waits_for_the_requester() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({"AnswerKey": null}))).await;
    world.ask("A1ANNA", &id).await;
    assert_eq!(world.ok("ListQualificationRequests", json!({})).await["NumResults"], 0);
    world.advance("30s").await;
    let (_, answer) = world.hand_in("A1ANNA", &id, json!({"capital": "rome"})).await;
    assert_eq!(answer["State"], "Pending");
    let listed = world.ok("ListQualificationRequests", json!({})).await;
    let request = &listed["QualificationRequests"][0];
    assert_eq!(request["QualificationRequestId"], answer["QualificationRequestId"]);
    assert_eq!(request["Test"], TEST);
    assert_eq!(request["SubmitTime"].as_f64(), Some(1_767_225_630.0));
    assert!(request["Answer"].as_str().unwrap().contains(">rome</SelectionIdentifier>"));
}

#[tokio::test]
async fn the_time_for_a_test_runs_from_the_request() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({"RetryDelayInSeconds": 100}))).await;
    let first = world.ask("A1ANNA", &id).await;
    world.advance("59s").await;
    assert_eq!(world.ask("A1ANNA", &id).await, first, "the same test, the same deadline");
    world.advance("1s").await;
    let paris = json!({"capital": "paris"});
    let (status, answer) = world.hand_in("A1ANNA", &id, paris.clone()).await;
    assert_eq!((status, &answer["error"]["code"]), (422, &json!("QualificationTestTimeOver")));
    let early = "422 QualificationTypeRetryDelayNotElapsed";
    assert_eq!(world.ask_refused("A1ANNA", &id).await, early);
    world.advance("40s").await;
    world.ask("A1ANNA", &id).await;
    assert_eq!(world.hand_in("A1ANNA", &id, json!({})).await.1["IntegerValue"], 5);
    let (status, answer) = world.hand_in("A1ANNA", &id, paris.clone()).await;
    assert_eq!((status, &answer["error"]["code"]), (422, &json!("NoQualificationTest")));
    world.advance("100s").await;
    world.ask("A1ANNA", &id).await;
    assert_eq!(world.score(&id, "A1ANNA").await, "5", "a new attempt takes nothing away");
    assert_eq!(world.hand_in("A1ANNA", &id, paris).await.1["IntegerValue"], 80);
    assert_eq!(world.score(&id, "A1ANNA").await, "80");
}

#[tokio::test]
async fn the_test_and_key_are_those_that_the_worker_was_given() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({}))).await;
    world.ask("A1ANNA", &id).await;
    let other = tested(json!({"QualificationTypeId": id, "AnswerKey": KEY.replace("80", "90")}));
    world.ok("UpdateQualificationType", other).await;
    let paris = json!({"capital": "paris"});
    assert_eq!(world.hand_in("A1ANNA", &id, paris.clone()).await.1["IntegerValue"], 80);
    world.ask("A2BERT", &id).await;
    assert_eq!(world.hand_in("A2BERT", &id, paris).await.1["IntegerValue"], 90);
}

/// A test is read and scored before the turn that hands it in; that turn looks again.
#[tokio::test]
async fn the_answers_to_another_test_are_refused() {
    let world = World::new().await;
    let other = json!({"Name": "Knows Rome", "AnswerKey": KEY.replace("80", "90")});
    let ids = [world.qualify(tested(json!({}))).await, world.qualify(tested(other)).await];
    for id in &ids {
        world.ask("A1ANNA", id).await;
    }
    let engine = world.emulator.engine();
    let handed = engine.write(Requester::default(), ids, |turn, [one, other]| {
        Box::pin(async move {
            let test = open_test(turn, one, "A1ANNA").await?;
            let scored = test.score(TestSubmission::Values(Given::default()))?;
            assert!(submit_test(turn, other, "A1ANNA", &scored).await.is_err());
            submit_test(turn, one, "A1ANNA", &scored).await
        })
    });
    assert_eq!(handed.await, Ok(RequestOutcome::Granted(5)));
}

#[tokio::test]
async fn answers_go_with_the_test() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({}))).await;
    world.ask("A1ANNA", &id).await;
    for answers in [json!({"capital": "berlin"}), json!({"river": "seine"})] {
        assert_eq!(world.hand_in("A1ANNA", &id, answers).await.0, 400);
    }
    let path = format!("/workers/A1ANNA/qualifications/{id}/test");
    for body in [json!({"Answer": "<x/>"}), json!({"Answer": "", "Answers": {}}), json!({"x": 1})] {
        assert_eq!(world.control("POST", &path, body).await.0, 400);
    }
    let namespace = KEY.split('"').nth(1).unwrap().replace("AnswerKey", "QuestionFormAnswers");
    let document = format!(
        "<QuestionFormAnswers xmlns=\"{namespace}\"><Answer><QuestionIdentifier>capital\
         </QuestionIdentifier><SelectionIdentifier>paris</SelectionIdentifier></Answer>\
         </QuestionFormAnswers>"
    );
    let done = world.done("POST", &path, json!({"Answer": document})).await;
    assert_eq!(done, json!({"State": "Granted", "IntegerValue": 80}));
}

#[tokio::test]
async fn only_what_is_in_use_can_be_asked_for() {
    let world = World::new().await;
    let id = world.qualify(json!({"QualificationTypeStatus": "Inactive"})).await;
    let closed = "422 QualificationTypeNotRequestable";
    assert_eq!(world.ask_refused("A1ANNA", &id).await, closed);
    let update =
        |status: &str| json!({"QualificationTypeId": id, "QualificationTypeStatus": status});
    world.ok("UpdateQualificationType", update("Active")).await;
    world.pending("A1ANNA", &id).await;
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": id})).await;
    assert_eq!(world.ask_refused("A2BERT", &id).await, closed);
    let unknown = "404 QualificationTypeDoesNotExist";
    assert_eq!(world.ask_refused("A1ANNA", "3NOBODY").await, unknown);
    assert_eq!(world.ask_refused("A1ANNA", "00000000000000000040").await, unknown);
    assert_eq!(world.hand_in("A1ANNA", "3NOBODY", json!({})).await.0, 404);
    assert_eq!(world.ask_refused("B1", &id).await, "404 NotFound");
    assert_eq!(world.hand_in("B1", &id, json!({})).await.0, 404);
}

#[tokio::test]
async fn a_test_of_a_deleted_type_is_not_taken() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({}))).await;
    world.ask("A1ANNA", &id).await;
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": id})).await;
    assert_eq!(world.ask_refused("A1ANNA", &id).await, "422 QualificationTypeNotRequestable");
    assert_eq!(world.hand_in("A1ANNA", &id, json!({"capital": "paris"})).await.0, 400);
    assert_eq!(world.score(&id, "A1ANNA").await, "QualificationDoesNotExist");
}

#[tokio::test]
async fn where_only_known_workers_work_only_they_ask_and_are_granted() {
    let world = World::with(|options| options.market.known_workers_only = true).await;
    world.done("PUT", "/workers/A1ANNA", json!({})).await;
    let id = world.qualify(json!({})).await;
    world.pending("A1ANNA", &id).await;
    assert_eq!(world.ask_refused("A2BERT", &id).await, "422 UnknownWorker");
    world.grant(&id, "A1ANNA", 1).await;
    let strange = json!({"QualificationTypeId": id, "WorkerId": "A2BERT"});
    let said = world.fault("AssociateQualificationWithWorker", strange).await;
    let expected = "The value \"A2BERT\" is not valid for the parameter WorkerId.";
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
}

#[tokio::test]
async fn who_asks_is_a_worker_from_then_on() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.pending("A1ANNA", &id).await;
    world.grant(&id, "A2BERT", 1).await;
    let known = world.done("GET", "/workers", Value::Null).await;
    let ids: Vec<_> = known["Workers"].as_array().unwrap().iter().map(|w| &w["WorkerId"]).collect();
    assert_eq!(ids, ["A1ANNA", "A2BERT"]);
}
