//! `/metrics`: what it counts, its form, and who may read it.

#![expect(clippy::float_cmp, reason = "whole numbers")]

use std::collections::{BTreeMap, BTreeSet};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use mturk_local::control::admin::AdminToken;
use regex::Regex;
use serde_json::{Value, json};

use crate::events::to_queue;
use crate::state;
use crate::world::{Reply, World};

fn request(method: &str, token: Option<&str>) -> Request<Body> {
    let request = Request::builder().method(method).uri("/metrics").header("host", "localhost");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    request.body(Body::empty()).unwrap()
}

async fn ask(world: &World, token: Option<&str>) -> Reply {
    world.send(request("GET", token)).await
}

/// The numbers, by name and labels.
async fn numbers(world: &World) -> BTreeMap<String, f64> {
    let reply = ask(world, None).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let lines = reply.text.lines().filter(|line| !line.starts_with('#'));
    let numbers = lines.map(|line| line.rsplit_once(' ').unwrap());
    numbers.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
}

/// The numbers of a family that are not 0, without the family's name.
async fn some_of(world: &World, family: &str) -> Vec<String> {
    let numbers = numbers(world).await.into_iter().filter(|(_, value)| *value != 0.0);
    let named = numbers.filter_map(|(name, value)| {
        name.strip_prefix(family).map(|labels| format!("{labels} {value}"))
    });
    named.collect()
}

async fn calls(world: &World) -> Vec<String> {
    some_of(world, "mturk_local_calls_total").await
}

#[tokio::test]
async fn calls_are_counted_by_operation_and_outcome() {
    let world = World::new().await;
    assert_eq!(calls(&world).await, [""; 0]);
    let hit_id = world.create_hit(json!({})).await;
    world.by("OTHER").create_hit(json!({})).await;
    world.hit(&hit_id).await;
    world.fault("GetHIT", json!({"HITId": "3NOBODY"})).await;
    world.fault("ListHITs", json!({"MaxResults": 101})).await;
    world.send(world.request("NoSuch", "{}")).await;
    for rule in [
        json!({"Operation": "GetHIT", "Error": "ServiceFault", "Times": 1}),
        json!({"Operation": "GetHIT", "DropConnection": true, "Times": 1}),
    ] {
        world.done("POST", "/faults", rule).await;
        world.send(world.request("GetHIT", json!({"HITId": hit_id}).to_string())).await;
    }
    assert_eq!(
        calls(&world).await,
        [
            r#"{operation="CreateHIT",outcome="ok"} 2"#,
            r#"{operation="GetHIT",outcome="dropped"} 1"#,
            r#"{operation="GetHIT",outcome="failed"} 1"#,
            r#"{operation="GetHIT",outcome="ok"} 1"#,
            r#"{operation="GetHIT",outcome="refused"} 1"#,
            r#"{operation="ListHITs",outcome="refused"} 1"#,
            r#"{operation="unknown",outcome="refused"} 1"#,
        ]
    );
    let counts = some_of(&world, "mturk_local_call_duration_seconds_count").await;
    assert_eq!(counts[1], r#"{operation="GetHIT"} 4"#);
    let other = World::new().await;
    assert_eq!(calls(&other).await, [""; 0], "each server has its own");
}

#[tokio::test]
async fn hits_and_assignments_are_counted_by_status() {
    let world = World::new().await;
    let hits = async || some_of(&world, "mturk_local_hits").await;
    let work = async || some_of(&world, "mturk_local_assignments").await;
    assert_eq!((hits().await, work().await), (vec![], vec![]));
    let one = json!({"MaxAssignments": 1});
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(world.create_hit(one.clone()).await);
    }
    let [deleted, reviewing, reviewable, taken, _] = &*ids else { panic!() };
    let approved = world.work("A1ANNA", deleted).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": approved})).await;
    world.ok("DeleteHIT", json!({"HITId": deleted})).await;
    let rejected = world.work("A1ANNA", reviewing).await;
    let refusal = json!({"AssignmentId": rejected, "RequesterFeedback": "no"});
    world.ok("RejectAssignment", refusal).await;
    world.ok("UpdateHITReviewStatus", json!({"HITId": reviewing})).await;
    world.work("A1ANNA", reviewable).await;
    world.accept("A1ANNA", taken).await;
    assert_eq!(
        hits().await,
        ["Assignable", "Disposed", "Reviewable", "Reviewing", "Unassignable"]
            .map(|status| format!("{{status=\"{status}\"}} 1"))
    );
    assert_eq!(
        work().await,
        ["Accepted", "Approved", "Rejected", "Submitted"]
            .map(|status| format!("{{status=\"{status}\"}} 1"))
    );
}

#[tokio::test]
async fn timers_are_due_wait_or_failed() {
    let world = World::new().await;
    let timers = async || some_of(&world, "mturk_local_timers_").await;
    let hit_id = world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    // The server does not know of it, or it would settle it.
    let text = "INSERT INTO timers (kind, subject, due_at) VALUES ('x', '3X', 0)";
    state::write(&world, text).await;
    assert_eq!(timers().await, ["due 1", "waiting 1"]);
    assert_eq!(timers().await, ["due 1", "waiting 1"], "whoever asks settles nothing");
    world.advance("1m").await;
    assert_eq!(timers().await, ["failed 1", "waiting 1"]);
    world.advance("1h").await;
    assert_eq!(world.hit(&hit_id).await["HITStatus"], "Reviewable");
    assert!(timers().await.contains(&"failed 1".to_owned()));
}

#[tokio::test]
async fn events_bytes_and_versions_are_there() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({})).await;
    let hit_type = world.hit(&hit_id).await["HITTypeId"].clone();
    let asked = json!({"HITTypeId": hit_type, "Active": true, "Notification": to_queue("away")});
    world.ok("UpdateNotificationSettings", asked).await;
    world.work("A1ANNA", &hit_id).await;
    let found = numbers(&world).await;
    assert_eq!(found["mturk_local_events_waiting"], 1.0);
    assert_eq!(found["mturk_local_connections"], 0.0, "in process there is none");
    assert!(found["mturk_local_database_bytes"] > 10_000.0);
    assert!(found["mturk_local_journal_bytes"] > 100.0);
    assert!(found["process_start_time_seconds"] > 1.7e9);
    let (version, database) = (env!("CARGO_PKG_VERSION"), world.emulator.engine().store().kind());
    let build = format!("mturk_local_build_info{{version=\"{version}\",database=\"{database}\"}}");
    assert_eq!(found[&build], 1.0);
    let off = World::with(|options| options.journal_bytes = 0).await;
    assert_eq!(numbers(&off).await["mturk_local_journal_bytes"], 0.0);
}

/// A family as its lines say it is.
struct Family {
    name: String,
    metric_type: String,
    samples: Vec<(String, f64)>,
}

/// Reads Prometheus' text format strictly: a HELP line, a TYPE line, then the samples of that
/// family alone.
fn families(text: &str) -> Vec<Family> {
    let help = Regex::new(r"^# HELP ([a-z_:][a-z0-9_:]*) [A-Z][^\\]+\.$").unwrap();
    let kind = Regex::new(r"^# TYPE ([a-z_:][a-z0-9_:]*) (counter|gauge|histogram)$").unwrap();
    let label = r#"[a-z_]+="(?:[^"\\]|\\[\\"n])*""#;
    let sample =
        format!(r"^([a-z_:][a-z0-9_:]*)(\{{{label}(?:,{label})*\}})? ([0-9]+(?:\.[0-9]+)?)$");
    let sample = Regex::new(&sample).unwrap();
    let mut families = Vec::<Family>::new();
    let mut lines = text.lines();
    assert!(text.ends_with('\n'));
    while let Some(line) = lines.next() {
        if let Some(found) = help.captures(line) {
            let next = kind.captures(lines.next().unwrap()).unwrap();
            assert_eq!(found[1], next[1], "{line}");
            let (name, metric_type) = (next[1].to_owned(), next[2].to_owned());
            assert!(families.iter().all(|family| family.name != name), "{name} comes twice");
            families.push(Family { name, metric_type, samples: Vec::new() });
            continue;
        }
        let found = sample.captures(line).unwrap_or_else(|| panic!("no sample: {line}"));
        let family = families.last_mut().unwrap();
        let suffix = found[1].strip_prefix(&*family.name).unwrap();
        let is_histogram = family.metric_type == "histogram";
        let suffixes = if is_histogram { &["_bucket", "_sum", "_count"][..] } else { &[""] };
        assert!(suffixes.contains(&suffix), "{line}");
        family
            .samples
            .push((line.rsplit_once(' ').unwrap().0.to_owned(), found[3].parse().unwrap()));
    }
    families
}

/// The buckets of each operation grow up to its count.
fn check_histogram(Family { name, samples, .. }: &Family) {
    let bucket = Regex::new(r#"_bucket\{operation="(\w+)",le="([^"]+)"\}$"#).unwrap();
    let mut last = BTreeMap::<String, (f64, f64)>::new();
    for (sample, value) in samples {
        let Some(found) = bucket.captures(sample) else { continue };
        let bound: f64 = found[2].replace("+Inf", "inf").parse().unwrap();
        let before = last.insert(found[1].to_owned(), (bound, *value)).unwrap_or((0.0, 0.0));
        assert!(before.0 < bound && before.1 <= *value, "{sample}");
    }
    for (operation, (bound, value)) in &last {
        let of = |end: &str| format!("{name}_{end}{{operation=\"{operation}\"}}");
        let all: BTreeMap<&str, f64> = samples.iter().map(|(s, v)| (s.as_str(), *v)).collect();
        assert!(bound.is_infinite() && all[&*of("count")] == *value);
        assert!(all[&*of("sum")] > 0.0);
    }
    assert!(!last.is_empty());
}

#[tokio::test]
async fn the_form_is_that_of_prometheus() {
    let world = World::new().await;
    let hit_id = world.create_hit(json!({})).await;
    for _ in 0..9 {
        world.hit(&hit_id).await;
    }
    let reply = ask(&world, None).await;
    assert_eq!(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let families = families(&reply.text);
    let mut seen = BTreeSet::new();
    for family in &families {
        let counts = family.metric_type == "counter";
        assert_eq!(counts, family.name.ends_with("_total"), "{}", family.name);
        assert!(!family.samples.is_empty(), "{}", family.name);
        assert!(family.samples.iter().all(|(sample, _)| seen.insert(sample.clone())));
    }
    let mut histograms = families.iter().filter(|family| family.metric_type == "histogram");
    check_histogram(histograms.next().unwrap());
    let book = include_str!("../../docs/src/metrics.md");
    for family in &families {
        assert!(book.contains(&format!("| `{}", family.name)), "{}: not in the book", family.name);
    }
}

#[tokio::test]
async fn it_asks_for_the_token_and_has_one_method() {
    let world = World::with(|options| options.control.token = AdminToken::new("hush")).await;
    for wrong in [None, Some("hus"), Some("")] {
        let reply = ask(&world, wrong).await;
        assert_eq!(
            (reply.status, &reply.headers["www-authenticate"]),
            (401, &"Bearer".parse().unwrap())
        );
        assert_eq!(reply.json()["error"]["code"], "Unauthorized");
    }
    assert_eq!(ask(&world, Some("hush")).await.status, 200);
    assert_eq!(world.send(request("HEAD", Some("hush"))).await.status, 200);
    for method in ["POST", "PUT", "DELETE"] {
        let reply = world.send(request(method, Some("hush"))).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]["code"]),
            (405, &json!("MethodNotAllowed"))
        );
    }
}

#[tokio::test]
async fn apart_it_is_where_the_control_api_is() {
    let world = World::with(|options| options.control.is_apart = true).await;
    world.ok("ListHITs", json!({})).await;
    assert_eq!(ask(&world, None).await.status, 404);
    let answer = world.emulator.control_front().answer(request("GET", None)).await;
    assert_eq!(answer.status(), 200);
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let counted = r#"mturk_local_calls_total{operation="ListHITs",outcome="ok"} 1"#;
    assert!(text.contains(counted), "{text}");
}

#[tokio::test]
async fn a_reset_changes_what_there_is_and_not_what_was_counted() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    world.done("POST", "/reset", Value::Null).await;
    assert_eq!(some_of(&world, "mturk_local_hits").await, [""; 0]);
    assert_eq!(calls(&world).await, [r#"{operation="CreateHIT",outcome="ok"} 1"#]);
}
