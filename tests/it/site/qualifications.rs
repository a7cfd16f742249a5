//! Qualifications on the site: what can be asked for, tests and their time, and what became of it.

use rstest::rstest;
use serde_json::{Value, json};

use super::{Browser, location};
use crate::qualified::tested;
use crate::world::World;

async fn take(browser: &Browser<'_>, id: &str, choice: &str) -> String {
    let path = format!("/qualifications/{id}");
    browser.post(&format!("{path}/request"), "").await;
    let handed = browser.post(&format!("{path}/test"), &format!("Answer_1={choice}")).await;
    assert_eq!(handed.status, 303, "{}", handed.text);
    browser.get(&location(&handed)).await
}

/// The part of the page that lists what can be asked for.
async fn to_ask_for(browser: &Browser<'_>) -> String {
    let page = browser.get("/qualifications").await;
    page.split_once("<h2>To ask for</h2>").unwrap().1.to_owned()
}

/// SQLite refuses long patterns.
#[tokio::test]
async fn a_search_of_any_length_is_answered() {
    let world = World::new().await;
    world.qualify(json!({})).await;
    let browser = world.browser("A1");
    for search in ["n".repeat(60_000), "%25".repeat(20_000)] {
        let found = browser.json(&format!("/qualifications?search={search}")).await;
        assert!(found.is_object(), "{found}");
    }
}

#[tokio::test]
async fn the_time_for_a_test_runs_out_on_its_page() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({"RetryDelayInSeconds": 90}))).await;
    let (browser, path) = (world.browser("A1"), format!("/qualifications/{id}"));
    browser.post(&format!("{path}/request"), "").await;
    let page = browser.get(&path).await;
    for part in [
        "data-deadline=\"1767225660000\"",
        &format!("data-url=\"/mturk/clock?qualification_type_id={id}&amp;format=json\""),
        "data-over=\"reload\"",
        "<strong role=\"timer\">1 min</strong>",
        "<script src=\"/assets/clock.js\" defer>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(to_ask_for(&browser).await.contains("Go on with the test"));
    let clock = async || browser.json(&format!("/mturk/clock?qualification_type_id={id}")).await;
    let at_work = json!({"now_ms": 1_767_225_659_999_i64, "clock": "frozen", "state": "Test",
        "deadline_ms": 1_767_225_660_000_i64});
    world.advance("59s999ms").await;
    assert_eq!(clock().await, at_work);
    world.advance("1ms").await;
    assert_eq!(clock().await["state"], "Over");
    assert_eq!(
        browser.json("/mturk/clock").await,
        json!({"now_ms": 1_767_225_660_000_i64, "clock": "frozen"})
    );
    let page = browser.get(&path).await;
    assert!(page.contains("The time for your test ran out at 2026-01-01 00:01:00 UTC"), "{page}");
    assert!(page.contains("take the test again from 2026-01-01 00:01:30 UTC on"), "{page}");
    assert!(!page.contains("<button>Take") && !page.contains("Answer_1"), "{page}");
    assert!(to_ask_for(&browser).await.contains("Again from 2026-01-01 00:01:30 UTC on"));
    let refused = browser.post(&format!("{path}/request?format=json"), "").await;
    let said = "You cannot request this Qualification again before 2026-01-01T00:01:30Z.";
    assert_eq!((refused.status, &refused.json()["message"]), (422, &json!(said)));
    world.advance("30s").await;
    assert!(browser.get(&path).await.contains("<button>Take the test again</button>"));
}

#[rstest]
#[case("paris", "<dd>80</dd>", "Your value is 80.")]
#[case("rome", "<dd>5</dd>", "Your value is 5.")]
#[tokio::test]
async fn the_result_of_a_test_is_told(
    #[case] choice: &str,
    #[case] value: &str,
    #[case] said: &str,
) {
    let world = World::new().await;
    let id = world.qualify(tested(json!({"AnswerKey": KEY}))).await;
    let browser = world.browser("A1");
    let page = take(&browser, &id, choice).await;
    assert!(page.contains("Your test was scored.") && page.contains(said), "{page}");
    assert!(page.contains(value) && page.contains("only once"), "{page}");
    assert!(!page.contains("<button>Take"), "{page}");
    let list = to_ask_for(&browser).await;
    assert!(!list.contains("Knows Paris"), "{list}");
    assert!(browser.get("/qualifications").await.contains(value));
}

const KEY: &str = "<AnswerKey xmlns=\"http://mechanicalturk.amazonaws.com/\
    AWSMechanicalTurkDataSchemas/2005-10-01/AnswerKey.xsd\"><Question>\
    <QuestionIdentifier>capital</QuestionIdentifier>\
    <AnswerOption><SelectionIdentifier>paris</SelectionIdentifier>\
    <AnswerScore>80</AnswerScore></AnswerOption>\
    <AnswerOption><SelectionIdentifier>rome</SelectionIdentifier>\
    <AnswerScore>5</AnswerScore></AnswerOption></Question></AnswerKey>";

#[tokio::test]
async fn what_waits_is_shown_as_waiting_and_what_is_decided_as_decided() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let (browser, path) = (world.browser("A1"), format!("/qualifications/{id}"));
    assert!(to_ask_for(&browser).await.contains(">Request</button>"));
    let asked = browser.post(&format!("{path}/request"), "").await;
    assert_eq!(location(&asked), format!("{path}?now=pending"));
    assert!(browser.get(&path).await.contains("You have asked for it at 2026-01-01 00:00:00 UTC"));
    let list = to_ask_for(&browser).await;
    assert!(list.contains("Requested</span>") && !list.contains("<button class"), "{list}");
    let requests = world.ok("ListQualificationRequests", json!({})).await;
    let request = &requests["QualificationRequests"][0]["QualificationRequestId"];
    let rejected = json!({"QualificationRequestId": request});
    world.ok("RejectQualificationRequest", rejected).await;
    let page = browser.get(&path).await;
    assert!(page.contains("turned your request") && page.contains("only once"), "{page}");
    assert!(to_ask_for(&browser).await.contains("Can be asked for only once"));
    world.grant(&id, "A1", 90).await;
    assert!(!to_ask_for(&browser).await.contains("Knows Paris"));
    assert!(to_ask_for(&world.browser("A2")).await.contains(">Request</button>"));
    let given = json!({"Name": "Given", "AutoGranted": true, "AutoGrantedValue": 7});
    let id = world.qualify(given).await;
    let asked = browser.post(&format!("/qualifications/{id}/request"), "").await;
    let page = browser.get(&location(&asked)).await;
    assert!(page.contains("You have it now.") && page.contains("Your value is 7."), "{page}");
    assert!(page.contains("You have it.") && !page.contains("<button>Request"), "{page}");
}

#[tokio::test]
async fn the_pages_have_twins() {
    let world = World::new().await;
    let id = world.qualify(json!({"Keywords": "france, city", "RetryDelayInSeconds": 60})).await;
    let browser = world.browser("A1");
    let nowhere = json!({"country": null, "subdivision": null});
    let value = |number: Value| json!({"integer_value": number, "locale_value": nowhere});
    let mut one = json!({"qualification_type_id": id, "name": "Knows Paris", "has_test": false,
        "description": "Has been there", "keywords": "france, city", "is_requestable": true,
        "visibility": true, "state": "Requestable", "deadline": null, "requestable_at": null,
        "qualification_request_url": format!("/qualifications/{id}/request"),
        "value": value(Value::Null)});
    assert_eq!(
        browser.json("/qualifications").await,
        json!({"results": [], "next_page_url": null, "requestable": [one],
            "requestable_next_page_url": null})
    );
    one["is_held"] = json!(false);
    one["test"] = Value::Null;
    assert_eq!(browser.json(&format!("/qualifications/{id}")).await, one);
    let asked = browser.post(&format!("/qualifications/{id}/request?format=json"), "").await;
    assert_eq!(location(&asked), format!("/qualifications/{id}?now=pending&format=json"));
    assert_eq!(browser.json(&format!("/qualifications/{id}")).await["state"], "Pending");
    world.grant(&id, "A1", 90).await;
    let list = browser.json("/qualifications").await;
    assert_eq!(list["requestable"][0]["state"], "Pending");
    assert_eq!(list["results"][0]["value"], value(json!(90)));
    assert_eq!(browser.json(&format!("/qualifications/{id}")).await["value"], value(json!(90)));
    let traits = json!({"Locale": {"Country": "US", "Subdivision": "WA"}});
    world.done("PUT", "/workers/A1", traits).await;
    let place = browser.json("/qualifications/00000000000000000071").await;
    assert_eq!(
        place["value"],
        json!({"integer_value": null,
            "locale_value": {"country": "US", "subdivision": "WA"}})
    );
    let missing = browser.send("GET", "/qualifications/3NONE?format=json", &[], "").await;
    assert_eq!(missing.status, 404);
    let workers = browser.json("/workers").await;
    assert_eq!(workers["results"][0]["WorkerId"], "A1");
    let hit = world.create_hit(json!({})).await;
    let work = world.work("A1", &hit).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    let mail = json!({"Subject": "Hello", "MessageText": "A\nB", "WorkerIds": ["A1"]});
    world.ok("NotifyWorkers", mail).await;
    let messages = browser.json("/messages").await;
    let subjects: Vec<_> = messages["results"].as_array().unwrap().iter().collect();
    assert!(subjects.iter().any(|mail| mail["subject"] == "Hello" && mail["text"] == "A\nB"));
    assert_eq!(messages["next_page_url"], Value::Null);
}

#[tokio::test]
async fn pages_of_twins_go_on() {
    let world = World::new().await;
    for number in 0..31 {
        world.qualify(json!({"Name": format!("N&{number:02}")})).await;
    }
    let browser = world.browser("A1");
    let first = browser.json("/qualifications?search=n%26").await;
    assert_eq!(first["requestable"].as_array().unwrap().len(), 30);
    let next = browser.get(first["requestable_next_page_url"].as_str().unwrap()).await;
    let second: Value = serde_json::from_str(&next).unwrap();
    assert_eq!(second["requestable"][0]["name"], "N&30");
    assert_eq!(second["requestable_next_page_url"], Value::Null);
}

#[rstest]
#[case("country=us&subdivision=wa", Some(json!({"Country": "US", "Subdivision": "WA"})))]
#[case("country=FR&subdivision=", Some(json!({"Country": "FR"})))]
#[case("country=+&subdivision=", Some(Value::Null))]
#[case("country=&subdivision=WA", None)]
#[case("country=USA", None)]
#[tokio::test]
async fn a_new_worker_has_the_place_that_was_chosen(
    #[case] fields: &str,
    #[case] expected: Option<Value>,
) {
    let world = World::new().await;
    let made = world.stranger().post("/workers", &format!("new=1&{fields}")).await;
    let workers = world.done("GET", "/workers", Value::Null).await;
    match expected {
        Some(place) => {
            assert_eq!(made.status, 303, "{}", made.text);
            assert_eq!(workers["Workers"][0]["Locale"], place);
        }
        None => {
            assert_eq!((made.status, &workers["Workers"]), (400, &json!([])));
        }
    }
    let page = world.browser("A1").get("/qualifications/00000000000000000071").await;
    let back = "/workers?next=%2Fqualifications%2F00000000000000000071";
    assert!(page.contains(back), "{page}");
}
