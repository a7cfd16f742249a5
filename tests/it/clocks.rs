//! The machine's calendar steps back; the market's time does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::Duration;

use mturk_local::emulator::Options;
use mturk_local::engine::Start;
use mturk_local::time::{Instant, Machine, Source};
use serde_json::{Value, json};

use crate::state::{self, state};
use crate::world::{START, World};

const DAY: i64 = 86_400_000;

/// A machine whose clocks stand where they are put, in milliseconds.
#[derive(Clone, Default)]
struct Clocks {
    wall: Arc<AtomicI64>,
    steady: Arc<AtomicI64>,
}

impl Clocks {
    fn at(wall: i64) -> Self {
        let clocks = Self::default();
        clocks.wall.store(wall, Relaxed);
        clocks
    }

    /// Both clocks go on.
    fn wait(&self, ms: i64) {
        self.wall.fetch_add(ms, Relaxed);
        self.steady.fetch_add(ms, Relaxed);
    }

    /// Somebody sets the calendar.
    fn step(&self, ms: i64) {
        self.wall.fetch_add(ms, Relaxed);
    }

    fn ask(&self, options: &mut Options) {
        let Self { wall, steady } = self.clone();
        options.start = Start::default();
        options.clocks = Source::new(move || Machine {
            wall: Instant(wall.load(Relaxed)),
            steady: Duration::from_millis(steady.load(Relaxed).unsigned_abs()),
        });
    }

    async fn market(&self) -> World {
        World::with(|options| self.ask(options)).await
    }
}

/// The market's time in milliseconds after the start.
async fn now(world: &World) -> i64 {
    let told = world.done("GET", "/clock", Value::Null).await;
    let now = Instant::parse(told["now"].as_str().unwrap(), Instant(0)).unwrap();
    now.0 - START * 1000
}

/// The HITs as they are listed, the latest first, and their creation times.
async fn listed(world: &World) -> (Vec<String>, Vec<f64>) {
    let list = world.ok("ListHITs", json!({})).await;
    let hits = list["HITs"].as_array().unwrap();
    let ids = hits.iter().map(|hit| hit["HITId"].as_str().unwrap().to_owned());
    (ids.collect(), hits.iter().map(|hit| hit["CreationTime"].as_f64().unwrap()).collect())
}

fn never_rises(times: &[f64]) -> bool {
    times.is_sorted_by(|one, other| one >= other)
}

#[tokio::test]
async fn time_does_not_step_back_within_a_process_nor_across_a_restart() {
    let clocks = Clocks::at(START * 1000);
    let mut world = clocks.market().await;
    let mut made = vec![world.create_hit(json!({})).await];
    clocks.wait(1000);
    made.push(world.create_hit(json!({})).await);
    let work = world.work("A1ANNA", &made[0]).await;
    assert_eq!(now(&world).await, 1000);
    clocks.step(-DAY);
    let stepped = now(&world).await;
    // Where there may be other processes, they may have used what this one has noted in advance.
    assert!((1000..=1250).contains(&stepped), "within the process: {stepped}");
    made.push(world.create_hit(json!({})).await);
    clocks.wait(2000);
    assert_eq!(now(&world).await, stepped + 1000, "it runs on, at half its speed");
    made.push(world.create_hit(json!({})).await);
    for stepped in [0, -DAY] {
        let before = now(&world).await;
        clocks.step(stepped);
        world = world.restarted_with(|options| clocks.ask(options)).await;
        let after = now(&world).await;
        assert!((before..=before + 250).contains(&after), "{before} {after}");
        made.push(world.create_hit(json!({})).await);
    }
    let last = world.work("A1BEN", &made[0]).await;
    made.reverse();
    let (ids, times) = listed(&world).await;
    assert_eq!(ids, made);
    assert!(never_rises(&times), "{times:?}");
    let works = world.ok("ListAssignmentsForHIT", json!({"HITId": made.last()})).await;
    let works = works["Assignments"].as_array().unwrap();
    assert_eq!([&works[0]["AssignmentId"], &works[1]["AssignmentId"]], [&work, &last]);
    assert!(works[0]["SubmitTime"].as_f64() <= works[1]["SubmitTime"].as_f64());
    // The calendar catches up.
    clocks.step(3 * DAY);
    assert_eq!(now(&world).await, clocks.wall.load(Relaxed) - START * 1000);
}

#[tokio::test]
async fn a_dump_of_later_loads_on_a_machine_whose_calendar_is_earlier() {
    let clocks = Clocks::at(START * 1000);
    let world = clocks.market().await;
    let hit = world.create_hit(json!({})).await;
    world.work("A1ANNA", &hit).await;
    for stepped in [0, -DAY] {
        clocks.step(stepped);
        let dumped = world.done("GET", "/world", Value::Null).await;
        let again = clocks.market().await;
        again.done("POST", "/world", dumped.clone()).await;
        assert_eq!(again.done("GET", "/world", Value::Null).await, dumped);
    }
}

#[tokio::test]
async fn a_frozen_clock_runs_on_from_where_it_stood() {
    let clocks = Clocks::at(START * 1000);
    let world = World::with(|options| {
        let start = options.start;
        clocks.ask(options);
        options.start = start;
    })
    .await;
    world.create_hit(json!({})).await;
    clocks.step(-DAY);
    world.done("POST", "/clock", json!({"resume": true})).await;
    assert_eq!(now(&world).await, 0);
    clocks.step(-DAY);
    let world = world.restarted_with(|options| clocks.ask(options)).await;
    assert!(now(&world).await >= 0);
}

/// Each goes on from where the other was, also one whose calendar is a day behind.
#[tokio::test]
async fn processes_that_share_a_market_have_one_time() {
    let (here, there) = (Clocks::at(START * 1000), Clocks::at(START * 1000 - DAY));
    let world = here.market().await;
    if !world.is_postgres() {
        return;
    }
    let mut made = vec![world.create_hit(json!({})).await];
    let neighbour = world.neighbour_with(|options| there.ask(options)).await;
    for round in 0..20 {
        for (world, clocks) in [(&neighbour, &there), (&world, &here)] {
            made.push(world.create_hit(json!({})).await);
            clocks.wait(37 * (round % 5));
        }
    }
    made.reverse();
    for world in [&world, &neighbour] {
        let listed = world.ok("ListHITs", json!({"MaxResults": 100})).await;
        let hits = listed["HITs"].as_array().unwrap();
        let ids: Vec<&str> = hits.iter().map(|hit| hit["HITId"].as_str().unwrap()).collect();
        assert_eq!(ids, made);
        let times: Vec<f64> =
            hits.iter().map(|hit| hit["CreationTime"].as_f64().unwrap()).collect();
        assert!(never_rises(&times), "{times:?}");
    }
    let ahead = now(&world).await - (here.wall.load(Relaxed) - START * 1000);
    assert!(ahead <= 500, "they do not run away: {ahead} ms");
}

/// The real time that turns have used, as far as it is noted.
async fn noted(world: &World) -> i64 {
    let text = state(world).await;
    let (_, rest) = text.split_once("time_used_until").unwrap();
    let rest = rest.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// A process is killed while its running clock is on its way to a day later.
#[tokio::test]
async fn a_held_clock_does_not_step_back_across_a_restart() {
    let clocks = Clocks::at(START * 1000);
    let world = clocks.market().await;
    clocks.wait(1000);
    for number in 0..200 {
        world.create_hit(json!({"LifetimeInSeconds": 100 + number})).await;
    }
    let held_at = START * 1000 + 1000;
    let jump = format!("UPDATE world SET held_at = {held_at}, clock_offset_ms = {DAY}");
    state::write(&world, &jump).await;
    clocks.step(-2 * DAY);
    let world = world.restarted_with(|options| clocks.ask(options)).await;
    let mut times = vec![1000, now(&world).await];
    for _ in 0..8 {
        world.ok("ListHITs", json!({})).await;
        times.push(now(&world).await);
    }
    assert!(times.is_sorted(), "{times:?}");
    assert!(times[9] >= 1000 + DAY, "{times:?}");
}

/// The other one settled what was due by its own calendar, a little ahead, and held the clock.
#[tokio::test]
async fn a_held_clock_does_not_step_back_in_a_process_that_is_a_little_behind() {
    let (here, there) = (Clocks::at(START * 1000), Clocks::at(START * 1000 - 200));
    let world = here.market().await;
    if !world.is_postgres() {
        return;
    }
    let neighbour = world.neighbour_with(|options| there.ask(options)).await;
    here.wait(1000);
    there.wait(1000);
    assert_eq!(now(&neighbour).await, 800);
    let held = format!("UPDATE world SET held_at = {}", START * 1000 + 1000);
    state::write(&world, &held).await;
    assert_eq!(now(&neighbour).await, 1000);
    neighbour.ok("ListHITs", json!({})).await;
    let clock = neighbour.done("GET", "/clock", Value::Null).await;
    assert!(clock.get("target").is_none(), "it is let go: {clock}");
    assert_eq!(now(&neighbour).await, 1000);
}

#[tokio::test]
async fn a_jump_of_a_frozen_clock_notes_no_real_time() {
    let clocks = Clocks::at(START * 1000);
    let world = clocks.market().await;
    for _ in 0..100 {
        world.create_hit(json!({"LifetimeInSeconds": 3600})).await;
    }
    world.done("POST", "/clock", json!({"freeze": true})).await;
    let before = noted(&world).await;
    clocks.wait(10_000);
    assert_eq!(world.advance("1d").await, 100);
    assert_eq!(noted(&world).await, before);
}
