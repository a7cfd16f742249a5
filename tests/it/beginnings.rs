//! A market begins once, with all that its first start was asked for, or has not begun.

use axum::body::Body;
use axum::http::Request;
use mturk_local::emulator::{Backend, Options, StartError};
use mturk_local::engine::{Start, StartAt};
use mturk_local::time::Instant;
use mturk_local::worlds::Worlds;
use mturk_local::worlds::dump::Secrets;
use serde_json::Value;

use crate::world::{START, new_database};

const ONE_HIT: &str = include_str!("../../fixtures/minimal.json");
/// The assignment's HIT type is not there, which only the market can tell.
const BROKEN: &str = r#"{"HITs": [{"HITId": "3A", "HITTypeId": "3NOTHERE", "Question": "<x/>"}]}"#;

fn options(database: &str, at: i64, world: &str) -> Options {
    Options {
        database: Some(database.to_owned()),
        start: Start { at: Some(StartAt::Instant(Instant(at * 1000))), freeze: true },
        worlds: Some(Worlds::read(vec![world.to_owned()]).unwrap()),
        ..Options::default()
    }
}

async fn dump(emulator: &Backend) -> Value {
    let world = emulator.engine().dump(Secrets::Left).await.unwrap();
    serde_json::from_reader(world.reader()).unwrap()
}

async fn hits(emulator: &Backend) -> usize {
    dump(emulator).await["HITs"].as_array().map_or(0, Vec::len)
}

async fn now(emulator: &Backend) -> Instant {
    emulator.engine().clock().await.unwrap().now
}

#[tokio::test]
async fn a_market_whose_world_does_not_load_has_not_begun() {
    let (database, _folder) = new_database().await;
    for _ in 0..2 {
        let refused = Backend::start(options(&database, START + 60, BROKEN)).await;
        assert!(matches!(refused, Err(StartError::World(_))), "{refused:?}");
    }
    let begun = Backend::start(options(&database, START, ONE_HIT)).await.unwrap();
    assert_eq!((hits(&begun).await, now(&begun).await), (1, Instant(START * 1000)));
    begun.engine().store().close().await;
    drop(begun);
    let other = r#"{"Workers": [{"WorkerId": "A1NEW"}]}"#;
    let went_on = Backend::start(options(&database, START + 60, other)).await.unwrap();
    assert_eq!((hits(&went_on).await, now(&went_on).await), (1, Instant(START * 1000)));
    let workers = dump(&went_on).await["Workers"].clone();
    let is_new = |worker: &Value| worker["WorkerId"] == "A1NEW";
    assert!(!workers.as_array().unwrap().iter().any(is_new), "worlds are for a new market");
}

#[tokio::test]
async fn a_market_that_did_not_begin_has_no_seed() {
    let mut made = Vec::new();
    for seeds in [vec![2], vec![1, 2]] {
        let (database, _folder) = new_database().await;
        let last = seeds.len() - 1;
        for (n, seed) in seeds.into_iter().enumerate() {
            let world = if n == last { r#"{"HITs": [{"Question": "<x/>"}]}"# } else { BROKEN };
            let options = Options { seed: Some(seed), ..options(&database, START, world) };
            match Backend::start(options).await {
                Ok(emulator) => {
                    made.push(dump(&emulator).await["HITs"][0]["HITId"].clone());
                }
                Err(refused) => assert!(n < last, "{refused:?}"),
            }
        }
    }
    assert_eq!(made[0], made[1], "ids follow from the seed of the start that was through");
}

/// What a kept market began with is not kept: the options of the process say where it goes back to.
#[tokio::test]
async fn a_reset_goes_back_to_what_the_process_was_started_with() {
    let (database, _folder) = new_database().await;
    for (world, after_start, after_reset) in
        [(Some(ONE_HIT), 1, 1), (None, 1, 0), (Some(ONE_HIT), 0, 1)]
    {
        let worlds = world.map(|world| Worlds::read(vec![world.to_owned()]).unwrap());
        let database = Some(database.clone());
        let emulator = Backend::start(Options { database, worlds, ..Options::default() });
        let emulator = emulator.await.unwrap();
        assert_eq!(hits(&emulator).await, after_start, "{world:?}");
        let reset = Request::post("/_mturk/reset").header("Host", "localhost");
        let reset = reset.body(Body::empty()).unwrap();
        assert_eq!(emulator.front().answer(reset).await.status(), 200);
        assert_eq!(hits(&emulator).await, after_reset, "{world:?}");
        emulator.engine().store().close().await;
    }
}

/// Where several processes may have one store, all are ready when the market has begun, and one of
/// them has begun it.
#[tokio::test]
async fn processes_that_start_at_once_begin_it_once() {
    let (database, folder) = new_database().await;
    if folder.is_some() {
        return;
    }
    let start = async || {
        let emulator = Backend::start(options(&database, START, ONE_HIT)).await.unwrap();
        hits(&emulator).await
    };
    assert_eq!(tokio::join!(start(), start(), start()), (1, 1, 1));
}
