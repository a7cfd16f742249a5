//! RejectQualificationRequest; that a request is decided once is in `accept_qualification_request`.

use serde_json::json;

use super::shows;
use crate::world::World;

const NAME: &str = "RejectQualificationRequest";

#[tokio::test]
async fn what_is_refused_is_not_granted() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let request = world.pending("A1ANNA", &id).await;
    let asked = json!({"QualificationRequestId": request, "Reason": ""});
    shows("reject_qualification_request", &world.ok(NAME, asked).await);
    assert_eq!(world.score(&id, "A1ANNA").await, "QualificationDoesNotExist");
    assert_eq!(world.ask_refused("A1ANNA", &id).await, "422 QualificationTypeDoesNotAllowRetake");
}

#[tokio::test]
async fn what_the_worker_has_stays() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let request = world.pending("A1ANNA", &id).await;
    world.grant(&id, "A1ANNA", 5).await;
    world.ok(NAME, json!({"QualificationRequestId": request})).await;
    assert_eq!(world.score(&id, "A1ANNA").await, "5");
}

#[tokio::test]
async fn only_the_owner_decides_and_says_why_in_1024_characters() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    let request = world.pending("A1ANNA", &id).await;
    let asked =
        |length: usize| json!({"QualificationRequestId": request, "Reason": "é".repeat(length)});
    let said = world.by("another").fault(NAME, asked(1)).await;
    let expected = format!("QualificationRequest {request} does not exist.");
    assert_eq!(said, format!("RequestError QualificationRequestDoesNotExist: {expected}"));
    let said = world.fault(NAME, asked(1025)).await;
    assert!(said.ends_with("Your request parameter Reason has a maximum length of 1024."));
    world.ok(NAME, asked(1024)).await;
}
