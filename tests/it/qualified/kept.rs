//! Worlds and resets keep, or take away, everything about qualifications.

use rstest::rstest;
use serde_json::{Value, json};

use super::tested;
use crate::state::state;
use crate::world::World;

/// The world as a file, loaded into a new market at the same time.
async fn again(world: &World) -> World {
    let dumped = world.done("GET", "/world", Value::Null).await;
    let now = world.done("GET", "/clock", Value::Null).await["now"].take();
    let again = World::with(|options| options.seed = Some(2)).await;
    again.done("POST", "/clock", json!({"set": now})).await;
    again.done("POST", "/world", dumped.clone()).await;
    assert_eq!(again.done("GET", "/world", Value::Null).await, dumped);
    again
}

#[tokio::test]
async fn a_test_in_progress_goes_on_with_its_time() {
    let world = World::new().await;
    let id = world.qualify(tested(json!({}))).await;
    let given = world.ask("A1ANNA", &id).await;
    world.advance("20s").await;
    let world = again(&world).await;
    assert_eq!(world.ask("A1ANNA", &id).await, given, "the same test, the same deadline");
    world.advance("39s").await;
    let paris = json!({"capital": "paris"});
    assert_eq!(world.hand_in("A1ANNA", &id, paris.clone()).await.1["IntegerValue"], 80);
    let other = world.qualify(tested(json!({"Name": "Other"}))).await;
    world.ask("A1ANNA", &other).await;
    let world = again(&world).await;
    world.advance("60s").await;
    assert_eq!(world.hand_in("A1ANNA", &other, paris).await.0, 422);
}

#[tokio::test]
async fn a_refusal_is_remembered_until_the_worker_may_ask_again() {
    let world = World::new().await;
    let id = world.qualify(json!({"RetryDelayInSeconds": 3600})).await;
    let request = world.pending("A1ANNA", &id).await;
    world.advance("10m").await;
    world.ok("RejectQualificationRequest", json!({"QualificationRequestId": request})).await;
    let world = again(&world).await;
    world.advance("49m").await;
    let early = "422 QualificationTypeRetryDelayNotElapsed";
    assert_eq!(world.ask_refused("A1ANNA", &id).await, early);
    let decided = json!({"QualificationRequestId": request});
    let said = world.fault("AcceptQualificationRequest", decided).await;
    assert!(said.starts_with("RequestError InvalidQualificationRequestState"), "{said}");
    world.advance("1m").await;
    world.pending("A1ANNA", &id).await;
}

#[tokio::test]
async fn what_is_deleted_and_what_is_required_stay_so() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.grant(&id, "A1ANNA", 1).await;
    let required = json!([{"QualificationTypeId": id, "Comparator": "Exists"}]);
    let hit = world.create_hit(json!({"QualificationRequirements": required})).await;
    world.ok("DeleteQualificationType", json!({"QualificationTypeId": id})).await;
    let world = again(&world).await;
    let (status, _) =
        world.call("CreateQualificationType", super::qualification_type(json!({}))).await;
    assert_eq!(status, 400, "a HIT requires the type of this name");
    world.accept("A1ANNA", &hit).await;
    let refused = world.control("POST", "/workers/A2BERT/accept", json!({"HITId": hit})).await;
    assert_eq!(refused.0, 422);
}

#[rstest]
#[case(json!({"Name": "n".repeat(201)}), "maximum length of 200")]
#[case(json!({"RetryDelayInSeconds": -1}), "invalid for RetryDelayInSeconds")]
#[case(json!({"TestDurationInSeconds": 31_536_001}), "invalid for TestDurationInSeconds")]
#[case(json!({"AutoGrantedValue": 2_147_483_648_u64}), "invalid for AutoGrantedValue")]
#[case(json!({"QualificationTypeStatus": "Lost"}), "unknown variant `Lost`")]
#[tokio::test]
async fn types_that_cannot_be_are_not_loaded(#[case] member: Value, #[case] expected: &str) {
    let world = World::new().await;
    let file = json!({"QualificationTypes": [crate::world::changed(json!({"Name": "n"}), member)]});
    let (status, answer) = world.control("POST", "/world", file).await;
    let reason = answer["error"]["problems"][0]["reason"].as_str().unwrap();
    assert!(status == 400 && reason.contains(expected), "{reason}");
}

#[tokio::test]
async fn a_worker_has_one_pending_request_for_a_type() {
    let world = World::new().await;
    let id = world.qualify(json!({})).await;
    world.pending("A1ANNA", &id).await;
    let entry = |worker: &str| json!({"QualificationTypeId": id, "WorkerId": worker});
    let twice = vec![entry("A2BERT"), entry("A2BERT")];
    for entries in [vec![entry("A1ANNA")], twice] {
        let file = json!({"QualificationRequests": entries});
        let (status, answer) = world.control("POST", "/world", file).await;
        let reason = answer["error"]["problems"][0]["reason"].as_str().unwrap();
        assert_eq!((status, reason), (400, "this worker has asked for this qualification already"));
    }
    let file = json!({"QualificationRequests": [entry("A2BERT")]});
    world.done("POST", "/world", file).await;
    assert_eq!(world.ok("ListQualificationRequests", json!({})).await["NumResults"], 2);
}

#[tokio::test]
async fn a_reset_takes_everything_away() {
    let world = World::new().await;
    let before = state(&world).await;
    for owner in [&world, &world.by("another")] {
        let id = owner.qualify(tested(json!({}))).await;
        world.ask("A1ANNA", &id).await;
        owner.grant(&id, "A2BERT", 1).await;
        let required = json!([{"QualificationTypeId": id, "Comparator": "Exists"}]);
        owner.create_hit(json!({"QualificationRequirements": required})).await;
    }
    let full = state(&world).await;
    let tables =
        ["qualification_types", "qualifications", "qualification_requests", "hit_requirements"];
    let rows = |text: &str, table: &str| {
        let rows = text.split(&format!("\n{table}\n")).nth(1).unwrap().lines();
        rows.take_while(|line| line.starts_with("  "))
            .filter(|line| !line.trim().is_empty())
            .count()
    };
    assert_eq!(tables.map(|table| rows(&full, table)), [2; 4]);
    world.done("POST", "/reset", json!({"Requester": "another"})).await;
    let half = state(&world).await;
    assert_eq!(tables.map(|table| rows(&half, table)), [1; 4]);
    world.done("POST", "/reset", json!({"empty": true})).await;
    let empty = state(&world).await;
    assert_eq!(tables.map(|table| rows(&empty, table)), [0; 4]);
    assert_eq!(tables.map(|table| rows(&before, table)), [0; 4]);
}

#[tokio::test]
async fn the_built_in_world_shows_each_way_to_a_qualification() {
    let builtin = mturk_local::worlds::builtin::Builtin::find("qualified").unwrap();
    let world = World::new().await;
    world.done("POST", "/world", serde_json::from_str(builtin.text()).unwrap()).await;
    let id = |number: usize| format!("3QUALIFIED0000000000000TYPE0{number}");
    let hit = "3QUALIFIED00000000000000HIT01";
    world.accept("A1DORA0000000", hit).await;
    let emil = "A1EMIL0000000";
    let refused = async || {
        let path = format!("/workers/{emil}/accept");
        world.control("POST", &path, json!({"HITId": hit})).await.0
    };
    assert_eq!(refused().await, 422);
    assert_eq!(world.ask(emil, &id(1)).await["State"], "Test");
    world.hand_in(emil, &id(1), json!({"capital": "paris"})).await;
    assert_eq!(refused().await, 200);
    assert_eq!(world.ask(emil, &id(2)).await["State"], "Granted");
    assert_eq!(world.ask(emil, &id(3)).await["State"], "Pending");
    assert_eq!(world.ok("ListQualificationRequests", json!({})).await["NumResults"], 2);
}
