//! The console: calls as they come, forms that ask the control API, and who is let in.

mod form_tokens;
mod panels;
mod streams;

use axum::body::{Body, to_bytes};
use axum::http::Request;
use mturk_local::control::admin::AdminToken;
use mturk_local::emulator::Options;
use mturk_local::rules::url::Scheme;
use serde_json::{Value, json};

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
async fn a_browser_signs_in_once() {
    let world = World::with(with_token).await;
    let there = "/requester/console/sign-in?next=%2Frequester%2Fconsole%2Fcalls%2F1";
    assert_eq!(location(&get(&world, "/calls/1").await), there);
    let shut = post(&world, "/do/resume", "").await;
    assert_eq!(location(&shut), "/requester/console/sign-in");
    assert_eq!(world.emulator.engine().clock().await.unwrap().clock.mode(), "frozen");
    let stream = get_with(&world, "/calls", &[("accept", "text/event-stream")]).await;
    assert_eq!(stream.status, 401);
    let bearer = get_with(&world, "", &[("authorization", "Bearer hush")]).await;
    assert_eq!(bearer.status, 200);
    assert_eq!(post(&world, "/sign-in", "token=wrong").await.status, 403);
    for (next, to) in [
        ("", CONSOLE),
        ("%2Frequester%2Fconsole%2Fcalls%2F1", "/requester/console/calls/1"),
        ("%2F%2Fevil.example", CONSOLE),
        ("%2Frequester%2Fconsole.evil", CONSOLE),
        ("%2Frequester%2Fconsole%2F..%2F..%2Fmturk%2Faccept", CONSOLE),
    ] {
        let signed_in = post(&world, "/sign-in", &format!("token=hush&next={next}")).await;
        assert_eq!(location(&signed_in), to);
        let cookie = signed_in.headers["set-cookie"].to_str().unwrap();
        for part in ["Path=/requester;", "HttpOnly", "SameSite=Strict"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("hush") && !cookie.contains("Secure"));
        let sealed = cookie.split(';').next().unwrap();
        assert_eq!(get_with(&world, "", &[("cookie", sealed)]).await.status, 200);
        let changed = post_with(&world, "/do/resume", "", &[("cookie", sealed)]).await;
        assert_eq!(location(&changed), "/requester/console?done=resume", "by the control API");
        let worse = format!("{sealed}A");
        assert_eq!(get_with(&world, "", &[("cookie", &worse)]).await.status, 303);
    }
    let right = [("authorization", "Bearer hush")];
    let signed_out = post_with(&world, "/sign-out", "", &right).await;
    assert_eq!(location(&signed_out), "/requester/console/sign-in");
    let cookie = signed_out.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("mturk_local_console_1770=;") && cookie.contains("Max-Age=0"));
}

#[tokio::test]
async fn servers_at_other_ports_have_other_cookies() {
    let world = World::with(with_token).await;
    let mut good = Vec::new();
    for (host, name) in [
        ("localhost:1770", "mturk_local_console_1770"),
        ("localhost:1771", "mturk_local_console_1771"),
        ("localhost", "mturk_local_console"),
    ] {
        let headers = [("host", host)];
        let signed_in = post_with(&world, "/sign-in", "token=hush", &headers).await;
        let cookie = signed_in.headers["set-cookie"].to_str().unwrap();
        let (set, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        assert_eq!(set, name);
        let many = format!("{name}=bad; {name}={value}; {name}=bad");
        let there = [("host", host), ("cookie", &*many)];
        assert_eq!(get_with(&world, "", &there).await.status, 200, "{host}");
        good.push(format!("{name}={value}"));
    }
    let elsewhere = [("host", "localhost:1771"), ("cookie", &*good[0])];
    assert_eq!(get_with(&world, "", &elsewhere).await.status, 303);
}

#[tokio::test]
async fn wrong_tokens_are_counted_and_lock_nobody_out() {
    let world = World::with(with_token).await;
    let wrong = [("authorization", "Bearer wrong")];
    for _ in 0..5 {
        assert_eq!(get_with(&world, "", &wrong).await.status, 303);
        assert_eq!(post(&world, "/sign-in", "token=wrong").await.status, 403);
        assert_eq!(get(&world, "").await.status, 303, "who sends none does not count");
    }
    assert_eq!(get_with(&world, "", &wrong).await.status, 429);
    assert_eq!(post(&world, "/sign-in", "token=wrong").await.status, 429);
    let right = [("authorization", "Bearer hush")];
    assert_eq!(get_with(&world, "", &right).await.status, 200);
    let signed_in = post(&world, "/sign-in", "token=hush").await;
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
    let by_proxy = [("cookie", cookie), wrong[0]];
    assert_eq!(get_with(&world, "", &by_proxy).await.status, 200, "a proxy's own token");
}

#[tokio::test]
async fn the_token_is_not_sent_in_the_clear() {
    let world = World::with(|options| {
        with_token(options);
        options.host_check.any_address = true;
    })
    .await;
    let far = [("host", "10.0.0.5:1770")];
    let asked = get_with(&world, "/sign-in", &far).await;
    assert!(asked.text.contains("plain HTTP") && !asked.text.contains("type=\"password\""));
    let sent = post_with(&world, "/sign-in", "token=hush", &far).await;
    assert_eq!(sent.status, 403);
    assert!(!sent.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn through_tls_a_browser_signs_in_from_anywhere() {
    let public = Some("https://lab.example".to_owned());
    let world = World::with(|options| {
        with_token(options);
        options.host_check.public_origin = public;
        options.host_check.hosts = vec!["lab.example".to_owned(), "other.example".to_owned()];
    })
    .await;
    let sign_in = async |host: &str, scheme| {
        let send = async |request: axum::http::request::Builder, form: String| {
            let request = request.uri(format!("{CONSOLE}/sign-in")).header("host", host);
            let mut request = request.body(Body::from(form)).unwrap();
            request.extensions_mut().insert(scheme);
            world.send(request).await
        };
        let page = send(Request::builder(), String::new()).await;
        let cookie = page.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap();
        let sent = Request::builder().method("POST").header("cookie", cookie);
        let reply = send(sent, format!("token=hush&csrf={}", form_token(&page))).await;
        reply.headers.get("set-cookie").map(|cookie| cookie.to_str().unwrap().to_owned())
    };
    for (host, scheme) in [("lab.example", Scheme::Http), ("other.example", Scheme::Https)] {
        assert!(sign_in(host, scheme).await.unwrap().contains("; Secure"), "{host}");
    }
    assert_eq!(sign_in("other.example", Scheme::Http).await, None, "the proxy has another name");
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
async fn without_a_token_there_is_nothing_to_sign_in_to() {
    let world = World::new().await;
    assert_eq!(location(&get(&world, "/sign-in").await), CONSOLE);
    let page = get(&world, "").await.text;
    assert!(!page.contains("Sign out") && page.contains("Start page"));
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
