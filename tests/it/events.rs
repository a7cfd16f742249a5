//! What happens is remembered: each event type, who is told, pages, and what is forgotten.

mod waiting;

use serde_json::{Value, json};

use crate::world::World;

/// A specification of events to a queue of that name: all that concern work.
pub fn to_queue(name: &str) -> Value {
    json!({
        "Destination": format!("http://sqs:9324/000000000000/{name}"),
        "Transport": "SQS",
        "Version": "2014-08-15",
        "EventTypes": ["AssignmentSubmitted", "HITReviewable"],
    })
}

/// What happened, with a question such as `?HITId=3X`.
pub async fn events(world: &World, query: &str) -> Vec<Value> {
    let mut page = world.done("GET", &format!("/events{query}"), Value::Null).await;
    serde_json::from_value(page["Events"].take()).unwrap()
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["EventType"].as_str().unwrap()).collect()
}

async fn happened(world: &World, hit_id: &str) -> String {
    types(&events(world, &format!("?HITId={hit_id}")).await).join(" ")
}

#[tokio::test]
async fn the_life_of_a_hit_is_a_row_of_events() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 2})).await;
    let first = world.accept("A1ANNA", &hit).await;
    world.submit(&first).await;
    let second = world.work("A1BERTA", &hit).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": first})).await;
    let rejected = json!({"AssignmentId": second, "RequesterFeedback": "no"});
    world.ok("RejectAssignment", rejected).await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
    assert_eq!(
        happened(&world, &hit).await,
        "HITCreated AssignmentAccepted AssignmentSubmitted AssignmentAccepted AssignmentSubmitted \
         HITReviewable AssignmentApproved AssignmentRejected HITDisposed"
    );
    let of_first = events(&world, &format!("?AssignmentId={first}")).await;
    assert_eq!(types(&of_first).len(), 3);
    let hit_type = world.hit(&hit).await["HITTypeId"].clone();
    let requester = mturk_local::ids::requester_of("test");
    assert_eq!(
        of_first[0],
        json!({
            "Event": of_first[0]["Event"],
            "EventType": "AssignmentAccepted",
            "EventTimestamp": "2026-01-01T00:00:00Z",
            "Requester": requester,
            "HITTypeId": hit_type,
            "HITId": hit,
            "AssignmentId": first,
            "WorkerId": "A1ANNA",
        })
    );
}

#[tokio::test]
async fn what_time_does_is_an_event_at_its_own_instant() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 3, "LifetimeInSeconds": 3600})).await;
    let late = world.accept("A1ANNA", &hit).await;
    let returned = world.accept("A1BERTA", &hit).await;
    world.done("POST", &format!("/assignments/{returned}/return"), Value::Null).await;
    world.work("A1CARLA", &hit).await;
    world.advance("200d").await;
    let seen = events(&world, &format!("?HITId={hit}")).await;
    let told: Vec<(&str, &str)> = seen[5..]
        .iter()
        .map(|event| {
            (event["EventType"].as_str().unwrap(), event["EventTimestamp"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        types(&seen[..5]).join(" "),
        "HITCreated AssignmentAccepted AssignmentAccepted \
        AssignmentReturned AssignmentAccepted"
    );
    assert_eq!(
        told,
        [
            ("AssignmentSubmitted", "2026-01-01T00:00:00Z"),
            ("AssignmentAbandoned", "2026-01-01T00:10:00Z"),
            ("HITExpired", "2026-01-01T01:00:00Z"),
            ("HITReviewable", "2026-01-01T01:00:00Z"),
            ("AssignmentApproved", "2026-01-31T00:00:00Z"),
            ("HITDisposed", "2026-05-01T01:00:00Z"),
        ]
    );
    assert_eq!(events(&world, &format!("?AssignmentId={late}")).await.len(), 2);
}

#[tokio::test]
async fn ends_and_more_places_are_events() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    let expire = |at: i64| json!({"HITId": hit, "ExpireAt": at});
    world.ok("UpdateExpirationForHIT", expire(0)).await;
    world.ok("UpdateExpirationForHIT", expire(0)).await;
    assert_eq!(happened(&world, &hit).await, "HITCreated HITExpired HITReviewable");
    world.ok("UpdateExpirationForHIT", expire(crate::world::START + 90_000)).await;
    let more = json!({"HITId": hit, "NumberOfAdditionalAssignments": 1});
    world.ok("CreateAdditionalAssignmentsForHIT", more).await;
    for worker in ["A1ANNA", "A1BERTA"] {
        world.work(worker, &hit).await;
    }
    let review = json!({"HITId": hit});
    world.ok("UpdateHITReviewStatus", review).await;
    world.ok("UpdateHITReviewStatus", json!({"HITId": hit, "Revert": true})).await;
    // All was submitted before the end: that is no event.
    world.advance("2d").await;
    assert_eq!(
        happened(&world, &hit).await,
        "HITCreated HITExpired HITReviewable HITExtended HITExtended AssignmentAccepted \
         AssignmentSubmitted AssignmentAccepted AssignmentSubmitted HITReviewable"
    );
}

#[tokio::test]
async fn what_was_refused_is_no_event() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    world.work("A1ANNA", &hit).await;
    let before = events(&world, "").await.len();
    world.fault("DeleteHIT", json!({"HITId": hit})).await;
    let work = json!({"WorkerId": "A1BERTA"});
    assert_eq!(world.control("POST", &format!("/hits/{hit}/submissions"), work).await.0, 422);
    assert_eq!(events(&world, "").await.len(), before);
}

#[tokio::test]
async fn pages_go_on_and_filters_leave_out() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    let foreign = world.by("another").create_hit(json!({})).await;
    for worker in ["A1ANNA", "A1BERTA", "A1CARLA"] {
        world.work(worker, &hit).await;
    }
    let all = events(&world, "").await;
    let (mut seen, mut after) = (Vec::new(), 0);
    loop {
        let page = events(&world, &format!("?after={after}&limit=3")).await;
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        after = last["Event"].as_i64().unwrap();
        seen.extend(page);
    }
    assert_eq!(seen, all);
    assert!(all.is_sorted_by_key(|event| event["Event"].as_i64()));
    let requester = mturk_local::ids::requester_of("another");
    let hit_type = &all[0]["HITTypeId"].as_str().unwrap();
    for (query, count) in [
        ("?EventType=AssignmentSubmitted".to_owned(), 3),
        ("?WorkerId=A1BERTA".to_owned(), 2),
        (format!("?Requester={requester}"), 1),
        (format!("?HITId={foreign}"), 1),
        (format!("?HITTypeId={hit_type}"), 7),
        (format!("?HITTypeId={hit_type}&EventType=HITCreated"), 1),
        ("?HITId=3NOBODY".to_owned(), 0),
        ("?limit=1".to_owned(), 1),
        ("?limit=1000".to_owned(), 8),
    ] {
        assert_eq!(events(&world, &query).await.len(), count, "{query}");
    }
    for query in ["?limit=0", "?limit=1001", "?after=-1", "?stream=2", "?EventType=Eaten"] {
        let (status, answer) = world.control("GET", &format!("/events{query}"), Value::Null).await;
        assert_eq!(
            (status, answer["error"]["code"].as_str()),
            (400, Some("BadRequest")),
            "{query}"
        );
    }
}

#[tokio::test]
async fn old_events_are_forgotten_but_not_those_that_wait() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    let hit_type = world.hit(&hit).await["HITTypeId"].clone();
    let asked = json!({"HITTypeId": hit_type, "Notification": to_queue("q")});
    world.ok("UpdateNotificationSettings", asked).await;
    for worker in ["A1ANNA", "A1BERTA", "A1CARLA"] {
        world.work(worker, &hit).await;
    }
    let engine = world.emulator.engine();
    assert_eq!(engine.prune_events_to(7, 100).await, Ok(0));
    assert_eq!(events(&world, "").await.len(), 7);
    assert_eq!(engine.prune_events_to(2, 7).await, Ok(0));
    let kept = events(&world, "").await;
    assert_eq!(
        types(&kept).join(" "),
        "AssignmentSubmitted AssignmentSubmitted AssignmentAccepted AssignmentSubmitted"
    );
    assert_eq!(engine.prune_events_to(2, 4).await, Ok(1), "one is too old to wait");
    assert_eq!(events(&world, "").await, kept[1..]);
}

#[tokio::test]
async fn a_reset_forgets_events_and_numbers_go_on() {
    let world = World::new().await;
    world.create_hit(json!({})).await;
    let before = events(&world, "").await[0]["Event"].as_i64().unwrap();
    world.by("another").create_hit(json!({})).await;
    world.done("POST", "/reset", json!({"Requester": "another"})).await;
    assert_eq!(events(&world, "").await.len(), 1);
    world.done("POST", "/reset", json!({})).await;
    assert_eq!(events(&world, "").await, [Value::Null; 0]);
    world.create_hit(json!({})).await;
    assert!(events(&world, "").await[0]["Event"].as_i64().unwrap() > before);
}
