//! What others see while a snapshot is restored, and afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt as _;
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::Connection as _;

use super::{busy, dump, keep, restore, rows};
use crate::world::{World, hit};

/// Each call sees the market as it was before a restore, or as it is after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_call_sees_one_state_or_the_other() {
    let world = World::new().await;
    let small = world.create_hit(json!({"MaxAssignments": 50})).await;
    world.work("A1ANNA", &small).await;
    keep(&world, "small").await;
    for n in 0..20 {
        world.work(&format!("A1WORKER{n}"), &small).await;
    }
    world.advance("1h").await;
    keep(&world, "large").await;
    let (is_done, written) = (Arc::new(AtomicBool::new(false)), "Writes meanwhile");
    let readers = (0..3).map(|_| {
        let (world, small, is_done) = (world.clone(), small.clone(), Arc::clone(&is_done));
        tokio::spawn(async move {
            let mut seen = [0, 0];
            while !is_done.load(Ordering::Relaxed) {
                let asked = json!({"HITId": small, "MaxResults": 100});
                let listed = world.ok("ListAssignmentsForHIT", asked).await;
                let count = listed["Assignments"].as_array().unwrap().len();
                assert!(count == 1 || count == 21, "{count}");
                assert_eq!(listed["NumResults"], count);
                seen[usize::from(count == 21)] += 1;
            }
            seen
        })
    });
    let readers: Vec<_> = readers.collect();
    let writer = {
        let (world, is_done) = (world.clone(), Arc::clone(&is_done));
        tokio::spawn(async move {
            while !is_done.load(Ordering::Relaxed) {
                world.ok("CreateHIT", hit(json!({"Title": written}))).await;
            }
        })
    };
    let states = ["small", "large"];
    for n in 0..20 {
        restore(&world, states[n % 2]).await;
    }
    is_done.store(true, Ordering::Relaxed);
    writer.await.unwrap();
    for seen in join_all(readers).await {
        assert!(seen.unwrap().iter().sum::<i32>() > 0);
    }
    restore(&world, "small").await;
    let dumped = dump(&world).await;
    assert!(!dumped.contains(written));
    restore(&world, "large").await;
    restore(&world, "small").await;
    assert_eq!(dump(&world).await, dumped);
}

/// Types and documents of a stream, without what it says to stay alive.
async fn stream(
    world: &World,
    query: &str,
) -> impl futures_util::Stream<Item = (String, Value)> + Unpin {
    let asked = Request::get(format!("/_mturk/events?stream=1{query}")).header("host", "localhost");
    let answer = world.emulator.front().answer(asked.body(Body::empty()).unwrap()).await;
    let chunks = answer.into_body().into_data_stream().map(|chunk| {
        let text = String::from_utf8(chunk.unwrap().to_vec()).unwrap();
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        (field("event: ").to_owned(), serde_json::from_str(field("data: ")).unwrap())
    });
    Box::pin(chunks)
}

#[tokio::test]
async fn a_stream_is_told_of_what_takes_everything_back() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    keep(&world, "one").await;
    let mut all = stream(&world, "").await;
    let mut filtered = stream(&world, "&EventType=AssignmentSubmitted&after=1000").await;
    assert_eq!(all.next().await.unwrap().0, "HITCreated");
    let mut last = 0;
    for way in ["restore", "reset", "replace"] {
        world.create_hit(json!({"Title": way})).await;
        let (event_type, event) = all.next().await.unwrap();
        let number = event["Event"].as_i64().unwrap();
        assert!(event_type == "HITCreated" && number > last, "{way}: {event}");
        last = number;
        match way {
            "restore" => drop(restore(&world, "one").await),
            "reset" => drop(world.done("POST", "/reset", json!({})).await),
            _ => drop(world.done("PUT", "/world", json!({})).await),
        }
        let now = json!({"Now": "2026-01-01T00:00:00Z"});
        assert_eq!(all.next().await.unwrap(), ("reset".to_owned(), now), "{way}");
    }
    assert_eq!(filtered.next().await.unwrap().0, "reset");
    world.create_hit(json!({})).await;
    let (_, event) = all.next().await.unwrap();
    assert!(event["Event"].as_i64().unwrap() > last, "numbers go on");
}

/// One market of two processes: either restores, and the other notices at its next call.
#[tokio::test]
async fn other_processes_notice() {
    let (world, hit_id) = busy().await;
    if !world.is_postgres() {
        return;
    }
    let other = world.neighbour().await;
    let mut told = stream(&other, "&after=1000").await;
    keep(&other, "busy").await;
    let (dumped, clock) = (dump(&world).await, world.done("GET", "/clock", Value::Null).await);
    for (one, two) in [(&world, &other), (&other, &world)] {
        one.advance("1d").await;
        two.ok("GetHIT", json!({"HITId": hit_id})).await;
        let later = one.create_hit(json!({})).await;
        assert_eq!(restore(two, "busy").await, clock);
        assert_eq!(one.done("GET", "/clock", Value::Null).await, clock);
        let gone = one.fault("GetHIT", json!({"HITId": later})).await;
        assert!(gone.contains("does not exist"), "{gone}");
        assert_eq!((dump(one).await, dump(two).await), (dumped.clone(), dumped.clone()));
        assert_eq!(one.advance("10m").await, 1);
        restore(one, "busy").await;
    }
    while told.next().await.unwrap().0 != "reset" {}
}

/// Which transaction wrote each row.
const WRITTEN: &str = "SELECT string_agg(id || ' ' || xmin, ',' ORDER BY id) FROM hits \
    UNION ALL SELECT string_agg(id || ' ' || xmin, ',' ORDER BY id) FROM assignments";

/// Rows are written anew only where they differ. PostgreSQL tells which transaction wrote a row.
#[tokio::test]
async fn rows_that_are_the_same_stay_on_postgresql() {
    let (world, _) = busy().await;
    if !world.is_postgres() {
        return;
    }
    let mut connection = sqlx::PgConnection::connect(&world.database).await.unwrap();
    keep(&world, "busy").await;
    let written: Vec<String> =
        sqlx::query_scalar(WRITTEN).fetch_all(&mut connection).await.unwrap();
    let before = rows(&world).await;
    let later = world.create_hit(json!({})).await;
    world.work("A1EMMA", &later).await;
    restore(&world, "busy").await;
    assert_eq!(rows(&world).await, before);
    let after: Vec<String> = sqlx::query_scalar(WRITTEN).fetch_all(&mut connection).await.unwrap();
    assert_eq!(after, written);
}
