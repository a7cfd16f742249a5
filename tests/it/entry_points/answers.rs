//! The longest answer, on every way in.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Request;
use mturk_local::rules::question::answers::{MAX_BYTES, MAX_TEST_BYTES};
use serde_json::{Value, json};

use crate::site::html_question;
use crate::world::World;

const LIMIT: &str = "The answer has more than 8192 KiB as a document, and no more is taken.";

/// Fields that are small as they are posted, and long in a document.
fn small_fields(count: usize) -> String {
    (0..count).fold(String::new(), |mut all, n| {
        let _ = write!(all, "&f{n}");
        all
    })
}

#[tokio::test]
async fn a_page_hands_in_no_longer_answer() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"Question": html_question("<p></p>")})).await;
    let id = world.accept("A1", &hit).await;
    let browser = world.browser("A1");
    let group = world.hit(&hit).await["HITGroupId"].as_str().unwrap().to_owned();
    let text = "x".repeat(MAX_BYTES);
    for (fields, limit) in [
        (small_fields(99_000), LIMIT),
        (format!("&q={text}"), LIMIT),
        (small_fields(100_000), "it has more than 100000 fields"),
    ] {
        let posted = format!("assignmentId={id}{fields}");
        let reply = browser.post("/mturk/externalSubmit", &posted).await;
        assert_eq!(reply.status, 413, "{:.500}", reply.text);
        assert!(reply.text.contains(limit), "{:.900}", reply.text);
        assert!(reply.text.contains("Nothing was submitted."), "{:.900}", reply.text);
        let path = format!("/projects/{group}/tasks/{hit}/submit?assignment_id={id}");
        let reply = browser.post(&path, &posted).await;
        assert!(reply.status == 413 && reply.text.contains(limit), "{:.900}", reply.text);
    }
    let document_around = 300;
    let posted = format!("assignmentId={id}&q={}", &text[document_around..]);
    let reply = browser.post("/mturk/externalSubmit", &posted).await;
    assert_eq!(reply.status, 200, "{:.900}", reply.text);
}

#[tokio::test]
async fn the_control_api_takes_no_longer_answer() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.accept("A1", &hit).await;
    let letter = |n: u32| char::from_digit(n % 36, 36).unwrap();
    let name = |n: u32| {
        format!("{}{}{}", letter(n), letter(n / 36), char::from_u32(n / 1296 + 0x30).unwrap())
    };
    // Names of three bytes, each a field without a value.
    let answers = (0..108_000).map(name).filter(|name| !name.contains(['"', '\\']));
    let answers: Vec<String> = answers.map(|name| format!("\"{name}\":\"\"")).collect();
    let body = format!("{{\"Answers\":{{{}}}}}", answers.join(","));
    for path in [format!("/assignments/{id}/submit"), format!("/hits/{hit}/submissions")] {
        let request = Request::post(format!("/_mturk{path}")).header("host", "localhost");
        let reply = world.send(request.body(Body::from(body.clone())).unwrap()).await;
        assert_eq!(reply.status, 413, "{path}: {:.500}", reply.text);
        assert_eq!(reply.json()["error"], json!({"code": "TooLong", "message": LIMIT}));
    }
    world.submit(&id).await;
}

/// A world with one assignment that says this of its answer.
fn answered(member: &str, value: Value) -> Value {
    let mut work = json!({"AssignmentId": "3WORK", "WorkerId": "A1"});
    work[member] = value;
    let hit = json!({"HITId": "3HIT", "Title": "t", "MaxAssignments": 1, "Assignments": [work]});
    json!({"HITs": [hit]})
}

#[tokio::test]
async fn a_world_holds_no_longer_answer() {
    let world = World::new().await;
    let text = "x".repeat(MAX_BYTES);
    let namespace = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/\
        QuestionFormAnswers.xsd";
    let document = format!(
        "<QuestionFormAnswers xmlns=\"{namespace}\"><Answer><QuestionIdentifier>q\
         </QuestionIdentifier><FreeText>{text}</FreeText></Answer></QuestionFormAnswers>"
    );
    for (member, value) in [("Answer", json!(document)), ("Answers", json!({"q": text}))] {
        let (status, answer) = world.control("POST", "/world", answered(member, value)).await;
        assert_eq!(status, 400);
        let problem = &answer["error"]["problems"][0];
        assert!(problem["path"].as_str().unwrap().starts_with("HITs[0].Assignments[0]"));
        assert!(problem["reason"].as_str().unwrap().contains(LIMIT), "{problem}");
    }
    let fits = answered("Answers", json!({"q": &text[300..]}));
    assert_eq!(world.control("POST", "/world", fits).await.0, 200);
}

#[tokio::test]
async fn the_answer_to_a_test_is_shorter() {
    let world = World::new().await;
    let question = "<Question><QuestionIdentifier>q</QuestionIdentifier><QuestionContent><Text>?\
        </Text></QuestionContent><AnswerSpecification><FreeTextAnswer/></AnswerSpecification>\
        </Question>";
    let test = format!(
        "<QuestionForm xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
         2017-11-06/QuestionForm.xsd\">{question}</QuestionForm>"
    );
    let made = json!({"Name": "n", "Description": "d", "QualificationTypeStatus": "Active",
        "Test": test, "TestDurationInSeconds": 60});
    let made = world.ok("CreateQualificationType", made).await;
    let id = made["QualificationType"]["QualificationTypeId"].as_str().unwrap();
    let path = format!("/workers/A1/qualifications/{id}");
    world.done("POST", &format!("{path}/request"), Value::Null).await;
    let hand_in = |text: String| json!({"Answers": {"q": text}});
    let long = hand_in("x".repeat(MAX_TEST_BYTES));
    let (status, answer) = world.control("POST", &format!("{path}/test"), long).await;
    assert_eq!((status, &answer["error"]["code"]), (413, &json!("TooLong")), "{answer}");
    assert!(answer["error"]["message"].as_str().unwrap().contains("256 KiB"), "{answer}");
    world.done("POST", &format!("{path}/test"), hand_in("x".into())).await;
}
