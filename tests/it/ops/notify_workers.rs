//! NotifyWorkers.

use serde_json::{Value, json};

use super::shows;
use crate::world::World;

const NAME: &str = "NotifyWorkers";

fn mail(workers: &[&str]) -> Value {
    json!({"Subject": "Hello", "MessageText": "More work", "WorkerIds": workers})
}

async fn messages(world: &World, query: &str) -> Vec<Value> {
    let answer = world.done("GET", &format!("/messages{query}"), Value::Null).await;
    answer["Messages"].as_array().unwrap().clone()
}

/// One worker whose work was approved, one whose work was rejected, one who waits.
async fn reviewed(world: &World) {
    let hit = world.create_hit(json!({})).await;
    let anna = world.work("A1ANNA", &hit).await;
    let ben = world.work("A1BEN", &hit).await;
    world.work("A1WAITS", &hit).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": anna})).await;
    world.ok("RejectAssignment", json!({"AssignmentId": ben, "RequesterFeedback": ""})).await;
}

#[tokio::test]
async fn mail_goes_to_those_whose_work_was_reviewed() {
    let world = World::new().await;
    reviewed(&world).await;
    let workers = ["A1ANNA", "A1WAITS", "A1BEN", "A1NOBODY", "A1ANNA", "A1NOBODY"];
    shows("notify_workers", &world.ok(NAME, mail(&workers)).await);
    let sent = messages(&world, "").await;
    let got: Vec<&Value> = sent.iter().map(|message| &message["WorkerId"]).collect();
    assert_eq!(got, ["A1ANNA", "A1BEN"]);
    assert_eq!(sent[0]["Requester"], json!(mturk_local::ids::requester_of("test")));
    assert_eq!(
        (&sent[0]["Subject"], &sent[0]["MessageText"]),
        (&json!("Hello"), &json!("More work"))
    );
    assert_eq!(sent[0]["SendTime"], "2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn everybody_reached_is_an_empty_list_and_mail_goes_again() {
    let world = World::new().await;
    reviewed(&world).await;
    for _ in 0..2 {
        let answer = world.ok(NAME, mail(&["A1ANNA"])).await;
        assert_eq!(answer, json!({"NotifyWorkersFailureStatuses": []}));
    }
    assert_eq!(messages(&world, "").await.len(), 2);
}

#[tokio::test]
async fn mail_is_read_in_pages() {
    let world = World::new().await;
    reviewed(&world).await;
    for _ in 0..3 {
        world.ok(NAME, mail(&["A1ANNA", "A1BEN"])).await;
    }
    let all = messages(&world, "").await;
    let first = messages(&world, "?limit=4").await;
    assert_eq!(first, all[..4]);
    let rest = messages(&world, &format!("?limit=4&after={}", first[3]["Message"])).await;
    assert_eq!(rest, all[4..]);
    assert_eq!(messages(&world, &format!("?after={}", all[5]["Message"])).await, [] as [Value; 0]);
    for query in ["?limit=0", "?limit=1001", "?after=-1", "?after=x"] {
        assert_eq!(world.control("GET", &format!("/messages{query}"), Value::Null).await.0, 400);
    }
    assert_eq!(messages(&world, "?limit=1000").await.len(), 6);
}

#[tokio::test]
async fn who_worked_for_somebody_else_is_a_stranger() {
    let world = World::new().await;
    reviewed(&world).await;
    let answer = world.by("another").ok(NAME, mail(&["A1ANNA"])).await;
    let failures = answer["NotifyWorkersFailureStatuses"].as_array().unwrap();
    assert_eq!(
        (failures.len(), &failures[0]["NotifyWorkersFailureCode"]),
        (1, &json!("HardFailure"))
    );
    assert!(messages(&world, "").await.is_empty());
}

#[tokio::test]
async fn more_workers_than_one_statement_takes_are_told_apart() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 60})).await;
    let workers: Vec<String> = (0..100).map(|number| format!("A1W{number:03}")).collect();
    for worker in workers.iter().step_by(2) {
        let id = world.work(worker, &hit).await;
        world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    }
    let ids: Vec<&str> = workers.iter().map(String::as_str).collect();
    let answer = world.ok(NAME, mail(&ids)).await;
    let failures = answer["NotifyWorkersFailureStatuses"].as_array().unwrap();
    let failed: Vec<&str> = failures.iter().map(|one| one["WorkerId"].as_str().unwrap()).collect();
    assert_eq!(failed, ids.iter().skip(1).step_by(2).copied().collect::<Vec<_>>());
    assert_eq!(messages(&world, "").await.len(), 50);
}

#[tokio::test]
async fn texts_and_the_number_of_workers_have_limits() {
    let world = World::new().await;
    let many = |count: usize| vec!["A1ANNA"; count];
    for (change, taken) in [
        (json!({"Subject": "é".repeat(200)}), true),
        (json!({"Subject": "é".repeat(201)}), false),
        (json!({"Subject": ""}), false),
        (json!({"MessageText": "é".repeat(4096)}), true),
        (json!({"MessageText": "é".repeat(4097)}), false),
        (json!({"MessageText": ""}), false),
        (json!({"WorkerIds": many(100)}), true),
        (json!({"WorkerIds": many(101)}), false),
        (json!({"WorkerIds": []}), true),
    ] {
        let asked = crate::world::changed(mail(&["A1ANNA"]), change.clone());
        let (status, answer) = world.call(NAME, asked).await;
        assert_eq!(status == 200, taken, "{change}");
        let kind = "ParameterValidationError InvalidParameterValue";
        assert!(taken || crate::shape::fault(&answer).starts_with(kind), "{answer}");
    }
}
