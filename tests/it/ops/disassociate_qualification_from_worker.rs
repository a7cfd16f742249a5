//! DisassociateQualificationFromWorker.

use serde_json::{Value, json};

use super::{NOBODY, shows};
use crate::world::{World, changed};

const NAME: &str = "DisassociateQualificationFromWorker";
const NEVER: &str = "RequestError QualificationDoesNotExist: You requested a Qualification that \
    does not exist.";

async fn held(world: &World) -> Value {
    let id = world.qualify(json!({})).await;
    world.grant(&id, "A1ANNA", 5).await;
    json!({"QualificationTypeId": id, "WorkerId": "A1ANNA"})
}

#[tokio::test]
async fn what_is_taken_away_is_revoked() {
    let world = World::new().await;
    let asked = held(&world).await;
    let answer = world.ok(NAME, changed(asked.clone(), json!({"Reason": "too late"}))).await;
    shows("disassociate_qualification_from_worker", &answer);
    let revoked = "RequestError InvalidQualificationState: This operation can be called with a \
        status of: Granted";
    assert_eq!(world.fault("GetQualificationScore", asked.clone()).await, revoked);
    assert_eq!(world.fault(NAME, asked).await, revoked);
}

#[tokio::test]
async fn what_a_worker_never_had_does_not_exist() {
    let world = World::new().await;
    let asked = held(&world).await;
    for other in [json!({"WorkerId": "A2BERT"}), json!({"QualificationTypeId": NOBODY})] {
        assert_eq!(world.fault(NAME, changed(asked.clone(), other)).await, NEVER);
    }
    assert_eq!(world.by("another").fault(NAME, asked).await, NEVER);
}

#[tokio::test]
async fn a_reason_has_1024_characters_at_most() {
    let world = World::new().await;
    let asked = held(&world).await;
    let with = |reason: String| changed(asked.clone(), json!({"Reason": reason}));
    let said = world.fault(NAME, with("é".repeat(1025))).await;
    assert!(said.ends_with("Your request parameter Reason has a maximum length of 1024."));
    world.ok(NAME, with("é".repeat(1024))).await;
    let id = asked["QualificationTypeId"].as_str().unwrap();
    world.grant(id, "A1ANNA", 5).await;
    world.ok(NAME, with(String::new())).await;
}
