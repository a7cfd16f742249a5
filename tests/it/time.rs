//! Time: each timer at its own instant and in order, however the clock gets there.

use mturk_local::engine::Start;
use mturk_local::time::Instant;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::state::state;
use crate::world::{START, World};

async fn shown(world: &World, id: &str) -> Value {
    world.ok("GetAssignment", json!({"AssignmentId": id})).await["Assignment"].take()
}

fn seconds(after: i64) -> Value {
    f64::from(u32::try_from(START + after).unwrap()).into()
}

#[tokio::test]
async fn work_that_nobody_reviews_is_approved_to_the_millisecond() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"AutoApprovalDelayInSeconds": 3600})).await;
    let work = world.work("A1", &hit).await;
    world.advance("59m59s999ms").await;
    assert_eq!(shown(&world, &work).await["AssignmentStatus"], "Submitted");
    assert_eq!(world.advance("1ms").await, 1);
    let approved = shown(&world, &work).await;
    assert_eq!(approved["AssignmentStatus"], "Approved");
    assert_eq!(approved["ApprovalTime"], seconds(3600));
    assert_eq!(approved["AutoApprovalTime"], seconds(3600));
}

#[tokio::test]
async fn work_of_a_hit_without_delay_is_approved_when_it_is_submitted() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"AutoApprovalDelayInSeconds": 0})).await;
    let work = world.work("A1", &hit).await;
    let approved = shown(&world, &work).await;
    assert_eq!(approved["AssignmentStatus"], "Approved");
    assert_eq!(approved["ApprovalTime"], approved["SubmitTime"]);
    assert_eq!(world.standing(&hit).await, "Assignable 2 available 0 pending 1 completed");
}

#[tokio::test]
async fn work_that_is_not_submitted_is_abandoned_at_its_deadline() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    world.accept("A1", &hit).await;
    world.advance("9m59s999ms").await;
    assert_eq!(world.standing(&hit).await, "Unassignable 0 available 1 pending 0 completed");
    world.advance("1ms").await;
    assert_eq!(world.standing(&hit).await, "Assignable 1 available 0 pending 0 completed");
}

#[tokio::test]
async fn a_jump_of_thirty_days_settles_each_timer_at_its_own_instant() {
    let world = World::new().await;
    let early = json!({"AutoApprovalDelayInSeconds": 600, "LifetimeInSeconds": 3600});
    let late = json!({"AutoApprovalDelayInSeconds": 86_400, "LifetimeInSeconds": 7200});
    let (early, late) = (world.create_hit(early).await, world.create_hit(late).await);
    let (one, two) = (world.work("A1", &early).await, world.work("A1", &late).await);
    world.accept("A2", &late).await;
    assert_eq!(world.advance("30d").await, 5);
    assert_eq!(shown(&world, &one).await["ApprovalTime"], seconds(600));
    assert_eq!(shown(&world, &two).await["ApprovalTime"], seconds(86_400));
    // The deletion, 120 days after the end, counts from the end and not from the jump.
    world.advance("90d1h59m59s").await;
    assert_eq!(world.hit(&early).await["HITStatus"], "Disposed");
    assert_eq!(world.hit(&late).await["HITStatus"], "Reviewable");
    world.advance("1s").await;
    assert_eq!(world.hit(&late).await["HITStatus"], "Disposed");
}

#[tokio::test]
async fn many_timers_due_at_once_are_all_settled() {
    let world = World::new().await;
    let sent = json!({"MaxAssignments": 400, "AutoApprovalDelayInSeconds": 60});
    let hit = world.create_hit(sent).await;
    for worker in 0..300 {
        world.work(&format!("A{worker}"), &hit).await;
    }
    assert_eq!(world.advance("1d").await, 301);
    assert_eq!(world.standing(&hit).await, "Reviewable 100 available 0 pending 300 completed");
}

#[tokio::test]
async fn the_clock_says_what_it_is_and_does_not_go_back() {
    let world = World::new().await;
    let clock = world.done("GET", "/clock", Value::Null).await;
    assert_eq!(clock, json!({"now": "2026-01-01T00:00:00Z", "mode": "frozen"}));
    let set = json!({"set": "2027-01-01T00:00:00+01:00"});
    let expected = json!({"now": "2026-12-31T23:00:00Z", "mode": "frozen", "settled": 0});
    assert_eq!(world.done("POST", "/clock", set.clone()).await, expected);
    assert_eq!(world.done("POST", "/clock", set).await, expected);
    for (change, status) in [
        (json!({"set": "2026-12-31T22:59:59Z"}), 409),
        (json!({"set": "-1s"}), 409),
        (json!({"set": "2200-01-01T00:00:00Z"}), 400),
        (json!({"advance": "9999999d"}), 409),
        (json!({"advance": "-1s"}), 400),
        (json!({"advance": "soon"}), 400),
        (json!({"advance": 5}), 400),
        (json!({"set": "yesterday"}), 400),
        (json!({"advance": "1s", "set": "+1s"}), 400),
        (json!({"freeze": false}), 400),
        (json!({"stop": true}), 400),
        (json!({}), 400),
    ] {
        assert_eq!(world.control("POST", "/clock", change.clone()).await.0, status, "{change}");
    }
    let clock = world.done("GET", "/clock", Value::Null).await;
    assert_eq!(clock["now"], "2026-12-31T23:00:00Z");
    world.done("POST", "/clock", json!({"set": "2199-12-31T23:59:59Z"})).await;
}

#[tokio::test]
async fn a_resumed_clock_runs_on_from_where_it_stood() {
    let world = World::new().await;
    let resumed = world.done("POST", "/clock", json!({"resume": true})).await;
    assert_eq!(resumed["mode"], "offset");
    let now = async || {
        let clock = world.done("GET", "/clock", Value::Null).await;
        let now = clock["now"].as_str().unwrap();
        chrono::DateTime::parse_from_rfc3339(now).unwrap().timestamp()
    };
    let at = now().await;
    assert!((START..START + 60).contains(&at), "{at}");
    world.done("POST", "/clock", json!({"advance": "1h"})).await;
    let later = now().await;
    assert!((START + 3600..START + 3660).contains(&later), "{later}");
    let frozen = world.done("POST", "/clock", json!({"freeze": true})).await;
    assert_eq!(frozen["mode"], "frozen");
    assert_eq!(world.done("GET", "/clock", Value::Null).await["now"], frozen["now"]);
}

#[tokio::test]
async fn the_clock_of_a_kept_store_goes_on_where_it_stood() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    world.advance("5h").await;
    let before = (world.done("GET", "/clock", Value::Null).await, state(&world).await);
    let world = world.restarted().await;
    let after = (world.done("GET", "/clock", Value::Null).await, state(&world).await);
    assert_eq!(before, after);
    world.advance("19h").await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewable");
}

#[tokio::test]
async fn a_clock_without_freeze_starts_where_it_was_told() {
    let world = World::with(|options| options.start.freeze = false).await;
    let clock = world.done("GET", "/clock", Value::Null).await;
    assert_eq!(clock["mode"], "offset");
    assert!(clock["now"].as_str().unwrap().starts_with("2026-01-01T00:0"), "{clock}");
    let real = World::with(|options| options.start = Start::default()).await;
    let clock = real.done("GET", "/clock", Value::Null).await;
    let now = Instant::parse(clock["now"].as_str().unwrap(), Instant(0)).unwrap();
    assert_eq!(clock["mode"], "real");
    assert!((now.0 - mturk_local::time::real_now().0).abs() < 60_000);
}

/// A beginning: HITs of different spans, some of them worked on.
async fn begin(world: &World, seconds: &[(i64, i64, i64, bool)]) {
    for (number, (life, delay, duration, submit)) in seconds.iter().enumerate() {
        let hit = json!({"LifetimeInSeconds": life, "AutoApprovalDelayInSeconds": delay,
            "AssignmentDurationInSeconds": duration, "MaxAssignments": 2});
        let hit = world.create_hit(hit).await;
        let work = world.accept(&format!("A{number}"), &hit).await;
        if *submit {
            world.submit(&work).await;
        }
    }
}

#[test]
fn a_jump_leaves_the_market_as_small_steps_do() {
    let runtime = Runtime::new().unwrap();
    let span = || prop_oneof![Just(30_i64), 30..600_i64, 86_400..31_536_000_i64];
    let delay = prop_oneof![Just(0_i64), 0..600_i64, 0..2_592_000_i64];
    let hit = (span(), delay, span(), any::<bool>());
    let steps = prop::collection::vec(prop_oneof![1..400_i64, 1..20_000_000_i64], 1..12);
    let config = ProptestConfig {
        cases: 8,
        failure_persistence: None,
        max_shrink_iters: 40,
        ..Default::default()
    };
    TestRunner::new(config)
        .run(&(prop::collection::vec(hit, 1..6), steps), |(hits, steps)| {
            runtime.block_on(async {
                let (jumped, walked) = (World::new().await, World::new().await);
                begin(&jumped, &hits).await;
                begin(&walked, &hits).await;
                let settled = jumped.advance(&steps.iter().sum::<i64>().to_string()).await;
                let mut settled_walking = 0;
                for step in &steps {
                    settled_walking += walked.advance(&step.to_string()).await;
                }
                assert_eq!(state(&jumped).await, state(&walked).await);
                assert_eq!(settled, settled_walking);
            });
            Ok(())
        })
        .unwrap();
}
