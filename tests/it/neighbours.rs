//! What another process on the same store did is seen at once; which only PostgreSQL allows.

use mturk_local::fault::Fault;
use mturk_local::store::requesters::Requester;
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};

use crate::world::World;

/// What a process remembers of the clock and of timers is only a guess where others change them.
#[tokio::test]
async fn what_another_process_left_is_seen_and_settled_by_who_reads() {
    let world = World::new().await;
    if !world.is_postgres() {
        return;
    }
    let neighbour = world.neighbour().await;
    let hit = world.create_hit(json!({"AutoApprovalDelayInSeconds": 3600})).await;
    let listed = async || {
        let listed = neighbour.ok("ListAssignmentsForHIT", json!({"HITId": hit})).await;
        let works = listed["Assignments"].as_array().unwrap();
        let status = |work: &Value| work["AssignmentStatus"].as_str().unwrap().to_owned();
        works.iter().map(status).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(listed().await, "");
    world.work("A1ANNA", &hit).await;
    assert_eq!(listed().await, "Submitted");
    // As a process leaves it that moves the clock and is killed.
    let mut connection = PgConnection::connect(&world.database).await.unwrap();
    let moved = "UPDATE world SET clock_frozen_at = clock_frozen_at + 3600000";
    sqlx::query(moved).execute(&mut connection).await.unwrap();
    let engine = neighbour.emulator.engine();
    let read = engine.read(Requester::default(), (), |turn, ()| {
        let now = turn.now;
        Box::pin(async move { Ok::<_, Fault>(now) })
    });
    let now = read.await.unwrap();
    assert_eq!(
        Ok(now),
        world.emulator.engine().clock().await.map(|told| told.now),
        "no statement asked"
    );
    assert_eq!(listed().await, "Approved");
    assert_eq!(neighbour.standing(&hit).await, "Assignable 2 available 0 pending 1 completed");
    let timer = "UPDATE timers SET due_at = (SELECT clock_frozen_at FROM world)";
    world.work("A1BERT", &hit).await;
    assert_eq!(listed().await, "Approved Submitted");
    sqlx::query(timer).execute(&mut connection).await.unwrap();
    assert_eq!(listed().await, "Approved Approved", "a timer is due, the clock is the same");
}
