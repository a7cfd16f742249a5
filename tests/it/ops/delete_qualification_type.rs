//! DeleteQualificationType.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::qualified::qualification_type;
use crate::world::World;

const NAME: &str = "DeleteQualificationType";

#[tokio::test]
async fn a_type_is_deleted_once() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let asked = json!({"QualificationTypeId": id});
    shows("delete_qualification_type", &world.ok(NAME, asked.clone()).await);
    assert_eq!(
        world.fault(NAME, asked).await,
        "RequestError InvalidQualificationTypeState: \
         This operation can be called with a status of: Active,Inactive"
    );
    let listed = json!({"MustBeRequestable": true});
    assert_eq!(world.ok("ListQualificationTypes", listed).await["NumResults"], 0);
}

#[tokio::test]
async fn pending_requests_are_rejected_and_grants_stay() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let request = world.pending("A1ANNA", &id).await;
    world.grant(&id, "A2BERT", 5).await;
    world.ok(NAME, json!({"QualificationTypeId": id})).await;
    assert_eq!(world.ok("ListQualificationRequests", json!({})).await["NumResults"], 0);
    let accepted = json!({"QualificationRequestId": request});
    let said = world.fault("AcceptQualificationRequest", accepted).await;
    assert!(said.starts_with("RequestError InvalidQualificationRequestState: "), "{said}");
    assert_eq!(world.score(&id, "A2BERT").await, "5");
    let of = json!({"QualificationTypeId": id});
    let workers = ("ListWorkersWithQualificationType", "Qualifications", "WorkerId");
    assert_eq!(world.ids(workers.0, of.clone(), workers.1, workers.2).await, ["A2BERT"]);
    assert_eq!(world.ok("ListQualificationRequests", of).await["NumResults"], 0);
    let given = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA"});
    let said = world.fault("AssociateQualificationWithWorker", given).await;
    assert!(said.starts_with("RequestError InvalidQualificationTypeState: "), "{said}");
}

#[tokio::test]
async fn the_name_is_free_when_no_hit_requires_the_type() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let required = json!([{"QualificationTypeId": id, "Comparator": "Exists"}]);
    let foreign = world.by("another");
    let own = world.create_hit(json!({"QualificationRequirements": required})).await;
    let other = foreign.create_hit(json!({"QualificationRequirements": required})).await;
    world.ok(NAME, json!({"QualificationTypeId": id})).await;
    let again =
        async || world.call("CreateQualificationType", qualification_type(json!({}))).await.0;
    for (owner, hit) in [(&world, own), (&foreign, other)] {
        assert_eq!(again().await, 400, "a HIT requires it");
        owner.ok("UpdateExpirationForHIT", json!({"HITId": hit, "ExpireAt": 0})).await;
        assert_eq!(again().await, 400);
        owner.ok("DeleteHIT", json!({"HITId": hit})).await;
    }
    assert_eq!(again().await, 200);
    let listed = world.ok("ListQualificationTypes", json!({"MustBeRequestable": true})).await;
    assert_ne!(listed["QualificationTypes"][0]["QualificationTypeId"], Value::from(id));
}

#[tokio::test]
async fn a_strange_type_does_not_exist() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    check_hidden(&world, NAME, json!({}), "QualificationTypeId", &id).await;
    check_ids(&world, NAME, json!({}), "QualificationTypeId").await;
    let system = json!({"QualificationTypeId": "00000000000000000040"});
    assert!(world.fault(NAME, system).await.contains("does not exist"));
}
