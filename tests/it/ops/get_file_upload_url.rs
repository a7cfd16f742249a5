//! GetFileUploadURL.

use axum::body::Body;
use axum::http::Request;
use mturk_local::rules::file_link;
use mturk_local::store::world;
use mturk_local::time::{Instant, real_now};
use serde_json::{Value, json};

use super::{check_hidden, check_ids};
use crate::forms::{filled, hand_in, song};
use crate::world::{Reply, World};

async fn link(world: &World, work: &str) -> String {
    let asked = json!({"AssignmentId": work, "QuestionIdentifier": "song"});
    let answer = world.ok("GetFileUploadURL", asked).await;
    answer["FileUploadURL"].as_str().unwrap().to_owned()
}

async fn fetch(world: &World, link: &str) -> Reply {
    let path = link.strip_prefix("http://127.0.0.1:1770").unwrap();
    let request = Request::get(path).header("host", "127.0.0.1:1770");
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn the_answer_is_a_link_to_the_file() {
    let world = World::new().await;
    let (_, work) = song(&world, "A1ANNA").await;
    let link = link(&world, &work).await;
    let token = link.strip_prefix("http://127.0.0.1:1770/_mturk/files/").unwrap();
    assert!(token.len() > 70 && !token.contains(&work), "{link}");
    let reply = fetch(&world, &link).await;
    assert_eq!((reply.status, reply.text.as_str()), (200, "la la"));
    let header = |name: &str| reply.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "audio/ogg");
    assert_eq!(header("content-disposition"), "attachment; filename=\"a _song__.ogg\"");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").starts_with("sandbox"));
}

#[tokio::test]
async fn a_public_url_stands_before_the_link() {
    let world = World::with(|options| {
        options.host_check.public_origin = Some("https://turk.example".to_owned());
    });
    let world = world.await;
    let (_, work) = song(&world, "A1ANNA").await;
    assert!(link(&world, &work).await.starts_with("https://turk.example/_mturk/files/"));
}

#[tokio::test]
async fn a_link_is_good_for_a_minute_of_real_time_and_for_nothing_else() {
    let world = World::new().await;
    let (_, work) = song(&world, "A1ANNA").await;
    let link = link(&world, &work).await;
    world.advance("30d").await;
    assert_eq!(fetch(&world, &link).await.status, 200, "the market's clock is not asked");
    let (base, token) = link.rsplit_once('/').unwrap();
    let mut tx = world.emulator.engine().store().read().await.unwrap();
    let page_key = world::state(&mut tx).await.unwrap().page_key;
    drop(tx);
    let file_key = file_link::file_key(&page_key, token, real_now()).unwrap();
    let made = |ms: i64| file_link::token(&page_key, &file_key, Instant(real_now().0 - ms));
    assert_eq!(fetch(&world, &format!("{base}/{}", made(59_000))).await.status, 200);
    for bad in [made(60_100), file_key.clone(), "x".to_owned(), format!("{token}A")] {
        let reply = fetch(&world, &format!("{base}/{bad}")).await;
        assert_eq!((reply.status, &reply.json()["error"]["code"]), (404, &json!("NotFound")));
    }
}

#[tokio::test]
async fn a_question_without_a_file_has_no_link() {
    let world = World::new().await;
    let (hit, work) = song(&world, "A1ANNA").await;
    let other = world.accept("A2BERT", &hit).await;
    hand_in(&world, &other, filled("Song", b"")).await.unwrap().unwrap();
    for (work, question) in [(&work, "title"), (&work, "nothing"), (&other, "song")] {
        let asked = json!({"AssignmentId": work, "QuestionIdentifier": question});
        let said = world.fault("GetFileUploadURL", asked).await;
        let sentence = "is not valid for the parameter QuestionIdentifier.";
        let expected =
            format!("RequestError InvalidParameterValue: The value \"{question}\" {sentence}");
        assert_eq!(said, expected);
    }
}

#[tokio::test]
async fn work_that_was_not_submitted_is_in_the_wrong_state() {
    let world = World::new().await;
    let (hit, _) = song(&world, "A1ANNA").await;
    let work = world.accept("A2BERT", &hit).await;
    let asked = json!({"AssignmentId": work, "QuestionIdentifier": "song"});
    let said = world.fault("GetFileUploadURL", asked).await;
    assert!(said.starts_with("RequestError InvalidAssignmentState: "), "{said}");
}

#[tokio::test]
async fn strange_work_does_not_exist() {
    let world = World::new().await;
    let (_, work) = song(&world, "A1ANNA").await;
    let asked = json!({"QuestionIdentifier": "song"});
    check_hidden(&world, "GetFileUploadURL", asked.clone(), "AssignmentId", &work).await;
    check_ids(&world, "GetFileUploadURL", asked, "AssignmentId").await;
}

#[tokio::test]
async fn files_go_with_their_hit() {
    let world = World::new().await;
    let (hit, work) = song(&world, "A1ANNA").await;
    let link = link(&world, &work).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit, "ExpireAt": 0})).await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
    assert_eq!(fetch(&world, &link).await.status, 404);
    let asked = json!({"AssignmentId": work, "QuestionIdentifier": "song"});
    assert!(world.fault("GetFileUploadURL", asked).await.contains("does not exist"));
    let dumped = world.done("GET", "/world", Value::Null).await;
    assert_eq!(dumped["UploadedFiles"], json!([]));
}
