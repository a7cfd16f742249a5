//! A long jump of the clock: other calls come between its batches, and nothing of it is lost.

mod together;

use chrono::DateTime;
use serde_json::{Value, json};

use crate::state;
use crate::world::{START, World, hit};

/// A market whose clock was on its way to a day later when its process was killed; its HITs end one
/// second after another, the first 100 s after the start.
async fn killed_in_a_jump(hits: usize) -> World {
    let world = World::new().await;
    for number in 0..hits {
        world.create_hit(json!({"LifetimeInSeconds": 100 + number})).await;
    }
    let (at, to) = (START * 1000, (START + 86_400) * 1000);
    let text = format!("UPDATE world SET held_at = {at}, clock_frozen_at = {to}");
    state::write(&world, &text).await;
    world.restarted().await
}

/// What the clock shows, in seconds after the start.
async fn shown(world: &World) -> (i64, Option<i64>) {
    let clock = world.done("GET", "/clock", Value::Null).await;
    (seconds(&clock["now"]).unwrap(), seconds(&clock["target"]))
}

fn seconds(at: &Value) -> Option<i64> {
    at.as_str().map(|at| DateTime::parse_from_rfc3339(at).unwrap().timestamp() - START)
}

#[tokio::test]
async fn calls_see_the_instant_of_the_last_settled_batch() {
    let world = killed_in_a_jump(300).await;
    let (mut before, target) = shown(&world).await;
    assert_eq!(target, Some(86_400));
    for _ in 0..2 {
        world.ok("ListHITs", json!({})).await;
        let now = shown(&world).await.0;
        assert!(before < now && now < 399, "one call settles a part: {before} {now}");
        before = now;
    }
    let made = world.ok("CreateHIT", hit(json!({"LifetimeInSeconds": 60}))).await;
    let (now, target) = shown(&world).await;
    assert_eq!(target, Some(86_400), "the jump is not over");
    let made_at = made["HIT"]["CreationTime"].as_f64().unwrap();
    assert!((made_at - f64::from(u32::try_from(START + now).unwrap())).abs() < 1.0);
    world.advance("1s").await;
    assert_eq!(shown(&world).await, (86_401, None));
    let id = made["HIT"]["HITId"].as_str().unwrap();
    assert_eq!(world.hit(id).await["HITStatus"], "Reviewable", "it ended on the way");
}

#[tokio::test]
async fn a_jump_goes_on_after_a_crash_and_counts_what_is_left() {
    let world = killed_in_a_jump(200).await;
    // The start and the change are turns, each of which settled a batch before it.
    let settled = world.advance("0s").await;
    assert!((1..200).contains(&settled), "{settled}");
    assert_eq!(shown(&world).await, (86_400, None));
    let twice = killed_in_a_jump(200).await.restarted().await;
    twice.emulator.engine().settle().await.unwrap();
    assert_eq!(shown(&twice).await, (86_400, None));
}

#[tokio::test]
async fn changes_during_a_jump_count_from_its_target() {
    for (change, expected, mode) in [
        (json!({"advance": "1h"}), 90_000, "frozen"),
        (json!({"set": "+1h"}), 90_000, "frozen"),
        (json!({"freeze": true}), 86_400, "frozen"),
        (json!({"resume": true}), 86_400, "offset"),
    ] {
        let world = killed_in_a_jump(300).await;
        let back = json!({"set": START + 86_399});
        assert_eq!(world.control("POST", "/clock", back).await.0, 409);
        let clock = world.done("POST", "/clock", change.clone()).await;
        assert_eq!(clock["mode"], mode, "{change}");
        let now = seconds(&clock["now"]).unwrap();
        assert!((expected..expected + 60).contains(&now), "{change}: {clock}");
        assert!(clock.get("target").is_none());
    }
}

#[tokio::test]
async fn a_dump_is_as_of_the_last_settled_batch_and_a_load_ends_the_jump() {
    let world = killed_in_a_jump(200).await;
    let dumped = world.done("GET", "/world", Value::Null).await;
    assert_eq!(seconds(&dumped["Now"]).unwrap(), shown(&world).await.0);
    world.done("POST", "/world", json!({"Now": "2026-01-02T03:46:40Z"})).await;
    assert_eq!(shown(&world).await, (100_000, None));
    let listed = world.ok("ListHITs", json!({"MaxResults": 100})).await;
    let listed = listed["HITs"].as_array().unwrap();
    assert!(listed.iter().all(|hit| hit["HITStatus"] == "Reviewable"));
    let other = killed_in_a_jump(200).await;
    other.done("POST", "/world", json!({})).await;
    assert_eq!(shown(&other).await, (86_400, None), "the load settled the rest in its turn");
    let reset = killed_in_a_jump(200).await;
    reset.done("POST", "/reset", json!({})).await;
    assert_eq!(shown(&reset).await.1, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_settles_the_jump_counts_it() {
    let world = World::new().await;
    let neighbour = if world.is_postgres() { world.neighbour().await } else { world.clone() };
    for _ in 0..200 {
        world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    }
    let other = tokio::spawn(async move {
        while shown(&neighbour).await.0 < 86_400 {
            neighbour.emulator.engine().settle().await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    assert_eq!(world.advance("1d").await, 200);
    other.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn jumps_at_once_add_up_and_each_settles_all() {
    let world = World::new().await;
    for _ in 0..150 {
        world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    }
    let jump = || {
        let world = world.clone();
        tokio::spawn(async move { world.advance("1d").await })
    };
    let jumps = [jump(), jump(), jump()];
    let mut most = 0;
    for jump in jumps {
        most = most.max(jump.await.unwrap());
    }
    assert_eq!(most, 150);
    assert_eq!(shown(&world).await, (3 * 86_400, None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn calls_during_a_jump_are_answered_in_order_of_time() {
    let world = World::new().await;
    for number in 0..300 {
        world.create_hit(json!({"LifetimeInSeconds": 60 + 60 * number})).await;
    }
    let jumping = world.clone();
    let jump = tokio::spawn(async move { jumping.advance("30d").await });
    let mut before = 0;
    while !jump.is_finished() {
        let made = world.ok("CreateHIT", hit(json!({"LifetimeInSeconds": 60}))).await;
        let made_at = made["HIT"]["CreationTime"].as_f64().unwrap();
        let now = shown(&world).await.0;
        assert!(before <= now && now <= 30 * 86_400, "{before} {now}");
        assert!(made_at <= f64::from(u32::try_from(START + now).unwrap()) + 1.0);
        before = now;
    }
    jump.await.unwrap();
    world.advance("1h").await;
    let mut asked = json!({"MaxResults": 100});
    loop {
        let mut page = world.ok("ListHITs", asked.clone()).await;
        let hits = page["HITs"].as_array().unwrap();
        assert!(hits.iter().all(|hit| hit["HITStatus"] == "Reviewable"), "{hits:?}");
        match page.get_mut("NextToken") {
            Some(token) => asked["NextToken"] = token.take(),
            None => break,
        }
    }
}

#[tokio::test]
async fn what_a_settled_timer_sets_is_settled_in_the_same_jump() {
    let world = World::new().await;
    for _ in 0..70 {
        world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    }
    // Each end sets a deletion within the same jump.
    assert_eq!(world.advance("200d").await, 140);
}
