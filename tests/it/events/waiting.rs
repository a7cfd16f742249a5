//! Streams of events, and answers that come when something has happened.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::response::Response;
use futures_util::{FutureExt, StreamExt};
use mturk_local::store::events::Filter;
use serde_json::{Value, json};

use super::events;
use crate::state;
use crate::world::World;

#[tokio::test]
async fn all_hits_are_waited_for_together() {
    let world = World::new().await;
    let other = world.by("OTHER");
    let (one, two) = (world.create_hit(json!({})).await, other.create_hit(json!({})).await);
    let front = world.emulator.front();
    let mut all = Box::pin(front.answer(asked("submitted=3")));
    let mut of_other = Box::pin(front.answer(asked("Requester=OTHER&submitted=2")));
    let first = world.work("A1ANNA", &one).await;
    world.work("A1ANNA", &two).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": first})).await;
    assert!((&mut all).now_or_never().is_none() && (&mut of_other).now_or_never().is_none());
    world.work("A1BERTA", &two).await;
    assert_eq!(json_of(all.await).await["Work"]["Approved"], 1);
    let work = json!({"Pending": 0, "Submitted": 2, "Approved": 0, "Rejected": 0});
    assert_eq!(json_of(of_other.await).await, json!({"Work": work}));
    let late = world.control("GET", "/wait?approved=2&timeout=0s", Value::Null).await;
    assert_eq!(late.0, 408);
    let told = "All HITs together: 0 pending, 2 submitted, 1 approved, 0 rejected.";
    assert!(late.1["error"]["message"].as_str().unwrap().ends_with(told), "{}", late.1);
    let event = world.done("GET", "/wait?Requester=OTHER&event=HITCreated", Value::Null).await;
    assert_eq!(event["Event"]["HITId"], two);
    let of_hit = "HITId=3A&Requester=K&submitted=1";
    for query in ["Requester=K", "status=Reviewable", "submitted=1&after=0", of_hit] {
        let path = format!("/wait?{query}");
        assert_eq!(world.control("GET", &path, Value::Null).await.0, 400, "{query}");
    }
}

#[tokio::test]
async fn a_stream_tells_what_is_there_and_what_comes() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let asked = Request::get("/_mturk/events?stream=1").header("host", "localhost");
    let mut told = stream(&world, asked.body(Body::empty()).unwrap()).await;
    assert_eq!(told.next().await.unwrap(), "HITCreated");
    world.work("A1ANNA", &hit).await;
    assert_eq!(told.next().await.unwrap(), "AssignmentAccepted");
    assert_eq!(told.next().await.unwrap(), "AssignmentSubmitted");
    let last = events(&world, "").await[1]["Event"].to_string();
    let again = Request::get("/_mturk/events?stream=1").header("host", "localhost");
    let again = again.header("last-event-id", last).body(Body::empty()).unwrap();
    assert_eq!(stream(&world, again).await.next().await.unwrap(), "AssignmentSubmitted");
    world.emulator.engine().close();
    assert!(told.next().await.is_none(), "it ends when the market closes");
}

/// Nobody is told of these by an event of the HIT itself.
#[tokio::test]
async fn whoever_waits_for_one_hit_is_woken_when_the_market_is_another() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    world.done("POST", "/snapshots/one", Value::Null).await;
    let mut changes = world.emulator.engine().changes_of(&hit);
    world.create_hit(json!({})).await;
    assert!(!changes.has_changed(), "another HIT is not its business");
    for (method, path, body) in [
        ("POST", "/world", json!({"Workers": [{"WorkerId": "A1ANNA"}]})),
        ("POST", "/snapshots/one/restore", Value::Null),
        ("POST", "/reset", json!({"Requester": "test"})),
        ("PUT", "/world", json!({})),
        ("POST", "/reset", Value::Null),
    ] {
        changes.mark_seen();
        world.done(method, path, body).await;
        assert!(changes.has_changed(), "{method} {path}");
    }
}

/// What a stream or a wait has looked at, it does not look at again: if it did, it would find what
/// is changed here behind the program's back.
#[tokio::test]
async fn what_was_looked_at_is_not_looked_at_again() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    for _ in 0..3 {
        world.create_hit(json!({})).await;
    }
    let filter = Filter { hit_id: "3ANOTHER".to_owned(), ..Filter::default() };
    let engine = world.emulator.engine();
    let page = engine.events(&filter, 0, 10).await.unwrap();
    let numbers: Vec<i64> = events(&world, "").await.iter().map(number).collect();
    assert!(page.events.is_empty() && page.is_end);
    assert_eq!(Some(&page.last), numbers.last(), "it goes on from the last that it looked at");
    let full = engine.events(&Filter::default(), 0, 2).await.unwrap();
    assert_eq!((full.events.len(), full.last, full.is_end), (2, numbers[1], false));
    // On PostgreSQL a stream has not looked yet when it is first asked.
    if world.is_postgres() {
        return;
    }
    let of_anna = Request::get("/_mturk/events?stream=1&WorkerId=A1ANNA");
    let of_anna = of_anna.header("host", "localhost").body(Body::empty()).unwrap();
    let mut told = stream(&world, of_anna).await;
    let front = world.emulator.front();
    let mut waiting = Box::pin(front.answer(asked("event=AssignmentSubmitted")));
    for _ in 0..10 {
        assert!(told.next().now_or_never().is_none());
        assert!((&mut waiting).now_or_never().is_none());
        tokio::task::yield_now().await;
    }
    let changed = format!(
        "UPDATE events SET event_type = 'AssignmentSubmitted', worker_id = 'A1ANNA' \
        WHERE key = {}",
        numbers[0]
    );
    state::write(&world, &changed).await;
    let work = world.work("A1ANNA", &hit).await;
    let found = axum::body::to_bytes(waiting.await.into_body(), usize::MAX).await.unwrap();
    let found: Value = serde_json::from_slice(&found).unwrap();
    assert_eq!(found["Event"]["AssignmentId"], work);
    assert_eq!(told.next().await.unwrap(), "AssignmentAccepted");
}

fn number(event: &Value) -> i64 {
    event["Event"].as_i64().unwrap()
}

/// More than are looked at together, and gaps between them.
#[tokio::test]
async fn a_filter_that_lets_little_through_finds_it_behind_many() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let first = number(&events(&world, "").await[0]);
    let many = "INSERT INTO events (key, event_type, event_at, requester_id, hit_type_id, hit_id) \
        WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 12000) \
        SELECT x + 100 + x / 6000 * 1000000, 'HITCreated', 0, 'A', '3T', '3H' || x FROM n";
    state::write(&world, many).await;
    if world.is_postgres() {
        let numbers = "UPDATE event_numbers SET last_number = (SELECT max(key) FROM events)";
        state::write(&world, numbers).await;
    }
    world.work("A1ANNA", &hit).await;
    for (query, count) in [("?HITId=3H1", 1), ("?HITId=3H11999", 1), ("?HITId=3NONE", 0)] {
        assert_eq!(events(&world, query).await.len(), count, "{query}");
    }
    let of_hit = events(&world, &format!("?HITId={hit}")).await;
    assert_eq!((of_hit.len(), number(&of_hit[0])), (3, first));
    let rest = format!("?HITId={hit}&after={first}&limit=1");
    assert_eq!(events(&world, &rest).await[0], of_hit[1]);
}

/// The types that a stream tells; each comes with its number and its document.
async fn stream(
    world: &World,
    request: Request<Body>,
) -> impl futures_util::Stream<Item = String> + Unpin {
    let answer = world.emulator.front().answer(request).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let told = answer.into_body().into_data_stream().map(|chunk| {
        let text = String::from_utf8(chunk.unwrap().to_vec()).unwrap();
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("no {name} in {text}")).to_owned()
        };
        let document: Value = serde_json::from_str(&field("data: ")).unwrap();
        assert_eq!(document["Event"].to_string(), field("id: "));
        assert_eq!(document["EventType"], field("event: "));
        field("event: ")
    });
    Box::pin(told)
}

async fn wait(world: &World, query: &str) -> (u16, Value) {
    world.control("GET", &format!("/wait?{query}"), Value::Null).await
}

#[tokio::test]
async fn waiting_ends_when_a_hit_stands_so() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 2})).await;
    let first = world.work("A1ANNA", &hit).await;
    let (status, answer) = wait(&world, &format!("HITId={hit}&submitted=1&timeout=0s")).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        answer,
        json!({"HIT": {"HITId": hit, "HITStatus": "Assignable", "Available": 1, "Pending": 0,
            "Submitted": 1, "Approved": 0, "Rejected": 0}})
    );
    let waiting = {
        let (world, query) = (world.clone(), format!("HITId={hit}&status=Reviewable&approved=1"));
        tokio::spawn(async move { wait(&world, &query).await })
    };
    world.ok("ApproveAssignment", json!({"AssignmentId": first})).await;
    world.work("A1BERTA", &hit).await;
    let (status, answer) = waiting.await.unwrap();
    assert_eq!((status, &answer["HIT"]["HITStatus"]), (200, &json!("Reviewable")));
    let (status, _) = wait(&world, &format!("HITId={hit}&submitted=2&timeout=0s")).await;
    assert_eq!(status, 200, "what is approved was submitted too");
}

#[tokio::test]
async fn waiting_ends_when_an_event_happens() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    world.work("A1ANNA", &hit).await;
    let (_, first) = wait(&world, "event=AssignmentSubmitted&timeout=0s").await;
    assert_eq!(first["Event"]["WorkerId"], "A1ANNA");
    let query = format!("event=AssignmentSubmitted&HITId={hit}&after={}", first["Event"]["Event"]);
    let (status, answer) = wait(&world, &format!("{query}&timeout=1ms")).await;
    assert_eq!((status, answer["error"]["code"].as_str()), (408, Some("Timeout")));
    let waiting = {
        let world = world.clone();
        tokio::spawn(async move { wait(&world, &query).await })
    };
    world.work("A1BERTA", &hit).await;
    assert_eq!(waiting.await.unwrap().1["Event"]["WorkerId"], "A1BERTA");
}

#[tokio::test]
async fn what_nobody_can_wait_for_is_refused() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    for query in [
        String::new(),
        format!("HITId={hit}"),
        "submitted=-1".to_owned(),
        format!("HITId={hit}&submitted=1&event=Ping"),
        format!("HITId={hit}&submitted=1&after=1"),
        format!("HITId={hit}&submitted=-1"),
        format!("HITId={hit}&status=Eaten"),
        "event=Eaten".to_owned(),
        "event=Ping&after=-1".to_owned(),
        "event=Ping&timeout=-1s".to_owned(),
        "event=Ping&timeout=soon".to_owned(),
        "event=Ping&timeout=55001ms".to_owned(),
    ] {
        assert_eq!(wait(&world, &query).await.0, 400, "{query}");
    }
    assert_eq!(wait(&world, "HITId=3NOBODY&submitted=1").await.0, 404);
    assert_eq!(wait(&world, &format!("HITId={hit}&submitted=0&timeout=55s")).await.0, 200);
}

#[tokio::test]
async fn those_who_wait_are_let_go_when_the_market_closes() {
    let world = World::new().await;
    let waiting = {
        let world = world.clone();
        tokio::spawn(async move { world.emulator.front().answer(asked("event=Ping")).await })
    };
    world.emulator.engine().close();
    let answer = tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap().unwrap();
    assert_eq!(answer.status(), 503);
}

async fn json_of(answer: Response) -> Value {
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn asked(query: &str) -> Request<Body> {
    let request = Request::get(format!("/_mturk/wait?{query}")).header("host", "localhost");
    request.body(Body::empty()).unwrap()
}
