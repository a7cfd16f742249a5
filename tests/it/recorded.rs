//! Refusals in the words that users of the service recorded.

mod html5;
mod qualifications;

use rstest::rstest;
use serde_json::{Value, json};

use crate::qualified::{TEST, tested};
use crate::world::{QUESTION, World, hit};

/// A question around HTML.
fn page(html: &str) -> String {
    format!(
        "<HTMLQuestion xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
         2011-11-11/HTMLQuestion.xsd\"><HTMLContent><![CDATA[{html}]]></HTMLContent>\
         <FrameHeight>0</FrameHeight></HTMLQuestion>"
    )
}

/// The body of a refusal, without the time behind its sentence.
async fn refused(world: &World, operation: &str, body: Value) -> Value {
    let (status, mut answer) = world.call(operation, body).await;
    assert_eq!(status, 400, "{answer}");
    let message = answer["Message"].as_str().unwrap();
    answer["Message"] = message.rsplit_once(" (").unwrap().0.into();
    answer
}

#[rstest]
#[case::page(&page("<p>\u{1f600}</p>"))]
#[case::external(&QUESTION.replace("task", "\u{1f600}"))]
#[case::form(&TEST.replace("capital", "\u{10000}"))]
#[tokio::test]
async fn characters_beyond_the_basic_plane_are_refused(#[case] question: &str) {
    let world = World::new().await;
    let expected = json!({"__type": "ParameterValidationError",
        "Message": "The value  is not valid for the parameter QuestionXML.",
        "Parameter": "QuestionXML", "TurkErrorCode": "AWS.MechanicalTurk.InvalidParameterValue"});
    let sent = hit(json!({"Question": question}));
    assert_eq!(refused(&world, "CreateHIT", sent).await, expected);
    let hit_type = world.ok("CreateHIT", hit(json!({}))).await["HIT"]["HITTypeId"].take();
    let of_type = json!({"HITTypeId": hit_type, "LifetimeInSeconds": 60, "Question": question});
    assert_eq!(refused(&world, "CreateHITWithHITType", of_type).await, expected);
}

#[tokio::test]
async fn their_references_pass_and_answers_hold_them() {
    let world = World::new().await;
    let question = page("<p>&#128512; \u{ffff0}</p>").replace('\u{ffff0}', "\u{fffd}");
    let id = world.create_hit(json!({"Question": question})).await;
    assert_eq!(world.hit(&id).await["Question"], question);
    let sent = json!({"WorkerId": "A1ANNA", "Answers": {"q": "\u{1f600}"}});
    let done = world.done("POST", &format!("/hits/{id}/submissions"), sent).await;
    assert!(done["Answer"].as_str().unwrap().contains("&#128512;"), "{done}");
}

#[tokio::test]
async fn world_files_keep_what_they_hold() {
    let world = World::new().await;
    let (emoji, broken) = (page("<p>\u{1f600}"), page("<body><body>AT&T"));
    let place = json!([{"QualificationTypeId": "00000000000000000071", "Comparator": "EqualTo",
        "LocaleValues": [{"Country": "UK"}]}]);
    let hits = json!({"HITs": [
        {"HITId": "3EMOJI", "Title": "a", "Question": emoji},
        {"HITId": "3BROKEN", "Title": "b", "Question": broken, "QualificationRequirements": place},
    ]});
    world.done("POST", "/world", hits).await;
    assert_eq!(world.hit("3EMOJI").await["Question"], emoji);
    let loaded = world.hit("3BROKEN").await;
    assert_eq!(loaded["Question"], broken);
    assert_eq!(loaded["QualificationRequirements"][0]["LocaleValues"], json!([{"Country": "UK"}]));
    let of_type = json!({"HITTypeId": loaded["HITTypeId"], "LifetimeInSeconds": 60,
        "Question": QUESTION});
    world.ok("CreateHITWithHITType", of_type).await;
}

#[tokio::test]
async fn a_hit_whose_work_awaits_review_is_not_deleted() {
    let world = World::new().await;
    let id = world.create_hit(json!({"MaxAssignments": 1})).await;
    let work = world.work("A1ANNA", &id).await;
    let said = |status: &str| {
        format!(
            "RequestError InvalidHITState: This HIT is currently in the state '{status}'.  This \
             operation can be called with a status of: Reviewing, Reviewable"
        )
    };
    let asked = json!({"HITId": id});
    assert_eq!(world.fault("DeleteHIT", asked.clone()).await, said("Reviewable"));
    world.ok("UpdateHITReviewStatus", asked.clone()).await;
    assert_eq!(world.fault("DeleteHIT", asked.clone()).await, said("Reviewing"));
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    world.ok("DeleteHIT", asked).await;
}

#[tokio::test]
async fn a_test_of_a_type_that_is_granted_at_once_is_the_wrong_parameter() {
    let world = World::new().await;
    let expected = json!({"__type": "ParameterValidationError",
        "Message": format!("The value \"{TEST}\" is not valid for the parameter Test."),
        "Parameter": "Test", "TurkErrorCode": "AWS.MechanicalTurk.InvalidParameterValue"});
    let id = world.qualify(json!({"AutoGranted": true})).await;
    let changed = tested(json!({"QualificationTypeId": id}));
    assert_eq!(refused(&world, "UpdateQualificationType", changed).await, expected);
    let new = tested(json!({"Name": "a", "Description": "b", "QualificationTypeStatus": "Active",
        "AutoGranted": true}));
    assert_eq!(refused(&world, "CreateQualificationType", new).await, expected);
    let id = world.qualify(tested(json!({"Name": "b"}))).await;
    let changed = json!({"QualificationTypeId": id, "AutoGranted": true});
    let said = refused(&world, "UpdateQualificationType", changed).await;
    assert_eq!(said["Parameter"], "AutoGranted");
}

#[tokio::test]
async fn missing_values_of_a_layout_are_listed() {
    let world = World::new().await;
    let layouts = json!({"HITLayouts": [{"HITLayoutId": "3LAYOUT",
        "HTMLContent": "<img src='${image_url}'>${b}${a}"}]});
    world.done("POST", "/world", layouts).await;
    let made = |given: Value| {
        hit(json!({"Question": null, "HITLayoutId": "3LAYOUT", "HITLayoutParameters": given}))
    };
    let value = |name: &str| json!({"Name": name, "Value": "x"});
    let recorded = "ParameterValidationError InvalidParameterValue: Your request is missing \
        required parameters. Required parameters include HITLayoutParameter. You have not \
        provided all required HITLayout parameters. Missing parameter names: ";
    let one = world.fault("CreateHIT", made(json!([value("a"), value("b")]))).await;
    assert_eq!(one, format!("{recorded}image_url"));
    let two = world.fault("CreateHIT", made(json!([value("image_url")]))).await;
    assert_eq!(two, format!("{recorded}a, b"));
}

#[tokio::test]
async fn a_bonus_for_nobody_names_the_worker() {
    let asked = json!({"WorkerId": "A143XRCI1YXAFE", "BonusAmount": "0.50",
        "AssignmentId": "3NOTHING", "Reason": "Good work"});
    let world = World::with(|options| options.market.known_workers_only = true).await;
    let expected = json!({"__type": "ParameterValidationError",
        "Message": "The value \"A143XRCI1YXAFE\" is not valid for the parameter WorkerId.",
        "Parameter": "WorkerId", "TurkErrorCode": "AWS.MechanicalTurk.InvalidParameterValue"});
    assert_eq!(refused(&world, "SendBonus", asked.clone()).await, expected);
    world.done("POST", "/workers", json!({"WorkerId": "A143XRCI1YXAFE"})).await;
    let missing = "RequestError AssignmentDoesNotExist: Assignment 3NOTHING does not exist.";
    assert_eq!(world.fault("SendBonus", asked.clone()).await, missing);
    assert_eq!(World::new().await.fault("SendBonus", asked).await, missing);
}

/// Whatever shows a HIT, and with whatever members.
#[tokio::test]
async fn the_members_of_a_hit_are_in_alphabetical_order() {
    let world = World::new().await;
    let wanted = json!([
        {"QualificationTypeId": "00000000000000000071", "Comparator": "In",
            "LocaleValues": [{"Country": "US", "Subdivision": "WA"}], "RequiredToPreview": true},
        {"QualificationTypeId": "000000000000000000L0 ", "Comparator": "GreaterThan",
            "IntegerValues": [80], "ActionsGuarded": "Accept"},
    ]);
    let made = world.ok(
        "CreateHIT",
        hit(json!({"Keywords": "a", "RequesterAnnotation": "b",
        "QualificationRequirements": wanted})),
    );
    let made = made.await["HIT"].take();
    let id = json!({"HITId": made["HITId"]});
    let listed = world.ok("ListHITs", json!({})).await["HITs"][0].take();
    for hit in [world.ok("GetHIT", id).await["HIT"].take(), listed, made] {
        let in_order = |value: &Value| {
            let mut sorted = value.clone();
            sorted.sort_all_objects();
            assert_eq!(value.to_string(), sorted.to_string());
        };
        in_order(&hit);
        assert_eq!(hit.as_object().unwrap().len(), 20);
        assert_eq!(
            hit["QualificationRequirements"][1]["QualificationTypeId"], "000000000000000000L0",
            "the blank behind it is gone"
        );
    }
}
