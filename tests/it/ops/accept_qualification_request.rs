//! AcceptQualificationRequest.

use serde_json::json;

use super::shows;
use crate::world::World;

const NAME: &str = "AcceptQualificationRequest";

#[tokio::test]
async fn what_was_asked_for_is_granted_with_one_unless_it_is_said() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let request = world.pending("A1ANNA", &id).await;
    world.advance("1h").await;
    let asked = json!({"QualificationRequestId": request});
    shows("accept_qualification_request", &world.ok(NAME, asked).await);
    let held = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA"});
    let shown = world.ok("GetQualificationScore", held).await;
    assert_eq!(shown["Qualification"]["IntegerValue"], 1);
    assert_eq!(shown["Qualification"]["GrantTime"].as_f64(), Some(1_767_229_200.0));
    let request = world.pending("A2BERT", &id).await;
    world.ok(NAME, json!({"QualificationRequestId": request, "IntegerValue": -3})).await;
    assert_eq!(world.score(&id, "A2BERT").await, "-3");
}

#[tokio::test]
async fn a_request_is_decided_once() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let expected = "RequestError InvalidQualificationRequestState: This operation can be called \
        with a status of: Submitted";
    for (worker, first) in [("A1ANNA", NAME), ("A2BERT", "RejectQualificationRequest")] {
        let asked = json!({"QualificationRequestId": world.pending(worker, &id).await});
        world.ok(first, asked.clone()).await;
        for second in [NAME, "RejectQualificationRequest"] {
            assert_eq!(world.fault(second, asked.clone()).await, expected);
        }
    }
    assert_eq!(world.score(&id, "A2BERT").await, "QualificationDoesNotExist");
}

#[tokio::test]
async fn only_the_owner_decides() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let request = world.pending("A1ANNA", &id).await;
    for (world, request) in [
        (&world.by("another"), request.as_str()),
        (&world, "3NOBODY"),
        (&world, ""),
        (&world, "ü "),
    ] {
        let said = world.fault(NAME, json!({"QualificationRequestId": request})).await;
        let expected = format!("QualificationRequest {request} does not exist.");
        assert_eq!(said, format!("RequestError QualificationRequestDoesNotExist: {expected}"));
    }
    assert_eq!(world.score(&id, "A1ANNA").await, "QualificationDoesNotExist");
    let said = world.fault(NAME, json!({})).await;
    assert!(said.contains("Value null at 'qualificationRequestId'"), "{said}");
}
