//! The console: calls as they come, and forms that ask the control API.

mod form_tokens;
mod panels;
mod sign_in;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use futures_util::StreamExt as _;
use mturk_local::console::{self, Console, MAX_STREAMS};
use mturk_local::control::admin::AdminToken;
use mturk_local::emulator::Options;
use mturk_local::journal::Journal;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::state;
use crate::world::{Reply, World, hit};

const CONSOLE: &str = "/requester/console";

async fn get(world: &World, path: &str) -> Reply {
    get_with(world, path, &[]).await
}

async fn get_with(world: &World, path: &str, headers: &[(&str, &str)]) -> Reply {
    let request = Request::get(format!("{CONSOLE}{path}"));
    world.send(with(request, headers).body(Body::empty()).unwrap()).await
}

fn with(
    request: axum::http::request::Builder,
    headers: &[(&str, &str)],
) -> axum::http::request::Builder {
    let is_host = headers.iter().any(|(name, _)| *name == "host");
    let request = if is_host { request } else { request.header("host", "localhost:1770") };
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

async fn post(world: &World, path: &str, form: &str) -> Reply {
    post_with(world, path, form, &[]).await
}

/// Posts a form with the token of the page that shows it.
async fn post_with(world: &World, path: &str, form: &str, headers: &[(&str, &str)]) -> Reply {
    let shown: Vec<_> = headers.iter().filter(|(name, _)| *name != "origin").copied().collect();
    let page = if path == "/sign-in" { path } else { "" };
    let page = get_with(world, page, &shown).await;
    let token = form_token(&page);
    let request = Request::post(format!("{CONSOLE}{path}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let request = match page.headers.get("set-cookie") {
        Some(new) => request.header("cookie", new.to_str().unwrap().split(';').next().unwrap()),
        None => request,
    };
    let form = Body::from(format!("{form}&csrf={token}"));
    world.send(with(request, headers).body(form).unwrap()).await
}

/// What the forms of a page carry; empty if it has none.
fn form_token(page: &Reply) -> &str {
    let value = page.text.split_once("name=\"csrf\" value=\"").map(|(_, rest)| rest);
    value.and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

fn location(reply: &Reply) -> &str {
    assert_eq!(reply.status, 303, "{}", reply.text);
    reply.headers["location"].to_str().unwrap()
}

/// The numbers of the calls on a page, in its order.
fn numbers(page: &str) -> Vec<u64> {
    let rows = page.split("data-call=\"").skip(1);
    rows.map(|row| row.split('"').next().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn calls_are_listed_the_newest_first_and_filtered() {
    let world = World::new().await;
    let other = world.by("OTHER");
    for _ in 0..2 {
        world.ok("ListHITs", json!({})).await;
        other.ok("GetAccountBalance", json!({})).await;
        other.fault("GetHIT", json!({"HITId": "3NOBODY"})).await;
    }
    for (query, found) in [
        ("", &[6, 5, 4, 3, 2, 1][..]),
        ("?operation=&error=&requester=", &[6, 5, 4, 3, 2, 1]),
        ("?operation=ListHITs", &[4, 1]),
        ("?requester=OTHER&before=5", &[3, 2]),
        ("?error=any", &[6, 3]),
        ("?error=HITDoesNotExist&operation=GetHIT", &[6, 3]),
        ("?error=ServiceFault", &[]),
        ("?text=3nobody", &[6, 3]),
        ("?text=AvailableBalance&before=5", &[2]),
        ("?before=1", &[]),
    ] {
        let page = get(&world, query).await;
        assert_eq!((page.status, &*numbers(&page.text)), (200, found), "{query}");
    }
    let page = get(&world, "").await.text;
    let group = "error=AWS.MechanicalTurk.HITDoesNotExist&amp;operation=GetHIT";
    assert!(page.contains(group), "calls are grouped by error: {page}");
    assert!(page.contains("<title id=\"chart-title\">"));
    assert_eq!(get(&world, "?before=x").await.status, 400);
    assert_eq!(get(&world, &format!("?text={}", "x".repeat(201))).await.status, 400);
    assert_eq!(post(&world, "/do/clear-calls", "").await.status, 303);
    assert!(numbers(&get(&world, "").await.text).is_empty());
}

#[tokio::test]
async fn older_calls_are_on_further_pages() {
    let world = World::new().await;
    for _ in 0..51 {
        world.ok("GetAccountBalance", json!({})).await;
    }
    let page = get(&world, "?operation=GetAccountBalance").await.text;
    assert_eq!(numbers(&page), (2..=51).rev().collect::<Vec<_>>());
    assert!(page.contains("before=2&#38;operation=GetAccountBalance"), "{page}");
    let last = get(&world, "?before=2").await.text;
    assert_eq!(numbers(&last), [1]);
    assert!(!last.contains("rel=\"next\"") && !last.contains("data-stream"));
    assert!(!get(&world, "?before=52&error=any").await.text.contains("rel=\"next\""));
}

#[tokio::test]
async fn a_call_is_shown_whole_and_hostile_text_stays_text() {
    let world = World::new().await;
    let hostile = "</pre><script>alert(1)</script>\"'\r\n<img src=x onerror=alert(1)>";
    world.ok("CreateHIT", hit(json!({"Title": hostile}))).await;
    let whole = world.send(world.request("GetHIT", json!({"HITId": hostile}).to_string())).await;
    assert_eq!(whole.status, 400);
    let hit_id = world.create_hit(json!({})).await;
    world.by("OTHER").fault("GetHIT", json!({"HITId": hit_id})).await;
    let made = get(&world, "/calls/1").await;
    assert_eq!(made.status, 200);
    for page in [&made, &get(&world, "/calls/2").await, &get(&world, "").await] {
        assert!(!page.text.contains("<script>") && !page.text.contains("<img src=x"));
    }
    assert!(made.text.contains("&#60;script&#62;") || made.text.contains("&lt;script&gt;"));
    assert!(made.text.contains("aws mturk create-hit"));
    let refused = get(&world, "/calls/4").await.text;
    for part in ["Ownership", "belongs to another requester, test", "OTHER", "HITDoesNotExist"] {
        assert!(refused.contains(part), "{part}: {refused}");
    }
    let policy = made.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"));
    for gone in ["0", "5", "x", "-1", "99999999999999999999"] {
        assert_eq!(get(&world, &format!("/calls/{gone}")).await.status, 404, "{gone}");
    }
    let error = get(&world, "?error=%22%3E%3Cscript%3E&requester=%22%3E%3Cb%3E&done=x").await;
    assert!(!error.text.contains("<script>") && !error.text.contains("<b>"));
}

#[tokio::test]
async fn forms_ask_the_control_api() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    let asked = post(&world, "/do/advance", "advance=30d").await;
    assert_eq!(asked.status, 200);
    for part in ["2026-01-01 00:00:00 to 2026-01-31 00:00:00", "timer", "name=\"confirmed\""] {
        assert!(asked.text.contains(part), "{part}: {}", asked.text);
    }
    assert!(asked.text.contains("name=\"advance\" value=\"30d\""));
    let now = || async { world.done("GET", "/clock", Value::Null).await["now"].clone() };
    assert_eq!(now().await, "2026-01-01T00:00:00Z", "it was asked first");
    let done = post(&world, "/do/advance", "advance=30d&confirmed=1").await;
    assert_eq!(location(&done), "/requester/console?done=advance");
    assert_eq!(now().await, "2026-01-31T00:00:00Z");
    assert!(get(&world, "?done=advance").await.text.contains("The clock was moved"));
    let resumed = post(&world, "/do/resume", "").await;
    assert_eq!(location(&resumed), "/requester/console?done=resume");
    assert_eq!(world.done("GET", "/clock", Value::Null).await["mode"], "offset");
    let rule = "Preset=&Operation=GetHIT&Error=ThrottlingException&Times=2&AfterCommit=1";
    location(&post(&world, "/do/add-fault", rule).await);
    let rules = world.done("GET", "/faults", Value::Null).await;
    let added = json!([{"Fault": 1, "Operation": "GetHIT", "Error": "ThrottlingException",
        "Times": 2, "AfterCommit": true}]);
    assert_eq!(rules["Faults"], added);
    location(&post(&world, "/do/remove-fault", "fault=1").await);
    location(&post(&world, "/do/add-fault", "LatencyMs=5").await);
    location(&post(&world, "/do/clear-faults", "").await);
    assert_eq!(world.done("GET", "/faults", Value::Null).await["Faults"], json!([]));
    assert_eq!(post(&world, "/do/nothing", "").await.status, 404);
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_says_what_the_api_says() {
    let world = World::new().await;
    let typed = "Error=Odd&Times=zero%22%3E&Operation=GetHIT&LatencyMs=-1";
    let refused = post(&world, "/do/add-fault", typed).await;
    let body = json!({"Error": "Odd", "Times": "zero\">", "Operation": "GetHIT", "LatencyMs": -1});
    let (status, said) = world.control("POST", "/faults", body).await;
    assert_eq!(refused.status, status);
    let problems = said["error"]["problems"].as_array().unwrap();
    for path in problems.iter().map(|problem| problem["path"].as_str().unwrap()) {
        assert!(refused.text.contains(path), "{path}: {}", refused.text);
    }
    assert!(refused.text.contains("value=\"zero&#34;&#62;\""), "{}", refused.text);
    assert!(refused.text.contains("value=\"Odd\"") && refused.text.contains("role=\"alert\""));
    let long = |name: &str| format!("{name}={}&confirmed=1", "x".repeat(70_000));
    for (action, form) in [
        ("keep", &*long("name")),
        ("remove-fault", &long("fault")),
        ("advance", "advance=soon"),
        ("advance", "advance=-1d"),
        ("set", "set=2000-01-01T00:00:00Z&confirmed=1"),
        ("keep", "name=a%20b"),
        ("restore", "name=none&confirmed=1"),
        ("delete", "name=..%2F..%2Fclock&confirmed=1"),
        ("remove-fault", "fault=x"),
    ] {
        let reply = post(&world, &format!("/do/{action}"), form).await;
        assert!((400..500).contains(&reply.status), "{action} {form}: {}", reply.status);
        assert!(reply.text.contains("That was not done."), "{action} {form}");
    }
}

#[tokio::test]
async fn snapshots_are_kept_restored_and_deleted() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    location(&post(&world, "/do/keep", "name=one").await);
    world.create_hit(json!({})).await;
    let asked = post(&world, "/do/restore", "name=one").await;
    assert!(asked.status == 200 && asked.text.contains("replaces everything"));
    let listed = || async { world.ok("ListHITs", json!({})).await["NumResults"].clone() };
    assert_eq!(listed().await, 2);
    location(&post(&world, "/do/restore", "name=one&confirmed=1").await);
    assert_eq!(listed().await, 1);
    location(&post(&world, "/do/delete", "name=one&confirmed=1").await);
    assert_eq!(world.done("GET", "/snapshots", Value::Null).await["Snapshots"], json!([]));
    assert_eq!(post(&world, "/do/reset", "").await.status, 200);
    assert_eq!(listed().await, 1);
    location(&post(&world, "/do/reset", "confirmed=1").await);
    assert_eq!(listed().await, 0);
}

#[tokio::test]
async fn no_page_of_elsewhere_changes_anything() {
    let world = World::new().await;
    for origin in ["http://evil.example", "null", "http://localhost:9"] {
        let headers = [("origin", origin)];
        let reply = post_with(&world, "/do/freeze", "", &headers).await;
        assert_eq!(reply.status, 403, "{origin}");
    }
    let own = [("origin", "http://localhost:1770")];
    location(&post_with(&world, "/do/resume", "", &own).await);
    assert_eq!(get(&world, "/do/freeze").await.status, 405);
}

fn with_token(options: &mut Options) {
    options.control.token = AdminToken::new("hush");
}

#[tokio::test]
async fn what_happened_and_what_failed_is_shown() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({})).await;
    world.work("A1ANNA", &hit_id).await;
    let damage = "INSERT INTO timers (kind, subject, due_at) VALUES ('odd<b>', '3X', 0)";
    state::write(&world, damage).await;
    world.advance("1s").await;
    let page = get(&world, "/").await.text;
    for part in ["AssignmentSubmitted", &hit_id, "A1ANNA", "Failed timers", "odd&#60;b&#62; 3X"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let retried = post(&world, "/do/retry-timers", "").await;
    assert_eq!(location(&retried), "/requester/console?done=retry-timers");
}

#[tokio::test]
async fn the_console_moves_with_the_control_api() {
    let world = World::with(|options| options.control.is_apart = true).await;
    assert_eq!(get(&world, "").await.status, 404);
    assert_eq!(post(&world, "/do/resume", "").await.status, 404);
    let front = world.emulator.control_front();
    for (path, expected) in
        [(CONSOLE, 200), ("/assets/console.js", 200), ("/assets/site.css", 200), ("/workers", 404)]
    {
        let request = Request::get(path).header("host", "localhost").body(Body::empty());
        let answer = front.answer(request.unwrap()).await;
        assert_eq!(answer.status(), expected, "{path}");
        let text = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        assert!(!str::from_utf8(&text).unwrap().contains("Start page"), "it is elsewhere");
    }
}

#[tokio::test]
async fn without_a_journal_the_rest_of_the_page_is_there() {
    let world = World::with(|options| options.journal_bytes = 0).await;
    let page = get(&world, "").await;
    assert!(page.status == 200 && page.text.contains("keeps no journal"));
    assert!(page.text.contains("/do/advance") && !page.text.contains("data-stream"));
    assert_eq!(get(&world, "/calls").await.status, 404);
    assert_eq!(get(&world, "/calls/1").await.status, 404);
}

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
