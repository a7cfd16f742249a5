//! The streams that keep the console up to date.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use futures_util::StreamExt as _;
use mturk_local::console::{self, Console, MAX_STREAMS};
use mturk_local::journal::Journal;
use serde_json::json;
use tower::ServiceExt as _;

use super::{CONSOLE, numbers};
use crate::world::World;

#[tokio::test]
async fn new_calls_come_by_a_stream_and_streams_are_bounded() {
    let world = World::new().await;
    let front = world.emulator.front();
    let open = |query: &str| {
        let request = Request::get(format!("{CONSOLE}/calls{query}")).header("host", "localhost");
        front.answer(request.body(Body::empty()).unwrap())
    };
    world.ok("ListHITs", json!({})).await;
    world.fault("GetHIT", json!({"HITId": "a\rb\n<b>"})).await;
    let mut streams = Vec::new();
    for query in ["?after=0&text=b%3E", "?after=1"] {
        let answer = open(query).await;
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        let mut stream = answer.into_body().into_data_stream();
        let first = stream.next().await.unwrap().unwrap();
        let first = String::from_utf8(first.to_vec()).unwrap();
        assert!(first.contains("event: call") && first.contains("id: 2\n"), "{query}: {first}");
        assert_eq!(numbers(&first), [2]);
        streams.push(stream);
    }
    world.ok("ListHITs", json!({})).await;
    let next = streams[1].next().await.unwrap().unwrap();
    assert_eq!(numbers(str::from_utf8(&next).unwrap()), [3]);
    let mut more = Vec::new();
    for _ in streams.len()..MAX_STREAMS {
        more.push(open("").await);
    }
    assert!(more.iter().all(|answer| answer.status() == 200));
    assert_eq!(open("").await.status(), 503);
    more.pop();
    assert_eq!(open("").await.status(), 200, "one that is closed makes room");
    world.emulator.engine().close();
    while let Some(chunk) = streams[0].next().await {
        chunk.unwrap();
    }
}

#[tokio::test]
async fn a_stream_ends_and_another_one_follows() {
    let world = World::new().await;
    let engine = Arc::clone(world.emulator.engine());
    let console = Console::new(engine, Journal::new(1 << 20), (None, None), (Router::new(), true));
    assert_eq!(console.stream_time, Duration::from_mins(10));
    for (looks, clocks) in [(1, 0), (7, 0), (8, 1)] {
        let stream_time = Duration::from_millis(250 * looks);
        let router = console::router(Console { stream_time, ..console.clone() });
        let request = Request::get(format!("{CONSOLE}/calls")).body(Body::empty()).unwrap();
        let stream = router.oneshot(request).await.unwrap().into_body();
        let all = to_bytes(stream, usize::MAX).await.unwrap();
        let all = str::from_utf8(&all).unwrap();
        assert!(all.trim_end().ends_with("event: again\ndata: -"), "{looks}: {all}");
        assert_eq!(all.matches("event: clock").count(), clocks, "{looks}: {all}");
    }
}

#[tokio::test]
async fn a_stream_begins_anew_at_another_server() {
    let world = World::new().await;
    let front = world.emulator.front();
    for _ in 0..3 {
        world.ok("ListHITs", json!({})).await;
    }
    let request = Request::get(CONSOLE).header("host", "localhost").body(Body::empty());
    let page = front.answer(request.unwrap()).await.into_body();
    let page = String::from_utf8(to_bytes(page, usize::MAX).await.unwrap().to_vec()).unwrap();
    let run = page.split("&#38;run=").nth(1).unwrap().split('"').next().unwrap();
    let first = async |query: &str, last_id: &str| {
        let request = Request::get(format!("{CONSOLE}/calls?{query}")).header("host", "localhost");
        let request = request.header("last-event-id", last_id).body(Body::empty());
        let mut stream = front.answer(request.unwrap()).await.into_body().into_data_stream();
        let first = stream.next().await.unwrap().unwrap();
        String::from_utf8(first.to_vec()).unwrap()
    };
    let known = format!("after=0&run={run}");
    let same = first(&known, "2").await;
    assert!(same.contains("event: call") && numbers(&same) == [3], "{same}");
    for (query, last_id) in [("after=0&run=1", "2"), ("after=0", "4"), (&*known, "500")] {
        let said = first(query, last_id).await;
        assert!(said.contains("event: restart") && said.contains("id: 0\n"), "{query}: {said}");
        assert!(said.contains(&format!("data: {run}\n")), "{query}: {said}");
    }
}
