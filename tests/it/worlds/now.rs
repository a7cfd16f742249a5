//! The time of a market that was dumped: another one moves ahead to it.

use mturk_local::emulator::Options;
use mturk_local::engine::Start;
use rstest::rstest;
use serde_json::{Value, json};

use super::{begun, dump, problems};
use crate::world::{START, World};

const LATER: &str = "2026-01-11T00:00:00Z";

async fn clock(world: &World) -> Value {
    world.done("GET", "/clock", Value::Null).await
}

fn frozen(at: &str) -> Value {
    json!({"now": at, "mode": "frozen"})
}

/// A dump of a market that was moved ahead before anything happened in it.
async fn dumped_later() -> Value {
    let world = World::new().await;
    world.advance("10d").await;
    let hit = world.create_hit(json!({})).await;
    world.work("A1", &hit).await;
    dump(&world).await
}

#[tokio::test]
async fn a_market_that_was_moved_ahead_comes_back_however_it_is_loaded() {
    let dumped = dumped_later().await;
    assert_eq!(dumped["Now"], LATER);
    let world = begun(&[&dumped.to_string()]).await;
    assert_eq!((clock(&world).await, dump(&world).await), (frozen(LATER), dumped.clone()));
    for how in [json!({}), json!({"empty": true})] {
        let at = if how["empty"] == true { "2026-01-01T00:00:00Z" } else { LATER };
        assert_eq!(world.done("POST", "/reset", how).await, frozen(at));
    }
    for method in ["POST", "PUT"] {
        world.done("POST", "/reset", json!({"empty": true})).await;
        world.done(method, "/world", dumped.clone()).await;
        assert_eq!((clock(&world).await, dump(&world).await), (frozen(LATER), dumped.clone()));
    }
}

#[tokio::test]
async fn a_running_market_runs_on_from_there() {
    let real = || World::with(|options: &mut Options| options.start = Start::default());
    let world = real().await;
    let hit = world.create_hit(json!({})).await;
    assert!(dump(&world).await["Now"].is_string(), "for a machine whose calendar is behind");
    world.advance("10d500ms").await;
    world.work("A1", &world.create_hit(json!({})).await).await;
    let dumped = dump(&world).await;
    let again = real().await;
    again.done("POST", "/world", dumped.clone()).await;
    let clock = clock(&again).await;
    assert_eq!(clock["mode"], "offset");
    assert!(clock["now"].as_str() >= dumped["Now"].as_str(), "{clock} {dumped}");
    assert_eq!(again.hit(&hit).await, world.hit(&hit).await);
}

#[rstest]
#[case(json!([{"Now": "2025-12-31T23:59:59Z"}]), "2026-01-01T00:00:00Z")]
#[case(json!([{"Now": null}]), "2026-01-01T00:00:00Z")]
#[case(json!([{"Now": "2026-01-01T01:00:00.001+01:00"}]), "2026-01-01T00:00:00.001Z")]
#[case(json!([{"Now": START + 60}]), "2026-01-01T00:01:00Z")]
#[case(json!([{"Now": LATER}, {}, {"Now": "2026-01-02T00:00:00Z"}]), LATER)]
#[tokio::test]
async fn time_moves_ahead_to_the_latest_and_never_back(#[case] files: Value, #[case] at: &str) {
    let world = World::new().await;
    world.done("POST", "/world", files).await;
    assert_eq!(clock(&world).await, frozen(at));
}

#[rstest]
#[case(json!("soon"), "\"soon\" is no instant: RFC 3339, or epoch seconds")]
#[case(json!("+10d"), "\"+10d\" is no instant: RFC 3339, or epoch seconds")]
#[case(json!("30d"), "\"30d\" is no instant: RFC 3339, or epoch seconds")]
#[case(json!(-1), "\"-1\" is no instant: RFC 3339, or epoch seconds")]
#[case(json!(true), "a time is a string or a number")]
#[case(json!("1969-12-31T23:59:59Z"),
    "1969-12-31T23:59:59Z is outside the market's time, which is from 1970 to 2199")]
#[case(json!("2200-01-01T00:00:00Z"),
    "2200-01-01T00:00:00Z is outside the market's time, which is from 1970 to 2199")]
#[tokio::test]
async fn what_is_no_instant_is_reported(#[case] now: Value, #[case] expected: &str) {
    let world = World::new().await;
    assert_eq!(problems(&world, json!({"Now": now})).await, [format!("Now: {expected}")]);
}

/// As if one had waited: what falls due until then happens before the world is loaded.
#[tokio::test]
async fn what_falls_due_by_the_move_happens_at_its_own_instant() {
    let world = World::new().await;
    let hit =
        world.create_hit(json!({"AutoApprovalDelayInSeconds": 60, "LifetimeInSeconds": 3600}));
    let hit = hit.await;
    let work = world.work("A1", &hit).await;
    // More than are settled at a time.
    let workers: Vec<Value> = (0..300).map(|n| json!({"WorkerId": format!("A2{n}")})).collect();
    let many = json!({"HITId": "3MANY", "AutoApprovalDelayInSeconds": 60, "Assignments": workers});
    world.done("POST", "/world", json!({"HITs": [many]})).await;
    let wrong = json!({"Now": LATER, "HITs": [{"Title": 5}]});
    assert_eq!(problems(&world, wrong).await.len(), 1, "and time has not moved");
    let late = json!({"HITId": "3LATE", "CreationTime": "-1d", "Expiration": "+1d"});
    world.done("POST", "/world", json!({"Now": LATER, "HITs": [late]})).await;
    let late = world.hit("3LATE").await;
    let at = |days: i64| f64::from(u32::try_from(START + days * 86_400).unwrap());
    assert_eq!(late["CreationTime"].as_f64(), Some(at(9)), "from the new time");
    assert_eq!(late["Expiration"].as_f64(), Some(at(11)));
    let shown = world.ok("GetAssignment", json!({"AssignmentId": work})).await;
    assert_eq!(shown["Assignment"]["ApprovalTime"].as_f64(), Some(at(0) + 60.0));
    assert_eq!(world.standing(&hit).await, "Reviewable 2 available 0 pending 1 completed");
    assert_eq!(world.standing("3MANY").await, "Reviewable 0 available 0 pending 300 completed");
    // 120 days after the end.
    assert_eq!(world.advance("110d59m").await, 2, "3LATE ends, 3MANY goes");
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewable");
    world.advance("1m").await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Disposed");
}

#[tokio::test]
async fn a_place_that_is_given_up_on_the_way_is_free_for_what_is_loaded() {
    let world = World::new().await;
    let one = json!({"MaxAssignments": 1, "LifetimeInSeconds": 30 * 86_400});
    let hit = world.create_hit(one).await;
    world.accept("A1", &hit).await;
    let work = json!([{"HITId": hit, "WorkerId": "A2"}]);
    let early = problems(&world, json!({"Assignments": work})).await;
    assert_eq!(early, ["Assignments[0]: 2 assignments in 1 places"]);
    world.done("POST", "/world", json!({"Now": LATER, "Assignments": work})).await;
    assert_eq!(world.standing(&hit).await, "Reviewable 0 available 0 pending 0 completed");
}

/// What a dump holds is as of its `Now`, also while a jump settles one batch after the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_dump_is_of_one_instant() {
    let world = World::new().await;
    let work = |n: u32| {
        json!({"AssignmentId": format!("3W{n}"), "WorkerId": format!("A1WORKER{n}"),
            "AssignmentStatus": "Submitted", "AutoApprovalTime": format!("+{}s", n + 1)})
    };
    let hit = json!({"HITId": "3HIT", "Title": "T", "MaxAssignments": 900, "Expiration": "+9d",
        "Assignments": (0..900).map(work).collect::<Vec<_>>()});
    world.done("POST", "/world", json!({"HITs": [hit]})).await;
    let jumping = world.clone();
    let jump = tokio::spawn(async move { jumping.advance("1h").await });
    let mut is_over = false;
    while !is_over {
        is_over = jump.is_finished();
        let dumped = dump(&world).await;
        let now = dumped["Now"].as_str().unwrap();
        for work in dumped["HITs"][0]["Assignments"].as_array().unwrap() {
            let due = work["AutoApprovalTime"].as_str().unwrap();
            let is_open = work["AssignmentStatus"] == "Submitted";
            assert_eq!(is_open, due[..19] > now[..19], "{due} at {now}");
        }
    }
    assert_eq!(jump.await.unwrap(), 900);
}
