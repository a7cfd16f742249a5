//! ListQualificationRequests; its pages are in `paging.rs`.

use serde_json::{Value, json};

use super::{check_hidden, shows};
use crate::qualified::tested;
use crate::world::World;

const NAME: &str = "ListQualificationRequests";

async fn workers(world: &World, asked: Value) -> Vec<String> {
    world.ids(NAME, asked, "QualificationRequests", "WorkerId").await
}

#[tokio::test]
async fn the_answer_is_what_awaits_the_requester_oldest_first() {
    let world = World::new().await;
    let plain = world.qualify(json!({})).await;
    let test = world.qualify(tested(json!({"Name": "Test", "AnswerKey": null}))).await;
    world.ask("A1ANNA", &test).await;
    world.advance("1s").await;
    world.pending("A2BERT", &plain).await;
    world.advance("1s").await;
    world.hand_in("A1ANNA", &test, json!({"capital": "rome"})).await;
    world.ask("A3CARL", &test).await;
    let foreign = world.by("another").qualify(json!({})).await;
    world.pending("A4DORA", &foreign).await;
    let answer = world.ok(NAME, json!({})).await;
    shows("list_qualification_requests", &answer);
    assert_eq!(workers(&world, json!({})).await, ["A2BERT", "A1ANNA"]);
    assert_eq!(workers(&world, json!({"QualificationTypeId": test})).await, ["A1ANNA"]);
}

#[tokio::test]
async fn decided_requests_are_gone() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    for (worker, operation) in
        [("A1ANNA", "AcceptQualificationRequest"), ("A2BERT", "RejectQualificationRequest")]
    {
        let request = world.pending(worker, &id).await;
        world.ok(operation, json!({"QualificationRequestId": request})).await;
    }
    for body in [json!({}), json!({"QualificationTypeId": id})] {
        let reply = world.send(world.request(NAME, body.to_string())).await;
        assert_eq!(reply.text, r#"{"NumResults":0,"QualificationRequests":[]}"#);
    }
}

#[tokio::test]
async fn nobody_else_may_know() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.pending("A1ANNA", &id).await;
    check_hidden(&world, NAME, json!({}), "QualificationTypeId", &id).await;
    assert_eq!(workers(&world.by("another"), json!({})).await, [""; 0]);
}
