//! HIT layouts and uploaded files in worlds.

use mturk_local::worlds::builtin::Builtin;
use rstest::rstest;
use serde_json::{Value, json};

use super::{dump, problems};
use crate::forms::song;
use crate::world::{World, changed, hit};

const LAYOUT: &str = "3LAYOUT00000000000000000000001";

fn layouts() -> Value {
    json!({
        "Requesters": [{"AccessKeyId": "test"}, {"AccessKeyId": "another"}],
        "HITLayouts": [{"HITLayoutId": LAYOUT, "Name": "Pictures", "FrameHeight": 450,
            "HTMLContent": "<img src='${image_url}'><p>${question}</p>"}],
    })
}

fn with_layout(parameters: &Value) -> Value {
    hit(json!({"Question": null, "HITLayoutId": LAYOUT, "HITLayoutParameters": parameters}))
}

fn both() -> Value {
    json!([{"Name": "question", "Value": "What <b>is</b> it?"},
        {"Name": "image_url", "Value": "http://a.example/x.png"}])
}

#[tokio::test]
async fn a_hit_is_made_from_a_layout() {
    let world = World::new().await;
    world.done("POST", "/world", layouts()).await;
    let made = world.ok("CreateHIT", with_layout(&both())).await;
    let made = &made["HIT"];
    // It has no form: the requester site put one around it.
    let expected = "<HTMLQuestion xmlns=\"http://mechanicalturk.amazonaws.com/\
        AWSMechanicalTurkDataSchemas/2011-11-11/HTMLQuestion.xsd\"><HTMLContent><![CDATA[\
        <!DOCTYPE html>\n<html>\n<head>\n<title>HIT</title>\n\
        <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\"/>\n\
        <script type=\"text/javascript\" \
        src=\"https://s3.amazonaws.com/mturk-public/externalHIT_v1.js\"></script>\n\
        </head>\n<body>\n<form name=\"mturk_form\" method=\"post\" id=\"mturk_form\" \
        action=\"https://www.mturk.com/mturk/externalSubmit\">\n\
        <input type=\"hidden\" value=\"\" name=\"assignmentId\" id=\"assignmentId\"/>\n\
        <img src='http://a.example/x.png'><p>What <b>is</b> it?</p>\n\
        <p class=\"text-center\"><input type=\"submit\" id=\"submitButton\" \
        class=\"btn btn-primary\" value=\"Submit\" /></p>\n</form>\n\
        <script type=\"text/javascript\">turkSetAssignmentID();</script>\n</body>\n</html>\n\
        ]]></HTMLContent><FrameHeight>450</FrameHeight></HTMLQuestion>";
    assert_eq!((&made["Question"], &made["HITLayoutId"]), (&json!(expected), &json!(LAYOUT)));
    let listed = world.ok("ListHITs", json!({})).await;
    assert_eq!(listed["HITs"][0], *made);
    let of_type = json!({"HITTypeId": made["HITTypeId"], "LifetimeInSeconds": 60,
        "HITLayoutId": LAYOUT, "HITLayoutParameters": both()});
    let second = world.ok("CreateHITWithHITType", of_type).await;
    assert_eq!(second["HIT"]["Question"], expected);
    let dumped = dump(&world).await;
    assert_eq!(dumped["HITLayouts"][0]["Name"], "Pictures");
    let again = World::new().await;
    again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(dump(&again).await, dumped);
    let id = json!({"HITId": made["HITId"]});
    assert_eq!(again.ok("GetHIT", id).await["HIT"]["HITLayoutId"], LAYOUT);
}

#[rstest]
#[case(json!([]), "Missing parameter names: image_url, question")]
#[case(Value::Null, "Missing parameter names: image_url, question")]
#[case(json!([{"Name": "image_url", "Value": ""}]), "Missing parameter names: question")]
#[case(json!([{"Name": "image_url", "Value": ""}, {"Name": "question", "Value": ""},
    {"Name": "x", "Value": ""}]), "The HITLayout has no parameter x.")]
#[case(json!([{"Name": "image_url", "Value": ""}, {"Name": "question", "Value": ""},
    {"Name": "question", "Value": ""}]), "The HITLayoutParameter question is given twice.")]
#[tokio::test]
async fn parameters_match_the_placeholders(#[case] parameters: Value, #[case] expected: &str) {
    let world = World::new().await;
    world.done("POST", "/world", layouts()).await;
    let mut request = with_layout(&parameters);
    if request["HITLayoutParameters"].is_null() {
        request.as_object_mut().unwrap().remove("HITLayoutParameters");
    }
    let fault = world.fault("CreateHIT", request).await;
    let begin = "ParameterValidationError InvalidParameterValue: ";
    assert!(fault.starts_with(begin) && fault.ends_with(expected), "{fault}");
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
}

#[tokio::test]
async fn what_is_loaded_is_counted() {
    let world = World::new().await;
    let loaded = world.done("POST", "/world", layouts()).await;
    let none = json!({"Requesters": 0, "Workers": 0, "QualificationTypes": 0, "Qualifications": 0,
        "QualificationRequests": 0, "HITLayouts": 0, "HITTypes": 0, "HITs": 0, "Assignments": 0,
        "UploadedFiles": 0, "BonusPayments": 0, "WorkerBlocks": 0, "Messages": 0,
        "Batches": 0, "Faults": 0, "Robots": 0, "Webhooks": 0});
    let counted = |more: Value| changed(none.clone(), more);
    assert_eq!(loaded["Loaded"], counted(json!({"HITLayouts": 1, "Requesters": 2})));
    let loaded = world.done("POST", "/world", json!({})).await;
    assert_eq!(loaded["Loaded"], none);
    let text = Builtin::find("layouts-and-files").unwrap().text();
    let text = serde_json::from_str(text).unwrap();
    let loaded = world.done("POST", "/world", text).await;
    let expected = counted(json!({"HITs": 1, "Assignments": 1, "Workers": 1, "HITLayouts": 1,
        "Requesters": 1, "UploadedFiles": 1}));
    assert_eq!(loaded["Loaded"], expected);
    let request = json!({"AssignmentId": "3LAYOUTSANDFILES0000000WORK001",
        "QuestionIdentifier": "song"});
    world.ok("GetFileUploadURL", request).await;
    let values = json!([{"Name": "question", "Value": "?"}, {"Name": "image_url", "Value": "x"}]);
    let layout = json!({"Question": null, "HITLayoutId": "3LAYOUTSANDFILES00000LAYOUT001",
        "HITLayoutParameters": values});
    world.create_hit(layout).await;
}

#[tokio::test]
async fn a_layout_is_its_requester_s() {
    let world = World::new().await;
    world.done("POST", "/world", layouts()).await;
    let expected =
        format!("RequestError HITLayoutDoesNotExist: HITLayout {LAYOUT} does not exist.");
    let stranger = world.by("another");
    assert_eq!(stranger.fault("CreateHIT", with_layout(&both())).await, expected);
    world.done("POST", "/reset", json!({"Requester": "test"})).await;
    assert_eq!(world.fault("CreateHIT", with_layout(&both())).await, expected);
}

#[tokio::test]
async fn layouts_that_cannot_be_are_refused() {
    let world = World::new().await;
    world.done("POST", "/world", layouts()).await;
    let one = |entry: Value| json!({"HITLayouts": [entry]});
    let most = |rest: &str| "x".repeat(512 << 10) + rest;
    for (entry, expected) in [
        (json!({"Name": "x"}), "HITLayouts[0]: HTMLContent is missing"),
        (
            json!({"HITLayoutId": LAYOUT, "HTMLContent": "x"}),
            "HITLayouts[0]: there is a HIT layout 3LAYOUT00000000000000000000001 already",
        ),
        (json!({"HTMLContent": most("x")}), "HITLayouts[0]: HTMLContent has more than 512 KiB"),
        (
            json!({"HITLayoutId": "a", "HTMLContent": "x"}),
            "HITLayouts[0].HITLayoutId: \"a\": an id",
        ),
        (json!({"HTMLContent": "x", "FrameHeight": -1}), "HITLayouts[0].FrameHeight: invalid"),
        (json!({"HTMLContent": "x", "HTML": "y"}), "HITLayouts[0].HTML: there is no such member"),
    ] {
        let found = problems(&world, one(entry)).await;
        assert!(found[0].starts_with(expected), "{found:?}");
    }
    // A layout may be longer than a Question of the API; then no HIT is made from it there.
    let longest = json!({"HITLayoutId": "3LONGEST", "HTMLContent": most("")});
    world.done("POST", "/world", one(longest)).await;
    let dumped = dump(&world).await;
    let all = dumped["HITLayouts"].as_array().unwrap();
    let longest = all.iter().find(|one| one["HITLayoutId"] == "3LONGEST").unwrap();
    assert_eq!(longest["FrameHeight"], 0);
    let made = hit(json!({"Question": null, "HITLayoutId": "3LONGEST"}));
    let refused = world.fault("CreateHIT", made).await;
    assert!(refused.ends_with("Question has a maximum length of 65535."), "{refused}");
}

#[tokio::test]
async fn a_layout_with_a_form_stays_as_it_is() {
    let world = World::new().await;
    for (form, is_wrapped) in [
        ("<crowd-form><crowd-input name=a></crowd-input></crowd-form>", false),
        ("<FORM action=x><input name=a></form>", false),
        ("<formula><input name=a>", true),
    ] {
        let layouts = json!({"HITLayouts": [{"HITLayoutId": "3L", "HTMLContent": form}]});
        world.done("PUT", "/world", layouts).await;
        let made = world.ok("CreateHIT", hit(json!({"Question": null, "HITLayoutId": "3L"}))).await;
        let question = made["HIT"]["Question"].as_str().unwrap();
        assert_eq!(question.contains("turkSetAssignmentID()"), is_wrapped, "{question}");
        assert_eq!(question.contains(&format!("[CDATA[{form}]]")), !is_wrapped, "{question}");
    }
}

#[tokio::test]
async fn files_are_dumped_and_loaded() {
    let world = World::new().await;
    let (_, work) = song(&world, "A1ANNA").await;
    let dumped = dump(&world).await;
    let file = dumped["UploadedFiles"][0].clone();
    assert_eq!((&file["Content"], &file["AssignmentId"]), (&json!("bGEgbGE="), &json!(work)));
    let again = World::new().await;
    again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(dump(&again).await, dumped);
    let request = json!({"AssignmentId": work, "QuestionIdentifier": "song"});
    assert!(again.ok("GetFileUploadURL", request).await["FileUploadURL"].is_string());
    let changed = |name: &str, value: Value| {
        let mut file = file.clone();
        file[name] = value;
        json!({"UploadedFiles": [file]})
    };
    for (world_file, expected) in [
        (json!({"UploadedFiles": [file]}), "another file has this key, or answers this question"),
        (changed("UploadedFileKey", json!("K")), "another file has this key, or answers"),
        (changed("AssignmentId", json!("3X")), "there is no assignment 3X"),
        (changed("Content", json!("?")), "Content is not base64"),
        (changed("Content", json!("")), "Content is missing"),
    ] {
        let found = problems(&world, world_file).await;
        assert!(found[0].starts_with(&format!("UploadedFiles[0]: {expected}")), "{found:?}");
    }
    // A problem elsewhere hides none of a file's, and makes none.
    let empty = World::new().await;
    let mut damaged = dumped.clone();
    damaged["Country"] = json!(1);
    assert_eq!(problems(&empty, damaged.clone()).await.len(), 1);
    damaged["UploadedFiles"][0]["AssignmentId"] = json!("3X");
    let found = problems(&empty, damaged).await;
    assert!(found.iter().any(|problem| problem.contains("there is no assignment 3X")), "{found:?}");
    world.done("POST", "/reset", json!({"Requester": "test"})).await;
    assert_eq!(dump(&world).await["UploadedFiles"], json!([]));
}

#[tokio::test]
async fn a_result_of_a_review_names_what_found_it() {
    let world = World::new().await;
    let result = |more: &str| {
        let result = format!(r#"{{"Key": "a", "Value": "b"{more}}}"#);
        let result: Value = serde_json::from_str(&result).unwrap();
        json!({"HITs": [{"HITId": "3HX", "Title": "x",
            "HITReviewPolicy": {"PolicyName": "SimplePlurality/2011-09-01"},
            "HITReviewReport": {"ReviewResults": [result]}}]})
    };
    for (more, lacks) in [
        ("", "ActionId"),
        (r#", "ActionId": "3A""#, "SubjectId"),
        (r#", "SubjectId": "3HX""#, "ActionId"),
    ] {
        let found = problems(&world, result(more)).await;
        assert!(found[0].ends_with(&format!("{lacks} is missing")), "{found:?}");
    }
    let whole = result(r#", "ActionId": "3A", "SubjectId": "3HX""#);
    world.done("POST", "/world", whole).await;
    assert_eq!(dump(&world).await["HITs"][0]["HITId"], "3HX");
}

#[tokio::test]
async fn spans_count_from_the_market_s_time() {
    let world = World::new().await;
    let hit = |days: i64| {
        json!({"HITs": [{"HITId": "3HX", "Title": "x",
            "Expiration": format!("+{days}d")}]})
    };
    // 2026-01-01 and so many days is in 2201, and then in 2200.
    let found = problems(&world, hit(64_000)).await;
    assert!(found[0].contains("2201-03-25T00:00:00Z is outside"), "{found:?}");
    world.done("POST", "/world", hit(63_900)).await;
}
