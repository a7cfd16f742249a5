//! Times are whole seconds, whatever the fraction of the clock: in answers, tables and world files.

use mturk_local::engine::StartAt;
use mturk_local::ops::OPERATIONS;
use mturk_local::time::Instant;
use regex::Regex;
use serde_json::{Value, json};

use crate::conformance::full::Full;
use crate::state::state;
use crate::world::{START, World};

/// Where a clock stands that is not at a whole second.
const FRACTION: Instant = Instant(START * 1000 + 789);

/// What keeps milliseconds: the order of arrival, real time, and the clock itself.
const PRECISE: [&str; 8] = [
    "hits.arrived_at",
    "qualification_requests.arrived_at",
    "events.event_at",
    "events.delivered_at",
    "destinations.retry_at",
    "hit_types.listed_at",
    "world.clock_frozen_at",
    "world.held_at",
];

/// A market whose clock stands there.
async fn market(at: Instant) -> World {
    World::with(|options| options.start.at = Some(StartAt::Instant(at))).await
}

/// Every `…_at` of every table, as `table.column` and milliseconds.
fn instants(state: &str) -> Vec<(String, i64)> {
    let column = Regex::new(r#"(\w+_at)"?[=:](\d+)"#).unwrap();
    let mut table = "";
    let mut found = Vec::new();
    for line in state.lines() {
        if !line.starts_with(' ') {
            table = line;
        }
        for column in column.captures_iter(line) {
            found.push((format!("{table}.{}", &column[1]), column[2].parse().unwrap()));
        }
    }
    found
}

#[tokio::test]
async fn every_operation_shows_whole_seconds() {
    let full = Full::at(FRACTION).await;
    let time = Regex::new(r#""(\w+Time|Expiration|Deadline)":([^,}]+)"#).unwrap();
    let form = Regex::new(r"^1\.\d{1,9}E9$").unwrap();
    let mut shown = 0;
    for entry in OPERATIONS {
        full.restore().await;
        let body = full.good(entry.name).to_string();
        let reply = full.world.send(full.world.request(entry.name, body)).await;
        for time in time.captures_iter(&reply.text) {
            assert!(form.is_match(&time[2]), "{}: {}", entry.name, &time[0]);
            assert_ne!(&time[1], "Deadline", "{}: {}", entry.name, reply.text);
            shown += 1;
        }
    }
    assert!(shown > 40, "{shown}");
}

#[tokio::test]
async fn every_table_keeps_whole_seconds() {
    let full = Full::at(FRACTION).await;
    let fraction = Regex::new(r"Time\W+1\.\d{10}").unwrap();
    for span in ["0s", "1h1500ms", "40d", "200d"] {
        full.world.advance(span).await;
        let state = state(&full.world).await;
        let found = instants(&state);
        assert!(found.len() > 60, "{}", found.len());
        for (column, at) in found {
            let precise = PRECISE.contains(&column.as_str());
            assert!(precise || at % 1000 == 0, "{column} {at}");
        }
        assert!(!fraction.is_match(&state), "{state}");
    }
}

/// What older programs dumped, and what people write.
#[tokio::test]
async fn a_world_with_fractions_is_loaded_without() {
    let full = Full::at(FRACTION).await;
    let dumped = full.world.done("GET", "/world", Value::Null).await;
    let text = dumped.to_string();
    assert_eq!(text.matches(".789Z").count(), 1, "the clock alone has a fraction");
    let whole = text.replace(".789Z", "Z");
    let fractions = Regex::new(r#"(\d\d:\d\d:\d\d)Z""#).unwrap().replace_all(&whole, "$1.789Z\"");
    assert!(fractions.matches(".789Z").count() > 60);
    for file in [&text, &*fractions] {
        let world = World::new().await;
        world.done("PUT", "/world", serde_json::from_str(file).unwrap()).await;
        assert_eq!(world.done("GET", "/world", Value::Null).await, dumped);
    }
}

#[tokio::test]
async fn what_falls_due_does_so_at_the_shown_instant() {
    let world = market(FRACTION).await;
    let delay = json!({"LifetimeInSeconds": 30, "AutoApprovalDelayInSeconds": 60});
    let hit = world.create_hit(delay).await;
    let held = world.accept("A1", &hit).await;
    let work = world.work("A2", &hit).await;
    let shown = world.hit(&hit).await;
    let at = |after: i64| json!(f64::from(u32::try_from(START + after).unwrap()));
    assert_eq!((&shown["CreationTime"], &shown["Expiration"]), (&at(0), &at(30)));
    let show = async || {
        world.ok("GetAssignment", json!({"AssignmentId": work})).await["Assignment"].take()
    };
    let shown = show().await;
    assert_eq!([&shown["AcceptTime"], &shown["SubmitTime"]], [&at(0), &at(0)]);
    world.advance("29s210ms").await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Assignable");
    assert_eq!(world.advance("1ms").await, 1);
    assert_eq!(world.hit(&hit).await["HITStatus"], "Unassignable");
    assert_eq!(world.advance("29s999ms").await, 0);
    assert_eq!(world.advance("1ms").await, 1);
    assert_eq!(show().await["ApprovalTime"], at(60));
    assert_eq!(world.advance("539s999ms").await, 0);
    assert_eq!(world.advance("1ms").await, 1);
    let late = world.control("POST", &format!("/assignments/{held}/submit"), json!({})).await;
    assert_eq!((late.0, &late.1["error"]["code"]), (422, &json!("AssignmentAbandoned")));
}

#[tokio::test]
async fn lists_keep_the_order_of_arrival_within_a_second() {
    let world = market(Instant(START * 1000)).await;
    let (mut hits, mut works) = (Vec::new(), Vec::new());
    let wanted = world.create_hit(json!({"MaxAssignments": 9})).await;
    for worker in ["A9", "A1", "A5"] {
        world.advance("300ms").await;
        hits.insert(0, world.create_hit(json!({})).await);
        works.push(world.work(worker, &wanted).await);
    }
    hits.push(wanted.clone());
    let before = world.control("POST", &format!("/hits/{wanted}/submissions"), json!({})).await;
    works.push(before.1["AssignmentId"].as_str().unwrap().to_owned());
    world.advance("1s").await;
    // As of that second, and as exactly as one can say it.
    for submit in [json!(START), json!("2026-01-01T00:00:00.100Z")] {
        let sent = json!({"SubmitTime": submit});
        let done = world.done("POST", &format!("/hits/{wanted}/submissions"), sent).await;
        assert_eq!(done["SubmitTime"], "2026-01-01T00:00:00Z");
        works.push(done["AssignmentId"].as_str().unwrap().to_owned());
    }
    works.push(world.work("A2", &wanted).await);
    let listed = world.ids("ListHITs", json!({}), "HITs", "HITId").await;
    assert_eq!(listed, hits);
    let asked = json!({"HITId": wanted});
    let listed = world.ids("ListAssignmentsForHIT", asked, "Assignments", "AssignmentId").await;
    assert_eq!(listed, works);
    let events = world.done("GET", "/events", Value::Null).await;
    let shown = events["Events"].as_array().unwrap().iter();
    assert!(shown.clone().all(|event| event["EventTimestamp"].as_str().unwrap().len() == 20));
}
