//! ListWorkersWithQualificationType; its pages are in `paging.rs`.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::world::World;

const NAME: &str = "ListWorkersWithQualificationType";

async fn workers(world: &World, asked: Value) -> Vec<String> {
    world.ids(NAME, asked, "Qualifications", "WorkerId").await
}

#[tokio::test]
async fn the_answer_is_who_has_it_newest_first() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.grant(&id, "A1ANNA", 5).await;
    world.advance("1m").await;
    world.grant(&id, "A2BERT", 7).await;
    let other = world.qualify(json!({"Name": "Other"})).await;
    world.grant(&other, "A3CARL", 1).await;
    shows(
        "list_workers_with_qualification_type",
        &world.ok(NAME, json!({"QualificationTypeId": id})).await,
    );
}

#[tokio::test]
async fn the_status_chooses() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    for worker in ["A1ANNA", "A2BERT"] {
        world.grant(&id, worker, 5).await;
    }
    let gone = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA"});
    world.ok("DisassociateQualificationFromWorker", gone).await;
    let asked = |status: &str| json!({"QualificationTypeId": id, "Status": status});
    assert_eq!(workers(&world, json!({"QualificationTypeId": id})).await, ["A2BERT"]);
    assert_eq!(workers(&world, asked("Granted")).await, ["A2BERT"]);
    assert_eq!(workers(&world, asked("Revoked")).await, ["A1ANNA"]);
    let said = world.fault(NAME, asked("Lost")).await;
    assert!(said.contains("Member must satisfy enum value set: [Granted, Revoked]"), "{said}");
    world.grant(&id, "A1ANNA", 1).await;
    assert_eq!(workers(&world, asked("Revoked")).await, [""; 0]);
}

#[tokio::test]
async fn nobody_has_it_and_nobody_else_may_know() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let body = json!({"QualificationTypeId": id}).to_string();
    let reply = world.send(world.request(NAME, body)).await;
    assert_eq!(reply.text, r#"{"NumResults":0,"Qualifications":[]}"#);
    world.grant(&id, "A1ANNA", 5).await;
    check_hidden(&world, NAME, json!({}), "QualificationTypeId", &id).await;
    check_ids(&world, NAME, json!({}), "QualificationTypeId").await;
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": id})).await;
    assert_eq!(workers(&world, json!({"QualificationTypeId": id})).await, ["A1ANNA"]);
    check_hidden(&world, NAME, json!({}), "QualificationTypeId", &id).await;
}
