//! Many at once: one type of a name, one request, one decision.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::qualification_type;
use crate::world::World;

/// How many of twelve calls at the same time succeed; the n-th is `call(n)`.
async fn succeed<F>(call: impl Fn(usize) -> F) -> usize
where
    F: Future<Output = (u16, Value)> + Send + 'static,
{
    let mut calls = JoinSet::new();
    (0..12).for_each(|n| drop(calls.spawn(call(n))));
    let answers = calls.join_all().await;
    assert!(answers.iter().all(|(status, _)| *status < 500), "{answers:?}");
    answers.iter().filter(|(status, _)| *status == 200).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_types_of_one_name_one_is_made() {
    let world = World::new().await;
    let made = succeed(|_| {
        let world = world.clone();
        async move { world.call("CreateQualificationType", qualification_type(json!({}))).await }
    });
    assert_eq!(made.await, 1);
    let listed = world.ok("ListQualificationTypes", json!({"MustBeRequestable": true})).await;
    assert_eq!(listed["NumResults"], 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_worker_who_asks_many_times_at_once_asks_once() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let path = format!("/workers/A1ANNA/qualifications/{id}/request");
    let asked = succeed(|_| {
        let (world, path) = (world.clone(), path.clone());
        async move { world.control("POST", &path, Value::Null).await }
    });
    assert_eq!(asked.await, 1);
    let listed = world.ok("ListQualificationRequests", json!({})).await;
    assert_eq!(listed["NumResults"], 1);
    let request = listed["QualificationRequests"][0]["QualificationRequestId"].clone();
    let decided = succeed(|n| {
        let (world, asked) = (world.clone(), json!({"QualificationRequestId": request}));
        let operation =
            if n % 2 == 0 { "AcceptQualificationRequest" } else { "RejectQualificationRequest" };
        async move { world.call(operation, asked).await }
    });
    assert_eq!(decided.await, 1);
    assert_eq!(world.ok("ListQualificationRequests", json!({})).await["NumResults"], 0);
}
