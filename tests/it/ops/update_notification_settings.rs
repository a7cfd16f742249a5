//! UpdateNotificationSettings: which events of a HIT type are told, and where.

use serde_json::{Value, json};

use super::{NOBODY, check_ids};
use crate::events::{events, to_queue};
use crate::world::{World, changed};

async fn hit_type(world: &World) -> String {
    let hit_id = world.create_hit(json!({})).await;
    world.hit(&hit_id).await["HITTypeId"].as_str().unwrap().to_owned()
}

/// The settings as a dump shows them.
async fn settings(world: &World) -> (Value, Value) {
    let dumped = world.done("GET", "/world", Value::Null).await;
    let hit_type = &dumped["HITTypes"][0];
    (hit_type["Notification"].clone(), hit_type["Active"].clone())
}

#[tokio::test]
async fn one_specification_replaces_another() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    for (name, active, then) in [
        ("one", Value::Null, true),
        ("two", false.into(), false),
        ("three", Value::Null, false),
        ("four", true.into(), true),
    ] {
        let notification = to_queue(name);
        let asked = json!({"HITTypeId": id, "Notification": notification, "Active": active});
        assert_eq!(world.ok("UpdateNotificationSettings", asked).await, json!({}));
        assert_eq!(settings(&world).await, (notification, then.into()), "{name}");
    }
    for active in [false, true] {
        let asked = json!({"HITTypeId": id, "Active": active});
        world.ok("UpdateNotificationSettings", asked).await;
        assert_eq!(settings(&world).await, (to_queue("four"), active.into()));
    }
}

#[tokio::test]
async fn an_event_is_told_if_the_settings_of_its_time_say_so() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    let of_created = |name: &str| changed(to_queue(name), json!({"EventTypes": ["HITCreated"]}));
    for (asked, told) in [
        (json!({"Notification": of_created("q1")}), Some("http://sqs:9324/000000000000/q1")),
        (json!({"Active": false}), None),
        (json!({"Active": true}), Some("http://sqs:9324/000000000000/q1")),
        (json!({"Notification": to_queue("q2")}), None),
        (
            json!({"Notification": {"Destination": "me@example.com", "Transport": "Email",
                "Version": "2006-05-05", "EventTypes": ["HITCreated"]}}),
            None,
        ),
    ] {
        let asked = changed(asked, json!({"HITTypeId": id}));
        world.ok("UpdateNotificationSettings", asked).await;
        world.create_hit(json!({})).await;
        let happened = events(&world, "").await;
        let destination = &happened.last().unwrap()["Delivery"]["Destination"];
        assert_eq!(destination.as_str(), told);
    }
}

#[tokio::test]
async fn something_must_be_said() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    let nothing = world.fault("UpdateNotificationSettings", json!({"HITTypeId": id})).await;
    assert_eq!(
        nothing,
        "ParameterValidationError InvalidParameterValue: Your request must include at least one of \
         Notification and Active."
    );
    let active = json!({"HITTypeId": id, "Active": true});
    let said = world.fault("UpdateNotificationSettings", active).await;
    let why = format!("The HITType {id} has no notification specification to activate.");
    assert_eq!(said, format!("RequestError InvalidParameterValue: {why}"));
    let request = json!({"HITTypeId": id, "Notification": to_queue("q")});
    check_ids(&world, "UpdateNotificationSettings", request, "HITTypeId").await;
}

#[tokio::test]
async fn another_requester_s_hit_type_does_not_exist() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    let ask = |id: &str| json!({"HITTypeId": id, "Notification": to_queue("q")});
    let unknown = world.fault("UpdateNotificationSettings", ask(NOBODY)).await;
    let foreign = world.by("another").fault("UpdateNotificationSettings", ask(&id)).await;
    assert_eq!(foreign.replace(&id, NOBODY), unknown);
    assert!(unknown.starts_with("RequestError InvalidParameterValue: The value"), "{unknown}");
    assert_eq!(settings(&world).await, (Value::Null, Value::Null));
}

#[tokio::test]
async fn what_the_service_cannot_follow_is_refused() {
    let world = World::new().await;
    let id = hit_type(&world).await;
    for (changes, said) in [
        (
            json!({"Destination": "arn:aws:sns:us-east-1:123456789012:t"}),
            "RequestError InvalidTransportEndpoint: Notifications cannot be delivered to the \
             destination \"arn:aws:sns:us-east-1:123456789012:t\": it is not the URL of an SQS \
             queue, not a FIFO one.",
        ),
        (
            json!({"Transport": "SNS"}),
            "RequestError InvalidTransportEndpoint: Notifications cannot be delivered to the \
             destination \"http://sqs:9324/000000000000/q\": it is not the ARN of an SNS topic, \
             not a FIFO one.",
        ),
        (
            json!({"Version": "2014-08-16"}),
            "ParameterValidationError InvalidParameterValue: The value \"2014-08-16\" is not \
             valid for the parameter Version.",
        ),
        (
            json!({"EventTypes": []}),
            "ParameterValidationError InvalidParameterValue: Your request parameter EventTypes \
             has a minimum length of 1.",
        ),
        (
            json!({"EventTypes": ["Ping"]}),
            "ParameterValidationError InvalidParameterValue: The value \"Ping\" is not valid for \
             the parameter EventTypes.",
        ),
    ] {
        let notification = changed(to_queue("q"), changes);
        let asked = json!({"HITTypeId": id, "Notification": notification});
        assert_eq!(world.fault("UpdateNotificationSettings", asked).await, said);
    }
    let unknown = changed(to_queue("q"), json!({"EventTypes": ["HITEaten"]}));
    let asked = json!({"HITTypeId": id, "Notification": unknown});
    let said = world.fault("UpdateNotificationSettings", asked).await;
    assert!(said.starts_with("ValidationException: "), "{said}");
    assert_eq!(settings(&world).await, (Value::Null, Value::Null));
}
