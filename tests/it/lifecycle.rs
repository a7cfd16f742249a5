//! The life of a HIT, through the API alone.

use serde_json::{Value, json};

use crate::world::{START, World};

const DAY: i64 = 86_400;

async fn check(world: &World, hit: &str, expected: &str) {
    assert_eq!(world.standing(hit).await, expected);
}

async fn return_place(world: &World, assignment: &str) {
    world.done("POST", &format!("/assignments/{assignment}/return"), Value::Null).await;
}

/// The developer guide's table "Retrieving HIT status".
#[tokio::test]
async fn the_worked_example_of_the_guide() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 5})).await;
    check(&world, &hit, "Assignable 5 available 0 pending 0 completed").await;
    let mut work = Vec::new();
    for worker in ["A1", "A2", "A3"] {
        work.push(world.accept(worker, &hit).await);
    }
    check(&world, &hit, "Assignable 2 available 3 pending 0 completed").await;
    work.push(world.accept("A4", &hit).await);
    work.push(world.accept("A5", &hit).await);
    world.submit(&work[0]).await;
    world.submit(&work[1]).await;
    check(&world, &hit, "Unassignable 0 available 3 pending 0 completed").await;
    return_place(&world, &work[2]).await;
    check(&world, &hit, "Assignable 1 available 2 pending 0 completed").await;
    work[2] = world.accept("A6", &hit).await;
    for id in &work[2..] {
        world.submit(id).await;
    }
    check(&world, &hit, "Reviewable 0 available 0 pending 0 completed").await;
    for id in &work[..3] {
        world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    }
    check(&world, &hit, "Reviewable 0 available 0 pending 3 completed").await;
    for id in &work[3..] {
        world.ok("ApproveAssignment", json!({"AssignmentId": id})).await;
    }
    check(&world, &hit, "Reviewable 0 available 0 pending 5 completed").await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
    check(&world, &hit, "Disposed 0 available 0 pending 5 completed").await;
}

#[tokio::test]
async fn a_hit_that_expires_waits_for_those_who_are_at_it() {
    let world = World::new().await;
    let sent = json!({"LifetimeInSeconds": 60, "AssignmentDurationInSeconds": 3600});
    let hit = world.create_hit(sent).await;
    let mut work = Vec::new();
    for worker in ["A1", "A2"] {
        work.push(world.accept(worker, &hit).await);
    }
    world.advance("59s999ms").await;
    check(&world, &hit, "Assignable 1 available 2 pending 0 completed").await;
    world.advance("1ms").await;
    check(&world, &hit, "Unassignable 1 available 2 pending 0 completed").await;
    let late = world.control("POST", "/workers/A3/accept", json!({"HITId": hit})).await;
    assert_eq!(
        late.1["error"]["message"],
        "This HIT has expired. There are no more of these HITs available."
    );
    world.submit(&work[0]).await;
    check(&world, &hit, "Unassignable 1 available 1 pending 0 completed").await;
    return_place(&world, &work[1]).await;
    check(&world, &hit, "Reviewable 2 available 0 pending 0 completed").await;
    let reviewable = world.ok("ListReviewableHITs", json!({})).await;
    assert_eq!(reviewable["NumResults"], 1);
}

#[tokio::test]
async fn a_hit_that_expires_unworked_is_reviewable_at_once() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 30})).await;
    world.advance("30s").await;
    check(&world, &hit, "Reviewable 3 available 0 pending 0 completed").await;
    world.ok("DeleteHIT", json!({"HITId": hit})).await;
}

/// What awaits review is what is left of Max when the three counters are taken away.
#[tokio::test]
async fn what_awaits_review_can_be_computed_from_the_counters() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 9})).await;
    let mut work = Vec::new();
    for worker in ["A1", "A2", "A3", "A4"] {
        work.push(world.work(worker, &hit).await);
    }
    world.accept("A5", &hit).await;
    world.ok("ApproveAssignment", json!({"AssignmentId": work[0]})).await;
    world.ok("RejectAssignment", json!({"AssignmentId": work[1], "RequesterFeedback": "-"})).await;
    let awaiting = async |expected: i64| {
        let shown = world.hit(&hit).await;
        let count = |name: &str| shown[format!("NumberOfAssignments{name}")].as_i64().unwrap();
        let counted = count("Available") + count("Pending") + count("Completed");
        assert_eq!(9 - counted, expected, "{shown}");
    };
    awaiting(2).await;
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit, "ExpireAt": 0})).await;
    awaiting(2).await;
    world.advance("30d").await;
    awaiting(0).await;
}

#[tokio::test]
async fn a_hit_being_reviewed_opens_again_when_it_is_extended() {
    for extension in [
        ("CreateAdditionalAssignmentsForHIT", json!({"NumberOfAdditionalAssignments": 1})),
        ("UpdateExpirationForHIT", json!({"ExpireAt": START + 9 * DAY})),
    ] {
        let world = World::new().await;
        let (operation, asked) = extension;
        let hit = if operation.starts_with("Create") {
            let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
            world.work("A1", &hit).await;
            hit
        } else {
            let hit = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
            world.advance("60s").await;
            hit
        };
        world.ok("UpdateHITReviewStatus", json!({"HITId": hit})).await;
        assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewing");
        let asked = crate::world::changed(asked, json!({"HITId": hit}));
        world.ok(operation, asked).await;
        assert_eq!(world.hit(&hit).await["HITStatus"], "Assignable", "{operation}");
        world.advance("9d").await;
        let after = world.hit(&hit).await["HITStatus"].take();
        assert_eq!(after, "Reviewable", "it is not being reviewed any more");
    }
}

#[tokio::test]
async fn a_hit_that_nobody_cares_for_is_deleted_after_120_days() {
    let world = World::new().await;
    let sent = json!({"LifetimeInSeconds": 365 * DAY, "MaxAssignments": 1});
    let hit = world.create_hit(sent).await;
    world.advance("200d").await;
    check(&world, &hit, "Assignable 1 available 0 pending 0 completed").await;
    world.work("A1", &hit).await;
    world.advance("119d23h59m59s999ms").await;
    check(&world, &hit, "Reviewable 0 available 0 pending 1 completed").await;
    world.advance("1ms").await;
    check(&world, &hit, "Disposed 0 available 0 pending 1 completed").await;
    assert_eq!(world.ok("ListHITs", json!({})).await["NumResults"], 0);
}

#[tokio::test]
async fn the_120_days_begin_anew_when_a_hit_is_extended() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"LifetimeInSeconds": 60})).await;
    world.advance("100d").await;
    let end = START + 101 * DAY;
    world.ok("UpdateExpirationForHIT", json!({"HITId": hit, "ExpireAt": end})).await;
    world.advance("100d").await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewable");
    world.ok("UpdateHITReviewStatus", json!({"HITId": hit})).await;
    world.advance("20d23h59m59s").await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Reviewing");
    world.advance("1s").await;
    assert_eq!(world.hit(&hit).await["HITStatus"], "Disposed");
}

#[tokio::test]
async fn a_rejected_piece_is_not_offered_again() {
    let world = World::new().await;
    let hit = world.create_hit(json!({"MaxAssignments": 1})).await;
    let work = world.work("A1", &hit).await;
    world.ok("RejectAssignment", json!({"AssignmentId": work, "RequesterFeedback": "-"})).await;
    check(&world, &hit, "Reviewable 0 available 0 pending 1 completed").await;
    world.ok("ApproveAssignment", json!({"AssignmentId": work, "OverrideRejection": true})).await;
    check(&world, &hit, "Reviewable 0 available 0 pending 1 completed").await;
}
