//! UpdateExpirationForHIT.

use serde_json::{Value, json};

use super::{check_hidden, check_ids, shows};
use crate::world::{START, World};

const NAME: &str = "UpdateExpirationForHIT";
const DAY: i64 = 86_400;

fn end(hit: &str, at: impl Into<Value>) -> Value {
    json!({"HITId": hit, "ExpireAt": at.into()})
}

async fn expiration(world: &World, hit: &str) -> Value {
    world.hit(hit).await["Expiration"].take()
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what may be absent")]
fn seconds(at: i64) -> Option<f64> {
    Some(f64::from(u32::try_from(at).unwrap()))
}

#[tokio::test]
async fn any_past_instant_and_this_very_second_end_the_hit_now() {
    for at in [0, 1_420_070_400, START - 30 * DAY, START] {
        let world = World::new().await;
        let hit = world.create_hit(json!({})).await;
        shows("update_expiration_for_hit", &world.ok(NAME, end(&hit, at)).await);
        assert_eq!(world.standing(&hit).await, "Reviewable 3 available 0 pending 0 completed");
        assert_eq!(expiration(&world, &hit).await.as_f64(), seconds(START));
        world.ok("DeleteHIT", json!({"HITId": hit})).await;
    }
}

#[tokio::test]
async fn ending_an_ended_hit_is_fine() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("1h").await;
    for _ in 0..2 {
        world.ok(NAME, end(&hit, 0)).await;
    }
    assert_eq!(expiration(&world, &hit).await.as_f64(), seconds(START + 60));
}

#[tokio::test]
async fn a_later_end_reopens_a_hit() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("60s").await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewable");
    world.ok(NAME, end(&hit, START + 2 * DAY)).await;
    assert_eq!(world.standing(&hit).await, "Assignable 3 available 0 pending 0 completed");
    world.advance("2d").await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewable");
}

#[tokio::test]
async fn every_form_of_a_number_is_an_instant() {
    for (sent, shown) in [
        ("1767484800", 1_767_484_800.0),
        ("1767484800.25", 1_767_484_800.0),
        ("1767484800.999", 1_767_484_800.0),
        ("1.7674848E9", 1_767_484_800.0),
    ] {
        let world = World::new().await;
        let hit = world.create_hit(json!({})).await;
        let body = format!("{{\"HITId\":\"{hit}\",\"ExpireAt\":{sent}}}");
        let reply = world.send(world.request(NAME, body)).await;
        assert_eq!((reply.status, reply.text.as_str()), (200, "{}"), "{sent}");
        assert_eq!(expiration(&world, &hit).await.as_f64(), Some(shown));
    }
}

/// The answer to a step that cannot be.
fn no_step(seconds: i64) -> String {
    format!(
        "ParameterValidationError InvalidParameterValue: The value {seconds} is invalid for \
         ExpirationIncrementInSeconds. Valid values range from 60 to 31536000."
    )
}

/// 11 and -380572 were recorded.
#[tokio::test]
async fn the_step_from_the_present_end_has_two_ends() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 9 * DAY})).await;
    let present = START + 9 * DAY;
    for step in [11, -380_572, 0, 59, -1, 1 - 9 * DAY, 365 * DAY + 1] {
        assert_eq!(world.fault(NAME, end(&hit, present + step)).await, no_step(step));
    }
    assert_eq!(expiration(&world, &hit).await.as_f64(), seconds(present));
    world.ok(NAME, end(&hit, present + 60)).await;
    world.ok(NAME, end(&hit, present + 60 + 365 * DAY)).await;
    assert_eq!(expiration(&world, &hit).await.as_f64(), seconds(present + 60 + 365 * DAY));
}

#[tokio::test]
async fn the_step_of_an_expired_hit_counts_from_now() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("1h700ms").await;
    let now = START + 3600;
    for step in [1, 59, 365 * DAY + 1] {
        assert_eq!(world.fault(NAME, end(&hit, now + step)).await, no_step(step));
    }
    world.ok(NAME, end(&hit, now + 60)).await;
    assert_eq!(expiration(&world, &hit).await.as_f64(), seconds(now + 60));
}

#[tokio::test]
async fn a_hit_does_not_outlive_the_market_s_time() {
    let world = World::new().await;
    world.done("POST", "/clock", json!({"set": "2199-12-01T00:00:00Z"})).await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    let last = 7_258_118_399_i64;
    let said = world.fault(NAME, end(&hit, last + 1)).await;
    let expected = format!("The value \"{}\" is not valid for the parameter ExpireAt.", last + 1);
    assert_eq!(said, format!("ParameterValidationError InvalidParameterValue: {expected}"));
    world.ok(NAME, end(&hit, last)).await;
}

#[tokio::test]
async fn the_same_later_end_is_not_set_twice_in_a_day() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    let asked = end(&hit, START + 3 * DAY);
    world.ok(NAME, asked.clone()).await;
    let said = world.fault(NAME, asked.clone()).await;
    let token = format!("{hit}Sun Jan 04 00:00:00 UTC 2026");
    let expected = format!("The idempotency token \"{token}\" has already been processed.");
    assert_eq!(said, format!("RequestError DuplicateRequest: {expected}"));
    let other = world.create_hit(json!({})).await;
    world.ok(NAME, end(&other, START + 3 * DAY)).await;
    world.advance("1d").await;
    assert_eq!(world.fault(NAME, asked).await, no_step(0), "the sentence is forgotten after a day");
}

#[tokio::test]
async fn what_is_no_instant_is_refused() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    for at in [json!("2027-01-01T00:00:00Z"), json!(1e300), json!(true), json!([0])] {
        let said = world.fault(NAME, end(&hit, at)).await;
        assert!(said.starts_with("SerializationException: "), "{said}");
    }
    let said = world.fault(NAME, end(&hit, Value::Null)).await;
    assert!(said.contains("Value null at 'expireAt'"), "{said}");
}

#[tokio::test]
async fn only_the_owner_of_a_hit_that_is_there_moves_its_end() {
    let world = World::new().await;
    let hit = world.create_hit(json!({})).await;
    for at in [0, START + 2 * DAY] {
        check_hidden(&world, NAME, json!({"ExpireAt": at}), "HITId", &hit).await;
    }
    check_ids(&world, NAME, json!({"ExpireAt": 0}), "HITId").await;
    assert_eq!(expiration(&world, &hit).await.as_f64(), seconds(START + DAY));
    world.ok(NAME, end(&hit, 0)).await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
    for at in [0, START + 2 * DAY] {
        let said = world.fault(NAME, end(&hit, at)).await;
        assert!(said.contains("InvalidHITState: This HIT is currently in the state 'Disposed'."));
    }
}
