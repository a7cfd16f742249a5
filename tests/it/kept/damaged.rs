//! Snapshots that cannot be written or read: the market is as it was.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};

use axum::body::Body;
use axum::http::Request;
use mturk_local::store::Tx;
use serde_json::{Value, json};

use super::{busy, dump, folder, keep, list, refused, restore};
use crate::state;
use crate::world::World;

/// That the snapshot is refused with this sentence, and nothing else has changed.
async fn cannot(world: &World, name: &str, why: &str) {
    let (before, clock) = (dump(world).await, world.done("GET", "/clock", Value::Null).await);
    let (status, message) = refused(world, "POST", &format!("/snapshots/{name}/restore")).await;
    assert!(status == 409 && message.contains(why), "{status} {message}");
    assert_eq!(dump(world).await, before);
    assert_eq!(world.done("GET", "/clock", Value::Null).await, clock);
}

#[tokio::test]
async fn a_damaged_file_is_refused() {
    let (world, _) = busy().await;
    if world.is_postgres() {
        return;
    }
    keep(&world, "good").await;
    let dumped = dump(&world).await;
    let file = |name: &str| folder(&world).join(format!("{name}.db"));
    let good = fs::read(file("good")).unwrap();
    fs::write(file("short"), &good[..good.len() / 2]).unwrap();
    fs::write(file("text"), "this is no database").unwrap();
    fs::write(file("empty"), "").unwrap();
    fs::copy(file("good"), file("hole")).unwrap();
    let mut hole = fs::OpenOptions::new().write(true).open(file("hole")).unwrap();
    hole.seek(SeekFrom::Start(good.len() as u64 / 3)).unwrap();
    hole.write_all(&vec![0xa5; 20_000]).unwrap();
    drop(hole);
    rusqlite::Connection::open(file("other")).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    world.advance("1h").await;
    for name in ["short", "text", "empty", "hole", "other"] {
        cannot(&world, name, "The snapshot cannot be read: ").await;
    }
    fs::copy(file("good"), file("newer")).unwrap();
    let newer = rusqlite::Connection::open(file("newer")).unwrap();
    newer.execute("UPDATE _sqlx_migrations SET version = version + 1000", []).unwrap();
    drop(newer);
    cannot(&world, "newer", "a newer version of mturk-local kept it").await;
    let names = list(&world).await.iter().map(|one| one["Name"].clone()).collect::<Vec<_>>();
    assert_eq!(names, ["good", "hole", "newer"], "what is no snapshot is not listed");
    world.done("DELETE", "/snapshots/hole", Value::Null).await;
    restore(&world, "good").await;
    assert_eq!(dump(&world).await, dumped);
}

#[tokio::test]
async fn a_schema_that_is_gone_or_of_another_version_is_refused() {
    let (world, _) = busy().await;
    if !world.is_postgres() {
        return;
    }
    keep(&world, "old").await;
    state::write(&world, "UPDATE snapshots SET version = version - 1").await;
    cannot(&world, "old", "another version of mturk-local kept it").await;
    world.done("DELETE", "/snapshots/old", Value::Null).await;
    keep(&world, "gone").await;
    let gone = "DO $$ BEGIN EXECUTE 'DROP SCHEMA ' || (SELECT place FROM snapshots) || ' CASCADE'; \
        END $$";
    state::write(&world, gone).await;
    cannot(&world, "gone", "its schema is gone").await;
    keep(&world, "gone").await;
    restore(&world, "gone").await;
}

#[tokio::test]
async fn where_nothing_can_be_written_nothing_is_kept() {
    let (world, _) = busy().await;
    if world.is_postgres() {
        return;
    }
    fs::write(folder(&world), "no folder").unwrap();
    let before = dump(&world).await;
    let (status, message) = refused(&world, "POST", "/snapshots/a").await;
    assert_eq!(status, 409, "{message}");
    assert!(message.starts_with("The snapshot cannot be "), "{message}");
    assert_eq!(dump(&world).await, before);
    fs::remove_file(folder(&world)).unwrap();
    keep(&world, "a").await;
}

/// The disk is full while a snapshot comes back that is larger than the market.
#[tokio::test]
async fn a_full_disk_leaves_the_market_as_it_was() {
    let (world, hit_id) = busy().await;
    if world.is_postgres() {
        return;
    }
    let long = "x".repeat(60_000);
    for _ in 0..20 {
        let question = crate::world::QUESTION.replace("/task", &format!("/{long}"));
        world.create_hit(json!({"Question": question})).await;
    }
    keep(&world, "large").await;
    let large = dump(&world).await;
    world.done("POST", "/reset", json!({"empty": true})).await;
    let small = world.create_hit(json!({})).await;
    let before = dump(&world).await;
    let most = |pages: i64| format!("PRAGMA max_page_count = {pages}");
    execute(&world, "VACUUM").await;
    execute(&world, &most(1)).await;
    let asked = Request::post("/_mturk/snapshots/large/restore").header("host", "localhost");
    assert_eq!(world.send(asked.body(Body::empty()).unwrap()).await.status, 500);
    assert_eq!(dump(&world).await, before);
    assert_eq!(world.hit(&small).await["HITStatus"], "Assignable");
    execute(&world, &most(1_000_000)).await;
    restore(&world, "large").await;
    assert_eq!(dump(&world).await, large);
    assert_eq!(world.hit(&hit_id).await["HITId"], hit_id.as_str());
}

/// Lets the connection that writes run something.
async fn execute(world: &World, text: &str) {
    let Tx::SqliteWrite(write) = world.emulator.engine().store().write().await.unwrap() else {
        panic!("it reads");
    };
    write.connection().unwrap().execute_batch(text).unwrap();
}
