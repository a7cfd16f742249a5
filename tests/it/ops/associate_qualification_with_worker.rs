//! AssociateQualificationWithWorker.

use serde_json::json;

use super::{check_hidden, check_ids, shows};
use crate::world::World;

const NAME: &str = "AssociateQualificationWithWorker";

#[tokio::test]
async fn the_answer_is_empty_and_the_value_one_unless_it_is_said() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let given = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA", "SendNotification": false});
    shows("associate_qualification_with_worker", &world.ok(NAME, given).await);
    assert_eq!(world.score(&id, "A1ANNA").await, "1");
    for value in [0, -5, 2_147_483_647] {
        world.grant(&id, "A1ANNA", value).await;
        assert_eq!(world.score(&id, "A1ANNA").await, value.to_string(), "the old one is replaced");
    }
}

#[tokio::test]
async fn a_revoked_qualification_is_granted_again() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.grant(&id, "A1ANNA", 5).await;
    let gone = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA"});
    world.ok("DisassociateQualificationFromWorker", gone.clone()).await;
    world.advance("1m").await;
    world.grant(&id, "A1ANNA", 6).await;
    let shown = world.ok("GetQualificationScore", gone).await;
    let expected = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA",
        "GrantTime": 1.767_225_66e9, "IntegerValue": 6, "Status": "Granted"});
    assert_eq!(shown["Qualification"].to_string(), expected.to_string());
}

#[tokio::test]
async fn a_request_stays_and_can_change_the_value() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let request = world.pending("A1ANNA", &id).await;
    world.grant(&id, "A1ANNA", 5).await;
    let accepted = json!({"QualificationRequestId": request, "IntegerValue": 9});
    world.ok("AcceptQualificationRequest", accepted).await;
    assert_eq!(world.score(&id, "A1ANNA").await, "9");
}

#[tokio::test]
async fn only_the_owner_gives_it() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let request = json!({"WorkerId": "A1ANNA"});
    check_hidden(&world, NAME, request.clone(), "QualificationTypeId", &id).await;
    check_ids(&world, NAME, request, "QualificationTypeId").await;
    let system = json!({"QualificationTypeId": "00000000000000000060", "WorkerId": "A1ANNA"});
    assert!(world.fault(NAME, system).await.contains("does not exist"));
    let malformed = json!({"QualificationTypeId": id, "WorkerId": "anna"});
    let said = world.fault(NAME, malformed).await;
    assert!(said.starts_with("ValidationException: ") && said.contains("'workerId'"), "{said}");
    assert!(!said.contains("does not exist"), "{said}");
}
