//! SendTestEventNotification: an event that did not happen is told at once.

use mturk_local::notify::Endpoints;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::events::{events, to_queue};
use crate::world::{World, changed};

/// A market from which notifications leave.
async fn delivering(endpoint: Option<&str>) -> (World, watch::Sender<bool>) {
    let sqs = endpoint.map(str::to_owned);
    let endpoints = Endpoints { sqs, ..Endpoints::default() };
    let world = World::with(|options| options.endpoints = endpoints).await;
    let (stop, stopped) = watch::channel(false);
    let emulator = world.emulator.clone();
    tokio::spawn(async move { emulator.deliver(stopped).await });
    // It takes letters before it waits for anything.
    tokio::task::yield_now().await;
    (world, stop)
}

fn test(event_type: &str) -> Value {
    json!({"Notification": to_queue("q"), "TestEventType": event_type})
}

#[tokio::test]
async fn without_an_endpoint_the_event_is_seen_only() {
    let (world, _stop) = delivering(None).await;
    // Ping and the others need not be among the event types of the specification.
    for event_type in ["Ping", "AssignmentReturned"] {
        let sent = world.ok("SendTestEventNotification", test(event_type)).await;
        assert_eq!(sent, json!({}));
    }
    let seen = events(&world, "").await;
    let requester = mturk_local::ids::requester_of("test");
    assert_eq!(
        seen[0],
        json!({
            "Event": seen[0]["Event"],
            "EventType": "Ping",
            "EventTimestamp": "2026-01-01T00:00:00Z",
            "Requester": requester,
            "HITTypeId": "3TESTEVENT000000000000HITTYPE1",
            "HITId": "3TESTEVENT0000000000000000HIT1",
        })
    );
    assert_eq!(seen[1]["AssignmentId"], "3TESTEVENT0000000000ASSIGNMENT");
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn a_destination_that_is_out_of_reach_is_a_fault() {
    // Nobody listens there.
    let (world, _stop) = delivering(Some("http://127.0.0.1:1")).await;
    let said = world.fault("SendTestEventNotification", test("Ping")).await;
    let begin = "RequestError InvalidTransportEndpoint: Notifications cannot be delivered to the \
        destination \"http://sqs:9324/000000000000/q\": ";
    assert!(said.starts_with(begin), "{said}");
    assert_eq!(events(&world, "").await, [Value::Null; 0]);
}

#[tokio::test]
async fn what_the_service_cannot_follow_is_refused() {
    let (world, _stop) = delivering(None).await;
    for (changes, said) in [
        (json!({"Destination": "q"}), "RequestError InvalidTransportEndpoint"),
        (json!({"Version": "1"}), "ParameterValidationError InvalidParameterValue"),
        (json!({"EventTypes": []}), "ParameterValidationError InvalidParameterValue"),
    ] {
        let notification = changed(to_queue("q"), changes);
        let asked = json!({"Notification": notification, "TestEventType": "Ping"});
        let refused = world.fault("SendTestEventNotification", asked).await;
        assert!(refused.starts_with(said), "{refused}");
    }
    assert_eq!(events(&world, "").await, [Value::Null; 0]);
}

#[tokio::test]
async fn what_cannot_be_delivered_waits_and_says_why() {
    let (world, stop) = delivering(Some("http://127.0.0.1:1")).await;
    let hit = world.create_hit(json!({})).await;
    let hit_type = world.hit(&hit).await["HITTypeId"].clone();
    let asked = json!({"HITTypeId": hit_type, "Notification": to_queue("q")});
    world.ok("UpdateNotificationSettings", asked).await;
    world.work("A1ANNA", &hit).await;
    // Tried again while the market's clock stands.
    let mut changes = world.emulator.engine().changes();
    let delivery = loop {
        let seen = events(&world, "?EventType=AssignmentSubmitted").await;
        let delivery = seen[0]["Delivery"].clone();
        if delivery["Failures"].as_i64() >= Some(2) {
            break delivery;
        }
        assert!(changes.next().await);
    };
    assert_eq!(delivery["Delivered"], false);
    assert_eq!(delivery["EventDocId"].as_str().unwrap().len(), 40);
    assert!(!delivery["Failure"].as_str().unwrap().is_empty());
    stop.send_replace(true);
}
