//! Replacing a market by a world: everything goes but the clock.

use mturk_local::emulator::Options;
use mturk_local::engine::Start;
use serde_json::{Value, json};

use super::{begun, builtin, dump};
use crate::world::{World, changed};

#[tokio::test]
async fn a_market_is_replaced_by_its_own_dump_and_time_goes_on() {
    let world = begun(&[builtin("minimal")]).await;
    world.advance("1h").await;
    let work = json!({"WorkerId": "A1ANNA0000000"});
    world.done("POST", "/hits/3MINIMAL00000000000000000HIT01/submissions", work).await;
    let (dumped, clock) = (dump(&world).await, world.done("GET", "/clock", Value::Null).await);
    world.create_hit(json!({})).await;
    world.done("PUT", "/world", dumped.clone()).await;
    assert_eq!(dump(&world).await, dumped);
    assert_eq!(world.done("GET", "/clock", Value::Null).await, clock);
    let clock = world.done("POST", "/reset", json!({})).await;
    assert_eq!(clock, json!({"now": "2026-01-01T00:00:00Z", "mode": "frozen"}));
}

#[tokio::test]
async fn a_running_clock_does_not_jump_back() {
    let world = World::with(|options: &mut Options| options.start = Start::default()).await;
    world.advance("10d").await;
    world.create_hit(json!({})).await;
    let now = || async {
        let clock = world.done("GET", "/clock", Value::Null).await;
        assert_eq!(clock["mode"], "offset");
        clock["now"].as_str().unwrap().to_owned()
    };
    let (dumped, before) = (dump(&world).await, now().await);
    world.done("PUT", "/world", dumped.clone()).await;
    assert!(now().await >= before);
    let again = dump(&world).await;
    assert!(again["Now"].as_str() >= dumped["Now"].as_str());
    assert_eq!(changed(again, json!({"Now": null})), changed(dumped, json!({"Now": null})));
    // The HIT's end, and no other, is still to come.
    assert_eq!(world.advance("2d").await, 1);
}
