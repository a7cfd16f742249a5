//! `/mturk/externalSubmit`, in every form in which pages post to it.

use mturk_local::rules::question::answers::Repeated;
use mturk_local::site::SubmitThrough;
use rstest::rstest;
use serde_json::json;

use super::{answers, assignment, group};
use crate::world::World;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"ASCII\"?><QuestionFormAnswers \
    xmlns=\"http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/\
    QuestionFormAnswers.xsd\">";

fn document(fields: &[(&str, &str)]) -> String {
    let answer = |(name, value): &(&str, &str)| {
        format!(
            "<Answer><QuestionIdentifier>{name}</QuestionIdentifier>\
             <FreeText>{value}</FreeText></Answer>"
        )
    };
    let answers: String = fields.iter().map(answer).collect();
    format!("{HEAD}{answers}</QuestionFormAnswers>")
}

const URLENCODED: &str = "application/x-www-form-urlencoded";

#[rstest]
#[case("POST", "/mturk/externalSubmit", URLENCODED, "assignmentId={}&b=1&a=%C3%A9")]
#[case("POST", "//mturk/externalSubmit", URLENCODED, "b=1&a=%C3%A9&assignmentId={}")]
#[case("POST", "/mturk/externalSubmit/", "", "b=1&a=%C3%A9&assignmentId={}")]
#[case("POST", "/mturk/externalSubmit?assignmentId={}", URLENCODED, "b=1&a=%C3%A9&hitId=X")]
#[case("POST", "/mturk/externalSubmit?b=1&workerId=X", URLENCODED, "assignmentId={}&a=%C3%A9")]
#[case("GET", "/mturk/externalSubmit?assignmentId={}&b=1&a=%C3%A9&turkSubmitTo=X", "", "")]
#[case(
    "POST",
    "/mturk/externalSubmit",
    "multipart/form-data; boundary=XX",
    "--XX\r\nContent-Disposition: form-data; name=\"assignmentId\"\r\n\r\n{}\r\n\
     --XX\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n1\r\n\
     --XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\né\r\n--XX--\r\n"
)]
#[tokio::test]
async fn every_form_of_a_post_is_read(
    #[case] method: &str,
    #[case] path: &str,
    #[case] kind: &str,
    #[case] body: &str,
    #[values("null", "http://requester.example")] origin: &str,
) {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let id = world.accept("A1", &hit).await;
    let (path, body) = (path.replace("{}", &id), body.replace("{}", &id));
    let headers = [("origin", origin), ("content-type", kind)];
    let reply = world.stranger().send(method, &path, &headers, &body).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert!(!reply.headers.contains_key("x-frame-options"));
    assert_eq!(answers(&world, &hit).await, [document(&[("b", "1"), ("a", "&#233;")])]);
}

#[rstest]
#[case(Repeated::Join, "1|2|3")]
#[case(Repeated::First, "1")]
#[case(Repeated::Last, "3")]
#[tokio::test]
async fn fields_of_one_name_are_one_answer(#[case] repeated: Repeated, #[case] expected: &str) {
    let world = World::with(|options| options.site.repeated = repeated).await;
    let hit = world.create_hit(json!({})).await;
    let id = world.accept("A1", &hit).await;
    let body = format!("assignmentId={id}&q=1&x=&q=2&q=3");
    let reply = world.stranger().send("POST", "/mturk/externalSubmit", &[], &body).await;
    assert_eq!(reply.status, 200);
    assert_eq!(answers(&world, &hit).await, [document(&[("q", expected), ("x", "")])]);
}

#[tokio::test]
async fn each_refusal_says_what_happened() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let [done, returned] = [world.accept("A1", &hit).await, world.accept("A2", &hit).await];
    world.submit(&done).await;
    world.done("POST", &format!("/assignments/{returned}/return"), json!(null)).await;
    let late = world.accept("A3", &hit).await;
    world.advance("600s").await;
    for (sent, status, said) in [
        ("q=1", 422, "did not say which assignment"),
        ("assignmentid=3X", 422, "did not say which assignment"),
        ("assignmentId=", 422, "did not say which assignment"),
        ("assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE", 422, "This is a preview"),
        ("assignmentId=3NONE", 404, "Assignment 3NONE does not exist."),
        ("assignmentId=%3Cb%3E", 404, "Assignment &#60;b&#62; does not exist."),
        (&format!("assignmentId={done}"), 422, "This assignment was submitted before."),
        (&format!("assignmentId={returned}"), 422, "This assignment was returned before."),
        (&format!("assignmentId={late}"), 422, "The time for this assignment has run out."),
    ] {
        let reply = world.stranger().send("POST", "/mturk/externalSubmit", &[], sent).await;
        assert_eq!(reply.status, status, "{sent}");
        assert!(reply.text.contains(said), "{sent}: {}", reply.text);
        assert!(!reply.headers.contains_key("x-frame-options"), "{sent}");
    }
    let long = "X".repeat(71);
    for (boundary, body) in [("XX", "q=1".to_owned()), (&long, format!("--{long}--"))] {
        let kind = format!("multipart/form-data; boundary={boundary}");
        let headers = [("content-type", kind.as_str())];
        let reply = world.stranger().send("POST", "/mturk/externalSubmit", &headers, &body).await;
        assert_eq!(reply.status, 400);
    }
    assert_eq!(answers(&world, &hit).await.len(), 1);
}

#[tokio::test]
async fn through_the_frame_only_the_page_around_it_hands_in() {
    let strict = |options: &mut mturk_local::emulator::Options| {
        options.site.submit_through = SubmitThrough::Frame;
    };
    let world = World::with(strict).await;
    let hit = world.create_hit(json!({})).await;
    let browser = world.browser("A1");
    let page = browser.accept(&group(&world, &hit).await).await;
    let id = assignment(&page).to_owned();
    let body = format!("assignmentId={id}&q=%3C/script%3E");
    let reply = world.stranger().send("POST", "/mturk/externalSubmit", &[], &body).await;
    assert_eq!(reply.status, 200);
    let handed = format!(r#"[["assignmentId","{id}"],["q","\u003c/script>"]]"#);
    assert!(reply.text.contains(&handed), "{}", reply.text);
    assert!(answers(&world, &hit).await.is_empty());
    let path = page.replace('?', "/submit?");
    assert_eq!(world.browser("A2").post(&path, "q=1").await.status, 422);
    assert_eq!(browser.post(&path, "assignmentId=x&q=1").await.status, 303);
    assert_eq!(answers(&world, &hit).await, [document(&[("q", "1")])]);
}

#[rstest]
#[case(16 << 20, 200)]
#[case((16 << 20) + 1, 413)]
#[tokio::test]
async fn a_body_of_sixteen_mebibytes_is_read_and_no_more(#[case] size: usize, #[case] status: u16) {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let head = format!("assignmentId={}&q=", world.accept("A1", &hit).await);
    // Escaped it is three times as long as the answer, which has a limit of its own.
    let rest = size - head.len();
    let body = head + &"%78".repeat(rest / 3) + &"x".repeat(rest % 3);
    let headers = [("content-type", URLENCODED), ("origin", "null")];
    let reply = world.stranger().send("POST", "/mturk/externalSubmit", &headers, &body).await;
    assert_eq!(reply.status, status, "{}", &reply.text[..200.min(reply.text.len())]);
    assert_eq!(answers(&world, &hit).await.len(), usize::from(status == 200));
    assert!(!reply.headers.contains_key("x-frame-options"));
    if status == 413 {
        let said = "it has more than 16 MiB, and no more is taken";
        assert!(reply.text.contains(said) && reply.text.contains("<h1>Not submitted</h1>"));
        assert!(reply.text.contains("the HIT is still in your queue"), "{}", reply.text);
    }
}

#[rstest]
#[case("application/json", "{\"x\": 1}")]
#[case("text/plain;charset=UTF-8", "x=1")]
#[case("application/x-www-form-urlencoded2", "x=1")]
#[tokio::test]
async fn what_is_no_form_is_refused_by_name(#[case] kind: &str, #[case] body: &str) {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let path = format!("/mturk/externalSubmit?assignmentId={}", world.accept("A1", &hit).await);
    let headers = [("content-type", kind)];
    let reply = world.stranger().send("POST", &path, &headers, body).await;
    assert_eq!(reply.status, 415, "{}", reply.text);
    let kind = kind.split(';').next().unwrap();
    assert!(reply.text.contains(&format!("it is {kind}, and only a form")), "{}", reply.text);
    assert_eq!(answers(&world, &hit).await.len(), 0);
    let empty = world.stranger().send("POST", &path, &headers, "").await;
    assert_eq!(empty.status, 200, "{}", empty.text);
}

#[tokio::test]
async fn posts_that_are_too_long_are_refused_with_a_page_everywhere() {
    let world = World::new().await;
    let browser = world.browser("A1");
    let long = format!("workerId=A1&x={}", "x".repeat(1 << 20));
    for path in ["/workers", "/projects/3G/tasks/3H"] {
        let reply = browser.post(path, &long).await;
        assert_eq!(reply.status, 413);
        assert!(reply.text.contains("more than 1 MiB") && reply.text.contains("<h1>"));
    }
    let hit = world.create_hit(json!({})).await;
    let page = browser.accept(&group(&world, &hit).await).await;
    let path = page.replace('?', "/submit?");
    let long = format!("x={}", "x".repeat(16 << 20));
    let reply = browser.post(&path, &long).await;
    assert_eq!(reply.status, 413);
    assert!(reply.text.contains("more than 16 MiB"));
    assert_eq!(answers(&world, &hit).await.len(), 0);
}
