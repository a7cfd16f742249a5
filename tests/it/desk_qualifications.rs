//! The requester's desk: qualification types, who has them, and who asks for them.

use serde_json::{Value, json};

use crate::desk::{Browser, location};
use crate::world::World;

const TEST: &str = concat!(
    "<QuestionForm xmlns=\"http://mechanicalturk.amazonaws.com/",
    "AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd\"><Question>",
    "<QuestionIdentifier>q</QuestionIdentifier>",
    "<QuestionContent><Text>Which colour is the sky?</Text></QuestionContent>",
    "<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"
);

const FIELDS: [(&str, &str); 9] = [
    ("name", "Colours"),
    ("description", "Knows <colours>"),
    ("keywords", "colour, sky"),
    ("status", "Active"),
    ("retry", "60"),
    ("auto", ""),
    ("auto-value", ""),
    ("test", TEST),
    ("duration", "300"),
];

/// The fields with others in their place.
fn with<'f>(changes: &[(&'f str, &'f str)]) -> Vec<(&'f str, &'f str)> {
    let kept = FIELDS.into_iter().filter(|(name, _)| !changes.iter().any(|(of, _)| of == name));
    kept.chain(changes.iter().copied()).collect()
}

async fn read(world: &World, id: &str) -> Value {
    let found = world.ok("GetQualificationType", json!({"QualificationTypeId": id})).await;
    found["QualificationType"].clone()
}

/// A type made by the form; its id.
async fn made(browser: &mut Browser, world: &World, changes: &[(&str, &str)]) -> String {
    browser.get(world, "/qualifications/new").await;
    let done = browser.post(world, "/qualifications/new", &with(changes)).await;
    let to = location(&done).strip_suffix("?done=new").unwrap().to_owned();
    to.rsplit('/').next().unwrap().to_owned()
}

/// A worker asks for a type, and answers its test if there is one; the request's id.
async fn ask(world: &World, worker: &str, id: &str, answer: Option<&str>) -> String {
    let path = format!("/workers/{worker}/qualifications/{id}");
    world.done("PUT", &format!("/workers/{worker}"), json!({})).await;
    let asked = world.done("POST", &format!("{path}/request"), Value::Null).await;
    let asked = match answer {
        None => asked,
        Some(text) => {
            let sent = json!({"Answers": {"q": text}});
            world.done("POST", &format!("{path}/test"), sent).await
        }
    };
    asked["QualificationRequestId"].as_str().unwrap_or_else(|| panic!("{asked}")).to_owned()
}

#[tokio::test]
async fn a_type_is_made_shown_changed_and_deleted() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "test").await;
    let empty = browser.get(&world, "/qualifications").await.text;
    assert!(empty.contains("You have no qualification types yet"));
    let id = made(&mut browser, &world, &[]).await;
    let of = read(&world, &id).await;
    for (member, value) in [
        ("Name", json!("Colours")),
        ("Description", json!("Knows <colours>")),
        ("Keywords", json!("colour, sky")),
        ("QualificationTypeStatus", json!("Active")),
        ("RetryDelayInSeconds", json!(60)),
        ("TestDurationInSeconds", json!(300)),
        ("Test", json!(TEST)),
        ("AutoGranted", json!(false)),
    ] {
        assert_eq!(of[member], value, "{member}");
    }
    let page = browser.get(&world, &format!("/qualifications/{id}?done=new")).await.text;
    for part in
        ["The qualification type is made.", "Which colour is the sky?", "Knows &#60;colours"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let list = browser.get(&world, "/qualifications?search=SKY").await.text;
    assert!(list.contains(&format!("/requester/qualifications/{id}\">Colours<")), "{list}");
    assert!(!browser.get(&world, "/qualifications?search=x1").await.text.contains(&id));
    let path = format!("/qualifications/{id}");
    let changes = with(&[("description", "New"), ("status", "Inactive"), ("retry", "90")]);
    let done = browser.post(&world, &format!("{path}/update"), &changes).await;
    assert!(location(&done).ends_with("?done=update"));
    let of = read(&world, &id).await;
    let now =
        ["Description", "QualificationTypeStatus", "RetryDelayInSeconds"].map(|m| of[m].clone());
    assert_eq!(now, [json!("New"), json!("Inactive"), json!(90)]);
    let longer = with(&[("description", "New"), ("duration", "600")]);
    browser.post(&world, &format!("{path}/update"), &longer).await;
    assert_eq!(read(&world, &id).await["TestDurationInSeconds"], 600);
    let done = browser.post(&world, &format!("{path}/delete"), &[]).await;
    assert_eq!(location(&done), "/requester/qualifications?done=delete");
    assert!(!browser.get(&world, "/qualifications").await.text.contains(&id));
    assert_eq!(browser.get(&world, &path).await.status, 409);
}

#[tokio::test]
async fn what_a_form_lacks_is_said_and_what_was_typed_stays() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "test").await;
    let id = made(&mut browser, &world, &[]).await;
    let long = "x".repeat(201);
    for (changes, why) in [
        ([("name", "Colours")], "You have already created a QualificationType with this name"),
        ([("name", &*long)], "maximum length of 200"),
        ([("description", "")], "minimum length of 1"),
        ([("retry", "soon")], "“soon” is not a whole number of seconds."),
        ([("status", "Disposing")], "A status is Active or Inactive."),
        ([("duration", "")], "TestDurationInSeconds must be given together with a Test."),
        ([("test", "<b>")], "id=\"refused\""),
        ([("key", "<AnswerKey/>")], "id=\"refused\""),
    ] {
        let mut fields = with(&changes);
        if changes[0].0 != "name" {
            fields.retain(|(name, _)| *name != "name");
            fields.push(("name", "Another"));
        }
        let page = browser.post(&world, "/qualifications/new", &fields).await;
        assert!((400..=409).contains(&page.status), "{why}: {}", page.status);
        assert!(page.text.contains(why), "{why}: {}", page.text);
        assert!(page.text.contains("value=\"colour, sky\""), "what was typed stays");
    }
    let path = format!("/qualifications/{id}/update");
    for (changes, why) in [
        ([("test", "")], "cannot take a test away"),
        ([("retry", "")], "cannot take the time until a worker may ask again away"),
        ([("auto-value", "3")], "Mark that too, or leave the score empty."),
        ([("auto", "yes")], "id=\"refused\""),
        ([("duration", "0")], "Valid values range from 1"),
    ] {
        let page = browser.post(&world, &path, &with(&changes)).await;
        assert!((400..=409).contains(&page.status), "{why}: {}", page.status);
        assert!(page.text.contains(why), "{why}: {}", page.text);
    }
}

#[tokio::test]
async fn a_score_that_is_granted_at_once_changes_or_stays() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "test").await;
    let without_test = [("test", ""), ("duration", "")];
    let fields = [&without_test[..], &[("auto", "yes"), ("auto-value", "5")]].concat();
    let id = made(&mut browser, &world, &fields).await;
    let path = format!("/qualifications/{id}/update");
    for (auto, value, status, kept) in [
        ("yes", "", 400, json!([true, 5])),
        ("yes", "6", 303, json!([true, 6])),
        ("", "7", 400, json!([true, 6])),
        ("", "6", 303, json!([false, null])),
        ("yes", "", 303, json!([true, 1])),
        ("", "", 303, json!([false, null])),
    ] {
        let fields = [&without_test[..], &[("auto", auto), ("auto-value", value)]].concat();
        let page = browser.post(&world, &path, &with(&fields)).await;
        assert_eq!(page.status, status, "{auto} {value}: {}", page.text);
        let of = read(&world, &id).await;
        assert_eq!(json!([of["AutoGranted"], of["AutoGrantedValue"]]), kept, "{auto} {value}");
    }
}

#[tokio::test]
async fn requests_are_granted_with_a_score_or_rejected_with_a_reason() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "test").await;
    let id = made(&mut browser, &world, &[]).await;
    let anna = ask(&world, "A1ANNA", &id, Some("blue & <white>")).await;
    let ben = ask(&world, "A1BEN", &id, Some("green")).await;
    let list = browser.get(&world, "/qualifications").await.text;
    assert!(list.contains("Workers ask for them") && list.contains("A1ANNA"), "{list}");
    let path = format!("/qualifications/{id}");
    let page = browser.get(&world, &path).await.text;
    for part in ["blue &#38; &#60;white&#62;", "green", &anna, &ben] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let odd = [("request", &*anna), ("score", "many")];
    let refused = browser.post(&world, &format!("{path}/accept"), &odd).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("“many” is not a score"), "{}", refused.text);
    let fields = [("request", &*anna), ("score", "95")];
    let done = browser.post(&world, &format!("{path}/accept"), &fields).await;
    assert!(location(&done).ends_with("?done=accept"));
    let again = browser.post(&world, &format!("{path}/accept"), &fields).await;
    assert_eq!(again.status, 409);
    assert!(again.text.contains("This request was decided meanwhile."), "{}", again.text);
    let fields = [("request", &*ben), ("reason", "It is blue")];
    let done = browser.post(&world, &format!("{path}/reject"), &fields).await;
    assert!(location(&done).ends_with("?done=reject"));
    let page = browser.get(&world, &path).await.text;
    assert!(page.contains("Nobody waits for your decision.") && page.contains(">95<"), "{page}");
    let mail = world.done("GET", "/messages", Value::Null).await.to_string();
    assert!(mail.contains("It is blue"), "{mail}");
    let fields = [("worker", "A1ANNA"), ("reason", "Over")];
    let done = browser.post(&world, &format!("{path}/revoke"), &fields).await;
    assert!(location(&done).ends_with("?done=revoke"));
    assert!(browser.get(&world, &path).await.text.contains("Nobody."));
    let gone = browser.post(&world, &format!("{path}/revoke"), &fields).await;
    assert!(gone.text.contains("does not have it any more"), "{}", gone.text);
    for (worker, status) in [("A1CHEN", 303), ("bad", 400)] {
        let fields = [("worker", worker), ("score", "3"), ("notify", "yes")];
        assert_eq!(browser.post(&world, &format!("{path}/grant"), &fields).await.status, status);
    }
    assert!(browser.get(&world, &path).await.text.contains(">A1CHEN<"));
}

#[tokio::test]
async fn holders_are_paged() {
    let world = World::new().await;
    let mut browser = Browser::of(&world, "test").await;
    let id = made(&mut browser, &world, &[("test", ""), ("duration", "")]).await;
    let mut given: Vec<String> = (0..60).map(|number| format!("A1W{number:02}")).collect();
    for worker in &given {
        let to = json!({"QualificationTypeId": id, "WorkerId": worker, "IntegerValue": 1});
        world.ok("AssociateQualificationWithWorker", to).await;
    }
    let (mut path, mut found) = (format!("/qualifications/{id}"), Vec::new());
    loop {
        let page = browser.get(&world, &path).await.text;
        let links = page.split("<th scope=\"row\"><a href=\"/requester/workers/").skip(1);
        found.extend(links.map(|rest| rest.split('"').next().unwrap().to_owned()));
        let Some(rest) = page.split("?holders=").nth(1) else { break };
        let place = rest.split('#').next().unwrap();
        path = format!("/qualifications/{id}?holders={place}");
    }
    given.reverse();
    assert_eq!(found, given);
}

#[tokio::test]
async fn a_strangers_type_is_none() {
    let world = World::new().await;
    let mut theirs = Browser::of(&world, "other").await;
    let id = made(&mut theirs, &world, &[]).await;
    let request = ask(&world, "A1ANNA", &id, Some("blue")).await;
    let mut browser = Browser::of(&world, "test").await;
    assert!(!browser.get(&world, "/qualifications").await.text.contains(&id));
    assert_eq!(browser.get(&world, &format!("/qualifications/{id}")).await.status, 404);
    for (change, fields) in [
        ("update", with(&[])),
        ("delete", vec![]),
        ("accept", vec![("request", &*request), ("score", "1")]),
        ("grant", vec![("worker", "A1ANNA"), ("score", "1")]),
    ] {
        let path = format!("/qualifications/{id}/{change}");
        assert_eq!(browser.post(&world, &path, &fields).await.status, 404, "{change}");
    }
    let own = made(&mut browser, &world, &[]).await;
    let fields = [("request", &*request), ("score", "1")];
    let refused = browser.post(&world, &format!("/qualifications/{own}/accept"), &fields).await;
    assert!(refused.status == 404 && refused.text.contains("does not exist"), "{}", refused.text);
}
