//! Turns that come together: the answers, and what the engine remembers of those that were rolled
//! back.

use super::*;
use crate::store::db::sql::sql;

const TABLES: [&str; 2] = [
    "CREATE TABLE t (x BIGINT UNIQUE)",
    "CREATE TABLE child (x BIGINT REFERENCES t (x) DEFERRABLE INITIALLY DEFERRED)",
];
const ADD: &str = "INSERT INTO t (x) VALUES ($1)";
/// It can only fail at the commit.
const ODD: &str = "INSERT INTO child (x) VALUES ($1)";
const COUNT: &str = "SELECT count(*) FROM t WHERE x = $1";

async fn engine() -> Arc<Engine> {
    let store = Store::open(None).await.unwrap();
    let engine = Arc::new(Engine::new(store, Market::default(), Some(7)).await.unwrap());
    let mut tx = engine.store().write().await.unwrap();
    for table in TABLES {
        sql(table).run(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    engine
}

async fn run(engine: &Arc<Engine>, text: &'static str, x: i64) -> Result<String, Fault> {
    let action = engine.write(Requester::of_key("test"), (text, x), |turn, (text, x)| {
        Box::pin(async move {
            sql(text).bind(*x).run(&mut turn.tx).await?;
            turn.set_timer(crate::store::timers::Kind::Expiry, &x.to_string(), turn.now + HOUR)
                .await?;
            Ok(turn.ids.entity())
        })
    });
    action.await
}
const HOUR: crate::time::Span = crate::time::Span::seconds(3600);

async fn count(engine: &Arc<Engine>, x: i64) -> i64 {
    let action = engine.read(Requester::default(), x, |turn, x| {
        Box::pin(async move { sql(COUNT).bind(*x).only(&mut turn.tx).await })
    });
    action.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_answered_is_committed() {
    let engine = engine().await;
    let turns: Vec<_> = (0..200)
        .map(|n| {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move {
                // Each number comes twice: one of the two fails, and leaves nothing.
                let answer = run(&engine, ADD, n / 2).await;
                assert_eq!(count(&engine, n / 2).await, 1, "also the one that failed read of it");
                answer
            })
        })
        .collect();
    let (mut ids, mut failed) = (std::collections::HashSet::new(), 0);
    for turn in turns {
        match turn.await.unwrap() {
            Ok(id) => assert!(ids.insert(id), "an id was given twice"),
            Err(_) => failed += 1,
        }
    }
    assert_eq!((ids.len(), failed), (100, 100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_panic_in_an_action_fails_that_turn_alone() {
    let engine = engine().await;
    let turns: Vec<_> = (0..100)
        .map(|n| {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move {
                let action = engine.write(Requester::default(), n, |turn, n| {
                    Box::pin(async move {
                        sql(ADD).bind(*n).run(&mut turn.tx).await?;
                        assert!(n % 3 != 0, "an action that goes wrong");
                        Ok::<_, Fault>(())
                    })
                });
                action.await
            })
        })
        .collect();
    for (n, turn) in (0..).zip(turns) {
        let failed = Err(Fault::Service("a panic".into()));
        assert_eq!(turn.await.unwrap(), if n % 3 == 0 { failed } else { Ok(()) });
        assert_eq!(count(&engine, n).await, i64::from(n % 3 != 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_remembered_of_a_rolled_back_group_is_forgotten() {
    let engine = engine().await;
    run(&engine, ADD, 0).await.unwrap();
    let turns: Vec<_> = (1..100)
        .map(|n| {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move {
                let text = if n % 20 == 0 { ODD } else { ADD };
                (n, run(&engine, text, n * 1000).await)
            })
        })
        .collect();
    let mut ids = std::collections::HashSet::new();
    for turn in turns {
        let (n, answer) = turn.await.unwrap();
        let kept = n % 20 != 0 && answer.is_ok();
        assert_eq!(count(&engine, n * 1000).await, i64::from(kept), "{n}: {answer:?}");
        if let Ok(id) = answer {
            assert!(n % 20 != 0 && ids.insert(id), "an id was given twice");
        }
    }
    let mut tx = engine.store().read().await.unwrap();
    let stored = world::state(&mut tx).await.unwrap();
    let remembered = engine.state(&mut tx).await.unwrap();
    assert_eq!(format!("{stored:?}"), format!("{remembered:?}"));
}
