//! CreateWorkerBlock.

use mturk_local::fault::Fault;
use mturk_local::ids::requester_of;
use mturk_local::store::db::sql::sql;
use mturk_local::store::requesters::Requester;
use serde_json::{Value, json};

use super::shows;
use crate::world::World;

const NAME: &str = "CreateWorkerBlock";

fn block(worker: &str, reason: &str) -> Value {
    json!({"WorkerId": worker, "Reason": reason})
}

const REFUSED: &str = "The settings of this requester prevent you from working.";

#[tokio::test]
async fn a_blocked_worker_can_accept_nothing_of_that_requester_on_any_path() {
    let world = World::new().await;
    let made = world.ok("CreateHIT", crate::world::hit(json!({}))).await;
    let [hit, of_type, group] = ["HITId", "HITTypeId", "HITGroupId"].map(|name| &made["HIT"][name]);
    let foreign = world.by("another").create_hit(json!({})).await;
    shows("create_worker_block", &world.ok(NAME, block("A1ANNA", "spam")).await);
    let before = world.hit(hit.as_str().unwrap()).await;
    for wanted in
        [json!({"HITId": hit}), json!({"HITTypeId": of_type}), json!({"HITGroupId": group})]
    {
        let (status, answer) = world.control("POST", "/workers/A1ANNA/accept", wanted).await;
        assert_eq!((status, &answer["error"]["message"]), (422, &json!(REFUSED)));
        assert_eq!(answer["error"]["code"], "WorkerBlocked");
    }
    let path = format!("/hits/{}/submissions", hit.as_str().unwrap());
    let (status, answer) = world.control("POST", &path, json!({"WorkerId": "A1ANNA"})).await;
    assert_eq!((status, &answer["error"]["message"]), (422, &json!(REFUSED)));
    assert_eq!(world.hit(hit.as_str().unwrap()).await, before);
    world.work("A1ANNA", &foreign).await;
    world.work("A1BEN", hit.as_str().unwrap()).await;
}

#[tokio::test]
async fn what_was_accepted_before_can_be_submitted() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let work = world.accept("A1ANNA", &hit).await;
    world.ok(NAME, block("A1ANNA", "")).await;
    world.submit(&work).await;
}

#[tokio::test]
async fn blocking_twice_is_blocking_once_for_the_newer_reason() {
    let world = World::new().await;
    world.ok(NAME, block("A1ANNA", "first")).await;
    world.ok(NAME, block("A1ANNA", "second")).await;
    let blocks = world.ok("ListWorkerBlocks", json!({})).await;
    let expected = json!([{"WorkerId": "A1ANNA", "Reason": "second"}]);
    assert_eq!(blocks["WorkerBlocks"], expected);
}

#[tokio::test]
async fn a_worker_id_has_a_form_and_a_reason_is_needed() {
    let world = World::new().await;
    let pattern = "Member must satisfy regular expression pattern: ^A[A-Z0-9]+$";
    for (id, said) in [
        ("anna", pattern),
        ("A", pattern),
        ("", "Member must have length greater than or equal to 1"),
        (&format!("A{}", "1".repeat(64)), "Member must have length less than or equal to 64"),
    ] {
        let fault = world.fault(NAME, block(id, "x")).await;
        assert!(fault.starts_with("ValidationException") && fault.contains(said), "{fault}");
    }
    world.ok(NAME, block(&format!("A{}", "1".repeat(63)), "x")).await;
    let fault = world.fault(NAME, json!({"WorkerId": "A1"})).await;
    assert!(fault.contains("Value null at 'reason' failed to satisfy constraint"), "{fault}");
}

#[tokio::test]
async fn only_known_workers_can_be_blocked_where_only_those_exist() {
    let world = World::with(|options| options.market.known_workers_only = true).await;
    let said = world.fault(NAME, block("A1NOBODY", "x")).await;
    let expected = "The value \"A1NOBODY\" is not valid for the parameter WorkerId.";
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
    world.done("POST", "/workers", json!({"WorkerId": "A1ANNA"})).await;
    world.ok(NAME, block("A1ANNA", "x")).await;
}

/// As many blocks as there may be but one, without asking for each.
const ALMOST_ALL: &str = "INSERT INTO worker_blocks (requester_id, worker_id, reason) \
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99999) \
    SELECT $1, 'A1MANY' || i, '' FROM n";

async fn almost_full() -> World {
    let world = World::new().await;
    world.by("another").ok(NAME, block("A1FIRST", "x")).await;
    let engine = world.emulator.engine();
    let filled = engine.write(Requester::default(), (), |turn, ()| {
        Box::pin(async move {
            let of = requester_of("test");
            let count = sql(ALMOST_ALL).bind(&of).changes(&mut turn.tx).await?;
            Ok::<u64, Fault>(count)
        })
    });
    assert_eq!(filled.await.unwrap(), 99_999);
    world
}

#[tokio::test]
async fn a_hundred_thousand_workers_can_be_blocked() {
    let world = almost_full().await;
    world.ok(NAME, block("A1LAST", "x")).await;
    let said = world.fault(NAME, block("A1ONEMORE", "x")).await;
    let expected = "You cannot block more than 100000 Workers.";
    assert_eq!(said, format!("RequestError InvalidParameterValue: {expected}"));
    world.ok(NAME, block("A1LAST", "another reason")).await;
    world.by("another").ok(NAME, block("A1ONEMORE", "x")).await;
    world.ok("DeleteWorkerBlock", json!({"WorkerId": "A1MANY1"})).await;
    world.ok(NAME, block("A1ONEMORE", "x")).await;
}

#[tokio::test]
async fn a_world_brings_no_more_of_them() {
    let world = almost_full().await;
    let blocks = |worker: &str| json!({"WorkerBlocks": [block(worker, "x")]});
    world.done("POST", "/world", blocks("A1LAST")).await;
    let (status, answer) = world.control("POST", "/world", blocks("A1ONEMORE")).await;
    let reason = &answer["error"]["problems"][0]["reason"];
    assert_eq!((status, reason), (400, &json!("more than 100000 workers are blocked")));
}
