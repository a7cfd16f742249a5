//! Pages that are kept up to date by a stream.

use axum::body::Body;
use axum::http::{Request, Response};
use futures_util::StreamExt as _;
use mturk_local::desk::streams::MAX_OF_REQUESTER;
use serde_json::json;

use super::Browser;
use crate::world::World;

/// The stream of a page that this browser has read, as the page names it.
pub fn stream_of(page: &str) -> String {
    let (_, rest) = page.split_once("data-stream=\"").expect("a stream");
    rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
}

pub async fn opened(world: &World, browser: &Browser, address: &str) -> Response<Body> {
    let cookies = browser.cookies.iter().map(|(name, value)| format!("{name}={value}"));
    let request = Request::get(address).header("host", "localhost:1770");
    let request = request.header("cookie", cookies.collect::<Vec<_>>().join("; "));
    world.front.answer(request.body(Body::empty()).unwrap()).await.map(Body::new)
}

/// What a stream says until it has said all of these.
pub async fn said(stream: &mut axum::body::BodyDataStream, wanted: &[&str]) -> String {
    let mut all = String::new();
    while !wanted.iter().all(|text| all.contains(text)) {
        let chunk = stream.next().await.unwrap_or_else(|| panic!("it ended: {all}")).unwrap();
        all.push_str(str::from_utf8(&chunk).unwrap());
    }
    all
}

#[tokio::test]
async fn each_page_learns_what_became_of_what_it_shows() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let first = world.work("A1A", &hit).await;
    let mut browser = Browser::of(&world, "test").await;
    let mut streams = Vec::new();
    for path in ["/hits", &format!("/hits/{hit}"), &format!("/hits/{hit}/answers")] {
        let page = browser.get(&world, path).await.text;
        let stream = opened(&world, &browser, &stream_of(&page)).await;
        assert_eq!(stream.headers()["content-type"], "text/event-stream", "{path}");
        streams.push(stream.into_body().into_data_stream());
    }
    let [list, one, answers] = &mut streams[..] else { panic!("three") };
    world.work("A1B", &hit).await;
    let bar = format!("\"id\":\"b-{hit}\"");
    let of_list = said(list, &["2 submitted"]).await;
    assert!(of_list.contains(&bar) && of_list.contains("event: part"), "{of_list}");
    let of_one = said(one, &["2 submitted", "\"id\":\"events\"", "A1B"]).await;
    assert!(of_one.contains(&bar), "{of_one}");
    let of_answers = said(answers, &["1 new answer"]).await;
    assert!(of_answers.contains("event: news"), "{of_answers}");
    // Another reviewer decides.
    world.ok("ApproveAssignment", json!({"AssignmentId": first})).await;
    let decided = said(answers, &["Approved", "\n\n"]).await;
    assert!(decided.contains(&format!("\"id\":\"s-{first}\"")), "{decided}");
    assert!(!decided.contains("button"), "nothing is left to decide: {decided}");
    world.create_hit(json!({"Title": "Another"})).await;
    said(list, &["1 new HIT"]).await;
    world.create_hit(json!({"Title": "Another"})).await;
    said(list, &["2 new HITs"]).await;
    // The server stops.
    world.emulator.engine().close();
    for stream in &mut streams {
        while let Some(chunk) = stream.next().await {
            chunk.unwrap();
        }
    }
}

#[tokio::test]
async fn what_happened_before_the_stream_began_is_said_too() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/hits/{hit}/answers")).await.text;
    world.work("A1A", &hit).await;
    let of_page = opened(&world, &browser, &stream_of(&page)).await;
    said(&mut of_page.into_body().into_data_stream(), &["1 new answer"]).await;
}

#[tokio::test]
async fn a_stranger_learns_nothing_and_is_not_woken() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let work = world.work("A1A", &hit).await;
    let stranger = Browser::of(&world, "OTHER").await;
    let address = format!(
        "/requester/live?hits={hit}&answers={work}&events={hit}&hit={hit}\
         &news=AssignmentSubmitted&since=0"
    );
    let stream = opened(&world, &stranger, &address).await;
    let mut stream = stream.into_body().into_data_stream();
    world.work("A1B", &hit).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": work})).await;
    // The first that it hears of is its own.
    world.by("OTHER").create_hit(json!({})).await;
    let all = said(&mut stream, &["event: part"]).await;
    assert!(all.contains("\"id\":\"events\"") && all.contains("No events are kept"), "{all}");
    for secret in [&hit, &work, "A1A", "A1B", "event: news"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    let nobody = opened(&world, &Browser::default(), &address).await;
    assert_eq!(nobody.status(), 303);
}

#[tokio::test]
async fn a_stream_ends_when_its_browser_signs_out_or_becomes_another() {
    let world = World::new().await;
    let mut other = Browser::of(&world, "test").await;
    for path in ["/sign-out", "/choose"] {
        let mut browser = Browser::of(&world, "test").await;
        browser.get(&world, "/hits").await;
        let stream = opened(&world, &browser, "/requester/live").await;
        let mut stream = stream.into_body().into_data_stream();
        if path == "/choose" {
            browser.get(&world, "/choose").await;
        }
        let left = browser.post(&world, path, &[("key", "OTHER")]).await;
        assert_eq!(left.status, 303, "{path}");
        let all = said(&mut stream, &["event: over"]).await;
        assert!(stream.next().await.is_none(), "{path}: {all}");
    }
    assert_eq!(other.get(&world, "/hits").await.status, 200, "another browser stays signed in");
}

#[tokio::test]
async fn streams_are_bounded() {
    let world = World::new().await;
    let browser = Browser::of(&world, "test").await;
    let front = world.emulator.front();
    let open = async || {
        let cookies = browser.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let request = Request::get("/requester/live").header("host", "localhost:1770");
        let request = request.header("cookie", cookies.collect::<Vec<_>>().join("; "));
        front.answer(request.body(Body::empty()).unwrap()).await
    };
    let mut all = Vec::new();
    for _ in 0..MAX_OF_REQUESTER {
        all.push(open().await);
    }
    assert!(all.iter().all(|stream| stream.status() == 200));
    assert_eq!(open().await.status(), 503);
    all.pop();
    assert_eq!(open().await.status(), 200, "one that is closed makes room");
    let other = Browser::of(&world, "OTHER").await;
    assert_eq!(opened(&world, &other, "/requester/live").await.status(), 200, "it has its own");
}

#[tokio::test]
async fn a_review_status_that_changes_is_shown() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    world.work("A1A", &hit).await;
    let mut browser = Browser::of(&world, "test").await;
    let page = browser.get(&world, &format!("/hits/{hit}")).await.text;
    let stream = opened(&world, &browser, &stream_of(&page)).await;
    let mut stream = stream.into_body().into_data_stream();
    // The stream begins once it is read.
    world.create_hit(json!({})).await;
    said(&mut stream, &["event: part"]).await;
    world.ok("UpdateHITReviewStatus", json!({"HITId": hit, "Revert": false})).await;
    said(&mut stream, &["Reviewing"]).await;
}
