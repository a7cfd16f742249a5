//! Where robots go on looking for HITs, so that what they have done is not looked at again.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use crate::robots::{add, hits, page_hit, progress};
use crate::state::state;
use crate::world::World;

/// The places of robots among open HITs.
async fn places(world: &World) -> Vec<String> {
    let state = state(world).await;
    let places = state.split("robot_places\n").nth(1).unwrap_or_default().lines();
    let rows = places.take_while(|line| line.starts_with(' ')).map(|line| line.trim().to_owned());
    rows.filter(|row| !row.is_empty()).collect()
}

#[tokio::test]
async fn hits_that_open_behind_a_robot_are_done_too() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for _ in 0..40 {
        ids.push(page_hit(&world, 3).await);
    }
    // Three of them are full when the robots pass.
    let mut taken = Vec::new();
    for (number, hit_id) in [1, 2, 20].into_iter().flat_map(|of| [(0, of), (1, of), (2, of)]) {
        let worker = format!("A1HAND{number:04}");
        taken.push(world.accept(&worker, &ids[hit_id]).await);
    }
    let script = json!({"Workers": 2, "WorkTime": {"Min": "1s"}, "WorkerIdPrefix": "APLACES"});
    let crowd = add(&world, script).await;
    world.advance("5m").await;
    assert_eq!(progress(&world).await[1], 74);
    assert_eq!(places(&world).await.len(), 2, "both have passed all");
    // One is returned, one abandoned later, one extended.
    world.done("POST", &format!("/assignments/{}/return", taken[0]), json!({})).await;
    let more = json!({"HITId": ids[20], "NumberOfAdditionalAssignments": 1});
    world.ok("CreateAdditionalAssignmentsForHIT", more).await;
    world.advance("4m").await;
    assert_eq!(progress(&world).await[1], 76);
    world.advance("2h").await;
    assert_eq!(progress(&world).await[1], 80, "each robot has done each HIT");
    // Those who come in place of the crowd have their own places.
    world.done("DELETE", &format!("/robots?robot={}", crowd["Robot"]), Value::Null).await;
    assert_eq!(places(&world).await, [""; 0]);
}

/// How many open HITs a robot looks at to find one, at most.
async fn looked_at(world: &World, hit_type: &str, worker: &str) -> i64 {
    let mut statements = mturk_local::store::statements();
    let (.., text) = statements.find(|of| (of.0, of.1) == ("robots", "OFFER")).unwrap();
    let mut connection = SqliteConnection::connect(&world.database).await.unwrap();
    let count = text.split(" AND NOT EXISTS").next().unwrap();
    let count = format!("SELECT count(*) FROM hits h {}", &count[count.find("WHERE").unwrap()..]);
    let query = sqlx::query(AssertSqlSafe(count)).bind(hit_type).bind(worker);
    query.fetch_one(&mut connection).await.unwrap().get(0)
}

/// `MTURK_LOCAL_HITS=5000` is a market where much is done.
#[tokio::test]
async fn an_offer_costs_the_same_however_much_is_done() {
    let count: usize = std::env::var("MTURK_LOCAL_HITS").map_or(100, |hits| hits.parse().unwrap());
    let world = World::new().await;
    if world.is_postgres() {
        return;
    }
    let ids = hits(&world, count).await;
    let script = json!({"Workers": 2, "WorkTime": {"Min": "1s"}, "WorkerIdPrefix": "APLACES"});
    add(&world, script).await;
    world.advance("20h").await;
    let done = i64::try_from(2 * count).unwrap();
    assert_eq!(progress(&world).await[1], done);
    let hit_type = world.hit(&ids[0]).await["HITTypeId"].as_str().unwrap().to_owned();
    let begun = std::time::Instant::now();
    hits(&world, 10).await;
    world.advance("10m").await;
    eprintln!("twenty more in {:?} after {done}", begun.elapsed());
    assert_eq!(progress(&world).await[1], done + 20);
    let place = places(&world).await.remove(0);
    let worker = place.split(' ').find_map(|part| part.strip_prefix("worker_id=")).unwrap();
    let left = looked_at(&world, &hit_type, worker).await;
    assert!((1..=32).contains(&left), "{left} HITs are looked at again");
}
