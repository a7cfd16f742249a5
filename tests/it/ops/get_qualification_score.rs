//! GetQualificationScore.

use serde_json::json;

use super::{NOBODY, check_ids, shows};
use crate::world::World;

const NAME: &str = "GetQualificationScore";
const NEVER: &str = "RequestError QualificationDoesNotExist: You requested a Qualification that \
    does not exist.";

#[tokio::test]
async fn the_answer_is_the_qualification() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.grant(&id, "A1ANNA", 5).await;
    let asked = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA"});
    shows("get_qualification_score", &world.ok(NAME, asked).await);
}

#[tokio::test]
async fn what_is_not_there_does_not_exist() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.grant(&id, "A1ANNA", 5).await;
    let locale = "00000000000000000071";
    for (id, worker) in
        [(id.as_str(), "A2BERT"), (NOBODY, "A1ANNA"), ("NONEXISTENT", "A1ANNA"), (locale, "A1ANNA")]
    {
        let asked = json!({"QualificationTypeId": id, "WorkerId": worker});
        assert_eq!(world.fault(NAME, asked).await, NEVER);
    }
    let asked = json!({"QualificationTypeId": id, "WorkerId": "A1ANNA"});
    assert_eq!(world.by("another").fault(NAME, asked.clone()).await, NEVER);
    check_ids(&world, NAME, asked.clone(), "QualificationTypeId").await;
    let said = world.fault(NAME, crate::world::changed(asked, json!({"WorkerId": "dud"}))).await;
    assert!(said.starts_with("ValidationException: ") && !said.contains("does not exist"));
}

#[tokio::test]
async fn a_saved_qualification_without_a_value_has_none() {
    let world = World::new().await;
    let saved = json!({"Qualifications": [{"QualificationTypeId": "3Q", "WorkerId": "A1ANNA"}]});
    world.done("POST", "/world", saved).await;
    let asked = json!({"QualificationTypeId": "3Q", "WorkerId": "A1ANNA"});
    let shown = world.ok(NAME, asked).await;
    assert_eq!(shown["Qualification"].get("IntegerValue"), None);
}
