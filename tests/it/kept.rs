//! Snapshots: the whole market kept under a name, and back to it.

mod damaged;
mod meanwhile;

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use mturk_local::emulator::{ControlAccess, Options};
use mturk_local::engine::Start;
use mturk_local::rules::snapshot::Limits;
use mturk_local::shapes::scalar::SnapshotName;
use mturk_local::worlds::reset::Beginning;
use serde_json::{Value, json};

use crate::state::{self, state};
use crate::world::{World, hit};

async fn keep(world: &World, name: &str) -> Value {
    world.done("POST", &format!("/snapshots/{name}"), Value::Null).await
}

async fn restore(world: &World, name: &str) -> Value {
    world.done("POST", &format!("/snapshots/{name}/restore"), Value::Null).await
}

async fn list(world: &World) -> Vec<Value> {
    let answer = world.done("GET", "/snapshots", Value::Null).await;
    answer["Snapshots"].as_array().unwrap().clone()
}

async fn dump(world: &World) -> String {
    world.done("GET", "/world", Value::Null).await.to_string()
}

/// The code and the message of a refusal.
async fn refused(world: &World, method: &str, path: &str) -> (u16, String) {
    let (status, answer) = world.control(method, path, Value::Null).await;
    (status, answer["error"]["message"].as_str().unwrap_or_default().to_owned())
}

/// The folder with the snapshots of a world on SQLite.
fn folder(world: &World) -> PathBuf {
    format!("{}.snapshots", world.database.strip_prefix("sqlite:").unwrap()).into()
}

/// Every row, but for those that no restore touches: how often there was one, and what is kept.
async fn rows(world: &World) -> String {
    let state = state(world).await;
    let survives = |line: &&str| line.contains("reset_count") || line.contains("market_at");
    state.lines().filter(|line| !survives(line)).collect::<Vec<_>>().join("\n")
}

/// A market in which much has happened, and more is about to.
async fn busy() -> (World, String) {
    let world = World::new().await;
    let requested = json!({"MaxAssignments": 5, "UniqueRequestToken": "before"});
    let hit = world.create_hit(requested).await;
    world.create_hit(json!({"Title": "Another", "LifetimeInSeconds": 3600})).await;
    for worker in ["A1ANNA", "A1BERTA", "A1CLARA"] {
        world.work(worker, &hit).await;
    }
    world.accept("A1DORA", &hit).await;
    let named = json!({"Name": "Cats", "Description": "Knows them", "QualificationTypeStatus":
        "Active", "Keywords": "cat"});
    let made = world.ok("CreateQualificationType", named).await;
    let granted = json!({"QualificationTypeId": made["QualificationType"]["QualificationTypeId"],
        "WorkerId": "A1ANNA", "IntegerValue": 7});
    world.ok("AssociateQualificationWithWorker", granted).await;
    world.by("OTHER").create_hit(json!({})).await;
    world.advance("5m").await;
    (world, hit)
}

#[tokio::test]
async fn a_restore_brings_back_everything() {
    let (world, hit_id) = busy().await;
    let page = json!({"HITId": hit_id, "MaxResults": 1});
    let token = world.ok("ListAssignmentsForHIT", page).await["NextToken"].take();
    let next = json!({"HITId": hit_id, "MaxResults": 1, "NextToken": token});
    let second = world.ok("ListAssignmentsForHIT", next.clone()).await;
    let again = hit(json!({"UniqueRequestToken": "before"}));
    let known = world.fault("CreateHIT", again.clone()).await;
    let clock = world.done("GET", "/clock", Value::Null).await;
    let kept = keep(&world, "busy").await;
    assert_eq!((&kept["Name"], &kept["Now"]), (&json!("busy"), &clock["now"]), "{kept}");
    assert!(kept["Bytes"].as_i64().unwrap() > 0);
    let (dumped, before) = (dump(&world).await, rows(&world).await);
    for _ in 0..2 {
        let later = world.create_hit(json!({"UniqueRequestToken": "later"})).await;
        world.work("A1EMMA", &later).await;
        world.advance("40d").await;
        world.ok("DeleteHIT", json!({"HITId": hit_id})).await;
        assert_ne!(rows(&world).await, before);
        assert_eq!(restore(&world, "busy").await, clock);
        assert_eq!(dump(&world).await, dumped);
        assert_eq!(rows(&world).await, before);
        assert_eq!(world.ok("ListAssignmentsForHIT", next.clone()).await, second);
        assert_eq!(world.fault("CreateHIT", again.clone()).await, known);
        // Its token is free again, and its seeded id comes next.
        let same = world.create_hit(json!({"UniqueRequestToken": "later"})).await;
        assert_eq!(same, later);
        assert_eq!(world.advance("10m").await, 1, "what was accepted is abandoned in time");
        restore(&world, "busy").await;
    }
    assert_eq!(list(&world).await, [kept]);
    world.done("DELETE", "/snapshots/busy", Value::Null).await;
    assert_eq!(list(&world).await, [Value::Null; 0]);
    assert_eq!(dump(&world).await, dumped);
}

#[tokio::test]
async fn fault_rules_come_back_and_the_journal_is_emptied() {
    let (world, _) = busy().await;
    let rule = json!({"Operation": "ListHITs", "Error": "ThrottlingException", "Times": 2});
    let rules = world.done("POST", "/faults", rule).await;
    keep(&world, "failing").await;
    let before = rows(&world).await;
    for _ in 0..2 {
        world.fault("ListHITs", json!({})).await;
    }
    world.ok("ListHITs", json!({})).await;
    restore(&world, "failing").await;
    assert_eq!(rows(&world).await, before);
    assert_eq!(world.done("GET", "/faults", Value::Null).await, rules);
    let calls = world.done("GET", "/requests", Value::Null).await;
    assert_eq!(calls["Requests"], json!([]));
    world.fault("ListHITs", json!({})).await;
    world.done("DELETE", "/faults", Value::Null).await;
    keep(&world, "none").await;
    restore(&world, "failing").await;
    world.fault("ListHITs", json!({})).await;
    restore(&world, "none").await;
    world.ok("ListHITs", json!({})).await;
}

#[tokio::test]
async fn a_snapshot_outlives_a_reset_and_is_replaced_by_its_name() {
    let (world, _) = busy().await;
    keep(&world, "a").await;
    let dumped = dump(&world).await;
    world.done("POST", "/reset", json!({"empty": true})).await;
    let empty = keep(&world, "b").await;
    restore(&world, "a").await;
    assert_eq!(dump(&world).await, dumped);
    world.advance("1d").await;
    let later = (keep(&world, "a").await, dump(&world).await);
    assert_eq!(list(&world).await, [later.0, empty]);
    restore(&world, "b").await;
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
    restore(&world, "a").await;
    assert_eq!(dump(&world).await, later.1);
}

#[tokio::test]
async fn a_clock_that_ran_goes_on_from_where_it_was() {
    let world = World::with(|options: &mut Options| options.start = Start::default()).await;
    let kept = keep(&world, "now").await["Now"].take();
    world.advance("10d").await;
    let clock = restore(&world, "now").await;
    assert_eq!(clock["mode"], "offset");
    let (now, kept) = (clock["now"].as_str().unwrap(), kept.as_str().unwrap());
    let day = |time: &str| time[..10].to_owned();
    assert!(now >= kept && day(now) <= day(&after_a_day(kept)), "{now} {kept}");
    let hit = world.create_hit(json!({})).await;
    assert_eq!(world.advance("2d").await, 1, "its end");
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewable");
}

fn after_a_day(time: &str) -> String {
    let at = mturk_local::time::Instant::parse(time, mturk_local::time::Instant(0)).unwrap();
    (at + mturk_local::time::Span::days(1)).rfc3339()
}

#[tokio::test]
async fn names_are_checked() {
    let world = World::new().await;
    keep(&world, &"a".repeat(64)).await;
    keep(&world, ".a-_1").await;
    let long = "a".repeat(65);
    for name in ["..", ".", "a%2Fb", "..%2Fa", "~a", "a%20b", "%C3%A4", &long] {
        for (method, path) in [
            ("POST", format!("/snapshots/{name}")),
            ("DELETE", format!("/snapshots/{name}")),
            ("POST", format!("/snapshots/{name}/restore")),
        ] {
            assert_eq!(refused(&world, method, &path).await.0, 400, "{path}");
        }
    }
    let none = (404, "There is no snapshot b.".to_owned());
    assert_eq!(refused(&world, "POST", "/snapshots/b/restore").await, none);
    assert_eq!(refused(&world, "DELETE", "/snapshots/b").await, none);
    assert_eq!(list(&world).await.len(), 2);
}

#[tokio::test]
async fn number_and_bytes_are_limited() {
    let (world, _) = busy().await;
    let engine = world.emulator.engine();
    let name = |text: &str| SnapshotName::try_from(text.to_owned()).unwrap();
    let limits = Limits { count: 2, ..Limits::USUAL };
    let one = engine.keep_snapshot(name("a"), limits).await.unwrap();
    let two = engine.keep_snapshot(name("b"), limits).await.unwrap();
    let full = engine.keep_snapshot(name("c"), limits).await.unwrap_err().to_string();
    assert_eq!(full, "Conflict: There are 2 snapshots, as many as there may be. Delete one first.");
    engine.keep_snapshot(name("b"), limits).await.unwrap();
    let bytes = one.bytes + two.bytes;
    let exact = Limits { count: 9, bytes };
    engine.keep_snapshot(name("b"), exact).await.unwrap();
    let dumped = dump(&world).await;
    world.advance("1h").await;
    let tight = Limits { bytes: bytes - 1, ..exact };
    let full = engine.keep_snapshot(name("b"), tight).await.unwrap_err().to_string();
    assert!(full.contains("All snapshots together would take"), "{full}");
    assert_eq!(engine.snapshots().await.unwrap().len(), 2);
    restore(&world, "b").await;
    assert_eq!(dump(&world).await, dumped, "the earlier one is still there");
}

#[tokio::test]
async fn a_kept_database_keeps_its_snapshots() {
    let (world, _) = busy().await;
    let (kept, dumped) = (keep(&world, "busy").await, dump(&world).await);
    if !world.is_postgres() {
        let mode = |path: PathBuf| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder(&world)), 0o700);
        assert_eq!(mode(folder(&world).join("busy.db")), 0o600);
        let files = std::fs::read_dir(folder(&world)).unwrap().count();
        assert_eq!(files, 1, "nothing unfinished is left");
        std::fs::write(folder(&world).join("~mturk-local-killed"), "x").unwrap();
    }
    world.advance("1d").await;
    let world = world.restarted().await;
    assert_eq!(list(&world).await, [kept]);
    restore(&world, "busy").await;
    assert_eq!(dump(&world).await, dumped);
    if !world.is_postgres() {
        assert!(!folder(&world).join("~mturk-local-killed").exists());
    }
    let world = world.restarted().await;
    assert_eq!(dump(&world).await, dumped);
}

/// As a reset does, a restore leaves the admin token, and forgets who delivers where.
#[tokio::test]
async fn tokens_of_the_server_and_leases_are_not_of_the_snapshot() {
    let world = World::new().await;
    let lease = "INSERT INTO destinations (transport, address, lease, leased_until) \
        VALUES ('SQS', 'http://queue', 'somebody', 9000000000000)";
    state::write(&world, lease).await;
    keep(&world, "a").await;
    let asks = |options: &mut Options| {
        options.control = ControlAccess { asks_for_token: true, ..ControlAccess::default() };
    };
    let world = world.restarted_with(asks).await;
    let token = |world: &World| world.emulator.admin_token().unwrap().secret().to_owned();
    let given = token(&world);
    let engine = world.emulator.engine();
    let name = SnapshotName::try_from("a".to_owned()).unwrap();
    engine.restore_snapshot(name, Arc::new(Beginning::default())).await.unwrap();
    let left = state(&world).await;
    assert!(left.contains("http://queue") && !left.contains("somebody"), "{left}");
    let world = world.restarted_with(asks).await;
    assert_eq!(token(&world), given);
}

/// A file of one market is a snapshot of another one too, if it is put beside that.
#[tokio::test]
async fn a_snapshot_can_be_carried_to_another_database() {
    let (world, hit_id) = busy().await;
    if world.is_postgres() {
        return;
    }
    let other = World::with(|options: &mut Options| options.seed = Some(2)).await;
    let cookie = other.cookie("A1ANNA").await;
    other.create_hit(json!({})).await;
    keep(&other, "own").await;
    keep(&world, "busy").await;
    std::fs::copy(folder(&world).join("busy.db"), folder(&other).join("carried.db")).unwrap();
    restore(&other, "carried").await;
    assert_eq!(dump(&other).await, dump(&world).await);
    let page = json!({"HITId": hit_id, "MaxResults": 1});
    let token = world.ok("ListAssignmentsForHIT", page).await["NextToken"].take();
    let next = json!({"HITId": hit_id, "MaxResults": 1, "NextToken": token});
    assert_eq!(
        other.ok("ListAssignmentsForHIT", next.clone()).await,
        world.ok("ListAssignmentsForHIT", next).await
    );
    assert_eq!(other.cookie("A1ANNA").await, world.cookie("A1ANNA").await);
    assert_ne!(other.cookie("A1ANNA").await, cookie);
}
